"""Adding a passkey to an account that one is signed in to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django_claimsauth.conf import settings
from django_claimsauth.passkeys import challenges
from django_claimsauth.passkeys.answers import client_data_of, parse_attestation
from django_claimsauth.passkeys.attestations import judged
from django_claimsauth.passkeys.credentials import checked_name, handle_of, store
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.models import Ceremony, Passkey
from django_claimsauth.passkeys.options import creation_options, descriptor
from django_claimsauth.passkeys.relying_party import relying_party


def registration_options(
    user: Any, *, browser: str, now: datetime | None = None
) -> dict[str, Any]:
    """
    Return what the browser is asked for a new passkey of this user.

    Args:
        browser: what the challenge is bound to; see `browsers`.

    Raises:
        PasskeyError: `too_many_passkeys`.

        SettingsError: the relying party is not set up.
    """
    party = relying_party()
    passkeys = list(Passkey.objects.filter(user=user))
    if len(passkeys) >= settings.passkeys.max_per_user:
        raise PasskeyError("too_many_passkeys")
    handle = handle_of(user)
    challenge = challenges.mint(
        Ceremony.REGISTRATION, browser=browser, user_id=user.pk, now=now
    )
    return creation_options(
        party,
        challenge,
        handle=handle,
        username=user.get_username(),
        display_name=_full_name(user),
        exclude=map(descriptor, passkeys),
    )


def register(
    user: Any,
    answer: object,
    *,
    browsers: tuple[str, ...],
    name: str = "",
    now: datetime | None = None,
) -> Passkey:
    """
    Store the passkey that the browser answered with.

    Args:
        browsers: what the answering browser shows; see `browsers`.

        name: for its owner to know it by; its authenticator's when empty.

    Raises:
        PasskeyError: any step of WebAuthn 7.1 does not agree. The challenge is
            spent.
    """
    chosen = checked_name(name)
    client_data = client_data_of(answer)
    challenges.spend(
        client_data.challenge,
        Ceremony.REGISTRATION,
        browsers=browsers,
        user_id=user.pk,
        now=now,
    )
    parsed = parse_attestation(answer, client_data)
    return store(user, judged(parsed, relying_party()), chosen)


def _full_name(user: Any) -> str:
    full_name = getattr(user, "get_full_name", None)
    return str(full_name()) if full_name is not None else ""
