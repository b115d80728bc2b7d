"""
An account without a password: made when an attestation verifies, never before.

Until then there is a challenge, which remembers the name. Whether the name is
taken is said at the end alone, to whoever brings a credential.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, router, transaction
from django.utils import timezone

from django_claimsauth.conf import load, settings
from django_claimsauth.passkeys import challenges
from django_claimsauth.passkeys.answers import client_data_of, parse_attestation
from django_claimsauth.passkeys.attestations import NewCredential, judged
from django_claimsauth.passkeys.authentication import (
    PasskeyAuthentication,
    methods_of,
)
from django_claimsauth.passkeys.challenges import SpentChallenge
from django_claimsauth.passkeys.credentials import checked_name, insert, refusal_of
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.models import (
    Ceremony,
    Passkey,
    UserHandle,
    new_handle,
)
from django_claimsauth.passkeys.options import creation_options
from django_claimsauth.passkeys.relying_party import relying_party
from django_claimsauth.signals import passkey_added

HOOK: Final = "CLAIMSAUTH['PASSKEYS']['CREATE_USER']"
MAX_USERNAME: Final = 254


def sign_up_options(
    username: str,
    display_name: str = "",
    *,
    browser: str,
    now: datetime | None = None,
) -> dict[str, Any]:
    """
    Return what the browser is asked for the first passkey of a new account.

    Raises:
        PasskeyError: `sign_up_unavailable`, `username_invalid`.
    """
    _check_available()
    party = relying_party()
    name = checked_username(username)
    handle = new_handle()
    challenge = challenges.mint(
        Ceremony.SIGN_UP, browser=browser, username=name, handle=handle, now=now
    )
    return creation_options(
        party, challenge, handle=handle, username=name, display_name=display_name
    )


def sign_up(
    answer: object,
    *,
    browsers: tuple[str, ...],
    name: str = "",
    now: datetime | None = None,
) -> PasskeyAuthentication:
    """
    Make the account, and return that its user has just authenticated.

    Raises:
        PasskeyError: any step of WebAuthn 7.1 does not agree, or
            `username_taken`. There is no account then; the challenge is spent.
    """
    _check_available()
    moment = now or timezone.now()
    chosen = checked_name(name)
    client_data = client_data_of(answer)
    spent = challenges.spend(
        client_data.challenge, Ceremony.SIGN_UP, browsers=browsers, now=moment
    )
    found = judged(parse_attestation(answer, client_data), relying_party())
    passkey = _made(spent, found, chosen)
    passkey_added.send_robust(sender=Passkey, passkey=passkey)
    methods = methods_of(passkey, user_verified=found.user_verified)
    return PasskeyAuthentication(passkey.user, passkey, methods, moment)


def checked_username(username: str) -> str:
    """
    Return a name in the form in which the user model keeps it.

    Raises:
        PasskeyError: `username_invalid`: the model's own validators refuse it.
    """
    model = get_user_model()
    # Before it is normalised: that is slow for long texts.
    if not 1 <= len(username) <= MAX_USERNAME:
        raise PasskeyError("username_invalid", f"{len(username)} characters")
    try:
        field: Any = model._meta.get_field(model.USERNAME_FIELD)
        return str(field.clean(model.normalize_username(username), None))
    except (ValidationError, UnicodeEncodeError) as error:
        raise PasskeyError("username_invalid", str(error)[:200]) from error


def create_user(username: str) -> Any:
    """Create an active user who has no password. `CREATE_USER` replaces this."""
    model = get_user_model()
    manager: Any = model._default_manager
    return manager.create_user(**{model.USERNAME_FIELD: username})


def _check_available() -> None:
    if not settings.passkeys.sign_up:
        raise PasskeyError("sign_up_unavailable")


def _made(spent: SpentChallenge, found: NewCredential, name: str) -> Passkey:
    """Make user, handle and passkey, or none of them."""
    create = load(settings.passkeys.create_user, HOOK) or create_user
    users = get_user_model()._default_manager
    if users.filter(**{get_user_model().USERNAME_FIELD: spent.username}).exists():
        raise PasskeyError("username_taken")
    try:
        with transaction.atomic(using=router.db_for_write(Passkey)):
            user = create(spent.username)
            UserHandle.objects.create(user=user, handle=spent.handle)
            return insert(user, found, name)
    except IntegrityError as error:
        raise refusal_of(found, "username_taken") from error
