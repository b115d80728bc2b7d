"""
Refreshing: a spent token has one successor, whatever runs at once.

Found and judged first, then a transaction that begins with a conditional UPDATE:
its row count names the one winner, and the unique parent holds where it does
not. Who lost, or retries within the window, is given the winner's successor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, OperationalError, router, transaction
from django.dispatch import Signal
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from django_claimsauth.authentication.compiled import (
    CompiledInsert,
    CompiledSelect,
    CompiledUpdate,
    Param,
)
from django_claimsauth.authentication.digests import digest, matches
from django_claimsauth.conf import settings
from django_claimsauth.errors import InvalidGrantError, InvalidScopeError
from django_claimsauth.signals import refresh_reuse_detected, token_refreshed
from django_claimsauth.tokens.grants import (
    active_column,
    group_column,
    password_column,
    stamp_of,
)
from django_claimsauth.tokens.issuance import (
    access_token_of,
    expires_in,
    idle_expiry,
)
from django_claimsauth.tokens.issuing import AccessToken
from django_claimsauth.tokens.models import (
    RefreshToken,
    RevocationReason,
    TokenFamily,
    new_identifier,
)
from django_claimsauth.tokens.pairs import (
    TokenPair,
    successor_candidates,
    successor_secret,
)
from django_claimsauth.tokens.revocation import kill_family, revoke_user_id

#: Once for each way to lose a race: to the winner, and to one that rolled back.
ATTEMPTS = 3


class Presented(NamedTuple):
    """A refresh token that was found, with all that judging it needs."""

    id: int
    salt: str
    token_expires_at: datetime
    used_at: datetime | None
    family_id: int
    sid: str
    user_id: Any
    scheme: str
    client: str
    scope: str
    amr: str
    stamp: str
    created_at: datetime
    authenticated_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None
    is_active: bool
    password: str
    not_before: datetime | None
    roles: Sequence[str]


class Successor(NamedTuple):
    """What was given for a token that is spent."""

    digest: str
    expires_at: datetime
    used_at: datetime | None


def _by_digest() -> Any:
    field = RefreshToken._meta.get_field("digest")
    # One row a group: who is found, and what roles it has, in one statement. Sorted
    # here: to the database it would be a temporary table of a whole row each.
    return RefreshToken.objects.filter(digest=Param("digest", field)).values_list(
        "id",
        "salt",
        "expires_at",
        "used_at",
        "family_id",
        *(
            f"family__{name}"
            for name in (
                "sid", "user_id", "scheme", "client", "scope", "amr", "stamp",
                "created_at", "authenticated_at", "expires_at", "revoked_at",
            )
        ),
        active_column("family__user__"),
        password_column("family__user__"),
        "family__user__tokens_not_before__not_before",
        group_column("family__user__"),
    )  # fmt: skip


def _by_parent() -> Any:
    parent = Param("parent_id", RefreshToken._meta.pk)
    return RefreshToken.objects.filter(parent_id=parent).values_list(
        "digest", "expires_at", "used_at"
    )


def _unspent() -> Any:
    return RefreshToken.objects.filter(
        id=Param("id", RefreshToken._meta.pk), used_at__isnull=True
    )


_FIND = CompiledSelect(_by_digest, for_write=True)
# Asked of spent tokens alone: most are presented once.
_SUCCESSOR = CompiledSelect(_by_parent, for_write=True)
_SPEND = CompiledUpdate(_unspent, "used_at")
_SUCCEED = CompiledInsert(
    lambda: RefreshToken,
    "family_id",
    "parent_id",
    "digest",
    "salt",
    "issued_at",
    "expires_at",
)


@sensitive_variables("refresh_token")
def rotate(
    refresh_token: str,
    *,
    client: str | None = None,
    scopes: Iterable[str] | None = None,
    now: datetime | None = None,
) -> TokenPair:
    """
    Spend a refresh token, and return its one successor with a new access token.

    The same token again within `REFRESH_RETRY_WINDOW` gets the same successor;
    later, or once the successor was used, it is reuse: the family dies.

    Args:
        client: who presents it, where that is known; it has to be the family's.
        scopes: fewer than were granted, for the access token alone.

    Raises:
        InvalidGrantError: unknown, expired, revoked, reused, another client's,
            or of a user that may not sign in any more; `cause` says which.
        InvalidScopeError: a scope that was not granted.
        django.db.OperationalError: the database is busy; nothing was changed.
    """
    moment = now or timezone.now()
    for _ in range(ATTEMPTS):
        pair = _rotated(refresh_token, client, scopes, moment)
        if pair is not None:
            return pair
    # An outer transaction that sees an old snapshot; the same call may succeed.
    raise OperationalError("A refresh token was spent by others at the same time.")


@sensitive_variables("refresh_token", "access", "found", "successor")
def _rotated(
    refresh_token: str,
    client: str | None,
    scopes: Iterable[str] | None,
    now: datetime,
) -> TokenPair | None:
    """Return the pair, None where another one spent the token meanwhile."""
    found = _found(refresh_token)
    _judge(found, client)
    successor = None if found.used_at is None else _retried(found, now)
    if now >= min(found.expires_at, found.token_expires_at):
        raise InvalidGrantError("expired")
    scope = _narrowed(found.scope, scopes)
    access = access_token_of(found, now, scope=scope, roles=found.roles)
    if successor is not None:
        return _again(found, successor, refresh_token, access, scope)
    pair = _spent(found, refresh_token, access, scope, now)
    if pair is not None:
        _tell(token_refreshed, found)
    return pair


@sensitive_variables("refresh_token", "rows")
def _found(refresh_token: str) -> Presented:
    if not isinstance(refresh_token, str):
        raise InvalidGrantError("malformed")
    rows = _FIND.all(digest=digest(refresh_token))
    if not rows:
        raise InvalidGrantError("unknown")
    roles = sorted([row[-1] for row in rows if row[-1] is not None])
    return Presented._make((*rows[0][:-1], roles))


@sensitive_variables("found")
def _judge(found: Presented, client: str | None) -> None:
    if found.revoked_at is not None:
        raise InvalidGrantError("revoked")
    if found.not_before is not None and found.created_at <= found.not_before:
        raise InvalidGrantError("revoked")
    if not found.is_active:
        raise InvalidGrantError("inactive_user")
    if not matches(found.stamp, stamp_of(found.password)):
        raise InvalidGrantError("password_changed")
    if client is not None and client != found.client:
        raise InvalidGrantError("other_client")


@sensitive_variables("found")
def _retried(found: Presented, now: datetime) -> Successor:
    """Return what was given for a spent token, where this is an honest retry."""
    row = _SUCCESSOR.first(parent_id=found.id)
    successor = None if row is None else Successor(*row)
    if successor is None or not _is_retry(found, successor, now):
        _report_reuse(found, now)
        raise InvalidGrantError("reused")
    return successor


def _is_retry(found: Presented, successor: Successor, now: datetime) -> bool:
    if found.used_at is None or successor.used_at is not None:
        # Whoever used the successor had the answer: this is someone else.
        return False
    # A clock that another process read a little later counts as the same moment.
    return now - found.used_at < settings.tokens.refresh_retry_window


@sensitive_variables("found")
def _report_reuse(found: Presented, now: datetime) -> None:
    if not kill_family(found.family_id, found.sid, RevocationReason.REUSED, now):
        return
    if settings.tokens.reuse_policy == "user":
        revoke_user_id(found.user_id, reason=RevocationReason.REUSED, now=now)
    _tell(refresh_reuse_detected, found)


def _tell(signal: Signal, found: Presented) -> None:
    signal.send_robust(
        sender=TokenFamily,
        user_id=found.user_id,
        sid=found.sid,
        client=found.client,
    )


def _narrowed(granted: str, asked: Iterable[str] | None) -> str:
    if asked is None:
        return granted
    wanted = set(asked)
    if not wanted <= set(granted.split()):
        raise InvalidScopeError("not_granted")
    return " ".join(each for each in granted.split() if each in wanted)


@sensitive_variables("found", "refresh_token", "access", "secret")
def _spent(
    found: Presented,
    refresh_token: str,
    access: AccessToken,
    scope: str,
    now: datetime,
) -> TokenPair | None:
    """Return the pair of the winner, None where another one spent the token."""
    secret = successor_secret(refresh_token, found.salt)
    expires_at = idle_expiry(found.expires_at, now)
    try:
        with transaction.atomic(using=router.db_for_write(RefreshToken)):
            if not _SPEND.execute(id=found.id, used_at=now):
                return None
            _SUCCEED.execute(
                family_id=found.family_id,
                parent_id=found.id,
                digest=digest(secret),
                salt=new_identifier(),
                issued_at=now,
                expires_at=expires_at,
            )
    except IntegrityError:
        # The unique parent: there is a successor, though the row looked unspent.
        return None
    return _pair(found, secret, access, scope, expires_at)


@sensitive_variables("found", "refresh_token", "access", "secret")
def _again(
    found: Presented,
    successor: Successor,
    refresh_token: str,
    access: AccessToken,
    scope: str,
) -> TokenPair:
    for secret in successor_candidates(refresh_token, found.salt):
        if matches(digest(secret), successor.digest):
            return _pair(found, secret, access, scope, successor.expires_at)
    # Derived by a key that the server no longer has.
    raise InvalidGrantError("successor_lost")


def _pair(
    found: Presented,
    secret: str,
    access: AccessToken,
    scope: str,
    expires_at: datetime,
) -> TokenPair:
    return TokenPair(
        access_token=access.token,
        refresh_token=secret,
        expires_in=expires_in(),
        scope=scope,
        sid=found.sid,
        refresh_expires_at=expires_at,
    )
