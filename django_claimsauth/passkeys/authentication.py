"""Signing in with a passkey, and proving oneself again with one (step-up)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from django_claimsauth.passkeys import challenges
from django_claimsauth.passkeys.answers import (
    AssertionAnswer,
    client_data_of,
    parse_assertion,
)
from django_claimsauth.passkeys.assertions import accept
from django_claimsauth.passkeys.challenges import SpentChallenge
from django_claimsauth.passkeys.decoys import decoy_descriptor
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.models import Ceremony, Passkey, credential_digest
from django_claimsauth.passkeys.options import descriptor, request_options
from django_claimsauth.passkeys.relying_party import relying_party


@dataclass(frozen=True, slots=True)
class PasskeyAuthentication:
    """
    Who proved possession of a passkey, and how (RFC 8176).

    Args:
        methods: for the claim `amr`. `hwk` for a passkey that stays on its
            device, `swk` for one that is synced; `user` for a user who was there;
            `mfa` where the user was verified as well, now and at registration.
    """

    user: Any
    passkey: Passkey
    methods: tuple[str, ...]
    authenticated_at: datetime


def authentication_options(
    username: str = "", *, browser: str, now: datetime | None = None
) -> dict[str, Any]:
    """
    Return what the browser is asked for a sign-in.

    Without a name any passkey of this site may answer, which the browser offers in
    its autofill as well. A name that nobody has is answered like one that is known.
    """
    party = relying_party()
    user_id, allow = _known(username) if username else (None, [])
    challenge = challenges.mint(
        Ceremony.AUTHENTICATION,
        browser=browser,
        user_id=user_id,
        username=username,
        now=now,
    )
    return request_options(party, challenge, allow=allow)


def authenticate(
    answer: object, *, browsers: tuple[str, ...], now: datetime | None = None
) -> PasskeyAuthentication:
    """
    Return who signs in.

    Raises:
        PasskeyError: any step of WebAuthn 7.2 does not agree. The challenge is
            spent.
    """
    moment = now or timezone.now()
    client_data = client_data_of(answer)
    spent = challenges.spend(
        client_data.challenge, Ceremony.AUTHENTICATION, browsers=browsers, now=moment
    )
    return _proved(parse_assertion(answer, client_data), spent, moment)


def step_up_options(
    user: Any, *, browser: str, now: datetime | None = None
) -> dict[str, Any]:
    """
    Return what the browser is asked to prove that its user is still there.

    Raises:
        PasskeyError: `no_passkey`; a list that is empty would ask for any.
    """
    party = relying_party()
    allow = [descriptor(each) for each in Passkey.objects.filter(user=user)]
    if not allow:
        raise PasskeyError("no_passkey")
    challenge = challenges.mint(
        Ceremony.STEP_UP, browser=browser, user_id=user.pk, now=now
    )
    return request_options(party, challenge, allow=allow)


def step_up(
    user: Any, answer: object, *, browsers: tuple[str, ...], now: datetime | None = None
) -> PasskeyAuthentication:
    """
    Return the fresh proof of a user who is signed in.

    Raises:
        PasskeyError: as `authenticate()`, or it is another user's passkey.
    """
    moment = now or timezone.now()
    client_data = client_data_of(answer)
    spent = challenges.spend(
        client_data.challenge,
        Ceremony.STEP_UP,
        browsers=browsers,
        user_id=user.pk,
        now=moment,
    )
    return _proved(parse_assertion(answer, client_data), spent, moment)


def methods_of(passkey: Passkey, *, user_verified: bool) -> tuple[str, ...]:
    """Return what an assertion proves, in the words of RFC 8176."""
    methods = ("swk" if passkey.backup_eligible else "hwk", "user")
    # Whoever finds a key without a PIN can set one; that verifies nobody.
    return (*methods, "mfa") if user_verified and passkey.user_verified else methods


def _known(username: str) -> tuple[Any, list[dict[str, Any]]]:
    """Return who has this name and passkeys, and the descriptors; or the decoy's."""
    users: Any = get_user_model()._default_manager
    try:
        user = users.get_by_natural_key(username)
    except get_user_model().DoesNotExist:
        user = None
    # As many queries whether or not there is somebody.
    owner = {"digest": ""} if user is None else {"user_id": user.pk}
    allow = [descriptor(each) for each in Passkey.objects.filter(**owner)]
    if user is None or not allow or not user.is_active:
        return None, [decoy_descriptor(username)]
    return user.pk, allow


def _proved(
    answer: AssertionAnswer, spent: SpentChallenge, now: datetime
) -> PasskeyAuthentication:
    passkey = (
        Passkey.objects.select_related("user", "user__passkey_handle")
        .filter(digest=credential_digest(answer.credential_id))
        .first()
    )
    if passkey is None:
        raise PasskeyError("credential_unknown")
    _check_owner(passkey, answer, spent)
    data = accept(passkey, answer, relying_party(), now)
    methods = methods_of(passkey, user_verified=data.user_verified)
    return PasskeyAuthentication(passkey.user, passkey, methods, now)


def _check_owner(
    passkey: Passkey, answer: AssertionAnswer, spent: SpentChallenge
) -> None:
    """Judge whose passkey it is (WebAuthn 7.2, steps 5 and 6)."""
    if spent.is_decoy or spent.user_id not in (None, passkey.user_id):
        raise PasskeyError("credential_not_allowed")
    if answer.user_handle is None:
        if spent.user_id is None:
            raise PasskeyError("user_handle_mismatch", "no user handle")
        return
    owner: Any = passkey.user
    handle: str = owner.passkey_handle.handle
    if not hmac.compare_digest(answer.user_handle.hex(), handle):
        raise PasskeyError("user_handle_mismatch")
