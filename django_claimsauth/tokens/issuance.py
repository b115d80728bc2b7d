"""Signing a user in: a new family, its first refresh token, an access token."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import router, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from django_claimsauth.authentication.digests import (
    digest,
    matches,
    new_secret,
)
from django_claimsauth.authentication.users import find_user, subject_of
from django_claimsauth.conf import settings
from django_claimsauth.errors import InvalidGrantError, UnknownSchemeError
from django_claimsauth.signals import token_issued
from django_claimsauth.tokens.devices import UNKNOWN, Device
from django_claimsauth.tokens.grants import own_claims, roles_of, stamp_of
from django_claimsauth.tokens.issuing import AccessToken, Grant, mint
from django_claimsauth.tokens.models import (
    NAME_LENGTH,
    RefreshToken,
    TokenFamily,
    new_identifier,
)
from django_claimsauth.tokens.pairs import TokenPair

DEFAULT_SCHEME = "bearer"


def issue(
    user: Any,
    *,
    scheme: str = DEFAULT_SCHEME,
    scopes: Iterable[str] = (),
    client: str | None = None,
    device: Device = UNKNOWN,
    amr: Iterable[str] = (),
    now: datetime | None = None,
) -> TokenPair:
    """
    Give a user tokens: a family of its own, as for one sign-in on one device.

    Args:
        user: a saved, active user.
        scheme: the alias of the bearer scheme that is to accept them.
        scopes: what the tokens may be used for; no refresh widens it.
        client: who is given them; the project's own client when None.
        amr: how the user authenticated (RFC 8176): `pwd`, `hwk`, `otp`.

    Raises:
        InvalidGrantError: the user is inactive, deleted or was never saved.
        UnknownSchemeError: no such scheme.
        ConfigurationError: no active signing key, no issuer, no audience.
    """
    moment = now or timezone.now()
    known = active_user(user)
    family = TokenFamily(
        user_id=known.pk,
        scheme=_checked_scheme(scheme),
        client=_checked_name(client or "", "client"),
        scope=" ".join(_checked_words(scopes, "scopes")),
        amr=_checked_name(" ".join(_checked_words(amr, "amr")), "amr"),
        **_born(known, device, moment),
    )
    access = access_token_of(family, moment, user=known)
    pair = _stored(family, access, moment)
    told = {"user": known, "sid": family.sid, "client": family.client}
    token_issued.send_robust(sender=TokenFamily, **told)
    return pair


def _born(user: Any, device: Device, moment: datetime) -> dict[str, Any]:
    """Return the columns of a new family that nobody asks for by name."""
    return {
        "stamp": _stamp(user),
        "created_at": moment,
        "expires_at": moment + settings.tokens.refresh_token_absolute_lifetime,
        "user_agent": device.stored_user_agent(),
        "ip_address": device.stored_network(),
    }


@sensitive_variables("family", "grant")
def access_token_of(
    family: Any,
    now: datetime,
    *,
    user: Any = None,
    scope: str | None = None,
    roles: Sequence[str] | None = None,
) -> AccessToken:
    """
    Mint an access token of a family, as the user is now.

    Args:
        family: a `TokenFamily`, or a row with its columns' names.

        user: the user where it was loaded already.

        scope: a part of the family's, where less is asked for.

        roles: the user's, where they were read already.
    """
    entry = settings.schemes.get(family.scheme)
    audiences = entry.options.get("audiences") if entry is not None else None
    grant = Grant(
        subject=str(family.user_id),
        client=family.client,
        sid=family.sid,
        scopes=(family.scope if scope is None else scope).split(),
        roles=roles_of(family.user_id) if roles is None else roles,
        amr=family.amr.split(),
        auth_time=family.authenticated_at or family.created_at,
        extra=own_claims(family.user_id, user),
        audience=list(audiences) if audiences else None,
    )
    return mint(grant, now=now)


def idle_expiry(absolute: datetime, now: datetime) -> datetime:
    """Return when a refresh token issued now expires: never after its family."""
    return min(absolute, now + settings.tokens.refresh_token_idle_lifetime)


def expires_in() -> int:
    """Return an access token's life in whole seconds."""
    lifetime: timedelta = settings.tokens.access_token_lifetime
    return int(lifetime.total_seconds())


@sensitive_variables("access", "secret")
def _stored(family: TokenFamily, access: AccessToken, now: datetime) -> TokenPair:
    secret = new_secret()
    expires_at = idle_expiry(family.expires_at, now)
    with transaction.atomic(using=router.db_for_write(TokenFamily)):
        family.save(force_insert=True)
        RefreshToken(
            family=family,
            digest=digest(secret),
            salt=new_identifier(),
            issued_at=now,
            expires_at=expires_at,
        ).save(force_insert=True)
    return TokenPair(
        access_token=access.token,
        refresh_token=secret,
        expires_in=expires_in(),
        scope=family.scope,
        sid=family.sid,
        refresh_expires_at=expires_at,
    )


def active_user(user: Any) -> Any:
    """
    Return a user as it is now.

    Raises:
        InvalidGrantError: never saved, deleted, inactive, or with another password
            than the one that was checked.
    """
    if user is None or user.pk is None:
        raise InvalidGrantError("no_user")
    # Read again: what the caller holds may be older than a deactivation.
    known = find_user(subject_of(user))
    if known is None:
        raise InvalidGrantError("inactive_user")
    if not matches(_stamp(user), _stamp(known)):
        raise InvalidGrantError("password_changed")
    return known


def _stamp(user: Any) -> str:
    return stamp_of(getattr(user, "password", ""))


def _checked_scheme(scheme: str) -> str:
    # The default name needs no entry: tokens may be for another service.
    if scheme != DEFAULT_SCHEME and scheme not in settings.schemes:
        raise UnknownSchemeError(scheme, settings.schemes)
    return scheme


def _checked_name(text: str, what: str) -> str:
    if len(text) > NAME_LENGTH or not text.isprintable():
        raise ValueError(
            f"{what} has {len(text)} characters; at most {NAME_LENGTH} that can be "
            "printed are expected."
        )
    return text


def _checked_words(words: Iterable[str], what: str) -> list[str]:
    if isinstance(words, str):
        raise TypeError(f"{what} is a list of names, not {words!r}: [{words!r}].")
    found = list(dict.fromkeys(words))
    for each in found:
        # RFC 6749 section 3.3: visible ASCII without quote and backslash.
        if not each or any(not "!" <= c <= "~" or c in '"\\' for c in each):
            raise ValueError(
                f"{what} has {each!r}; visible ASCII without a space, a quote or a "
                "backslash is expected."
            )
    return found


def issue_one_time(
    user: Any,
    *,
    scopes: Iterable[str] = (),
    client: str | None = None,
    lifetime: timedelta = timedelta(minutes=5),
    now: datetime | None = None,
) -> str:
    """
    Return an access token that counts once, without a session and a refresh token.

    The first request that presents it spends it, whatever comes of the request.

    Raises: as `issue()`.
    """
    moment = now or timezone.now()
    known = active_user(user)
    grant = Grant(
        subject=subject_of(known),
        client=_checked_name(client or "", "client"),
        scopes=_checked_words(scopes, "scopes"),
        roles=roles_of(known.pk),
        extra=own_claims(known.pk, known),
        one_time=True,
    )
    return mint(grant, now=moment, lifetime=lifetime).token
