"""
Revoking: one access token, a family, all of a user's, all of a client's, all.

A family dies by one UPDATE of one row, however many generations it has. What is
revoked here this process refuses from then on; the others by their mode.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connections, router, transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from django_claimsauth.authentication.digests import digest
from django_claimsauth.conf import settings
from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.signals import token_revoked
from django_claimsauth.tokens.keyring import grace
from django_claimsauth.tokens.local import local
from django_claimsauth.tokens.models import (
    NotBefore,
    RefreshToken,
    RevocationReason,
    RevokedToken,
    TokenFamily,
    revoked_token_digest,
)
from django_claimsauth.tokens.own import own_validator
from django_claimsauth.tokens.snapshot import announce

#: Every compact JWT has dots, no refresh token has one.
SEPARATOR = "."


@sensitive_variables("token")
def revoke(token: str, *, now: datetime | None = None) -> bool:
    """
    Revoke a token of this project, whichever kind it is (RFC 7009 section 2.1).

    A refresh token takes its whole family with it, access tokens included; an
    access token goes alone. Returns whether anything was revoked: False for what
    is unknown, expired, foreign or revoked already.
    """
    moment = now or timezone.now()
    if not isinstance(token, str):
        return False
    if SEPARATOR in token:
        return _revoke_access_token(token, moment)
    return revoke_refresh_token(token, now=moment)


@sensitive_variables("token")
def revoke_refresh_token(
    token: str,
    *,
    reason: str = RevocationReason.REVOKED,
    now: datetime | None = None,
) -> bool:
    """Revoke the family of a refresh token, spent or not; tell whether it was alive."""
    sids = RefreshToken.objects.filter(digest=digest(token))
    sid = sids.values_list("family__sid", flat=True).first()
    return sid is not None and revoke_session(sid, reason=reason, now=now)


def revoke_session(
    sid: str,
    *,
    user: Any = None,
    reason: str = RevocationReason.SIGNED_OUT,
    now: datetime | None = None,
) -> bool:
    """
    Revoke one family by its `sid`; tell whether it was alive.

    Args:
        user: whose it has to be; None asks nobody.
    """
    families = TokenFamily.objects.filter(sid=sid)
    if user is not None:
        families = families.filter(user=user)
    return revoke_families(families, reason, now=now, sid=sid) > 0


def revoke_all(
    user: Any,
    *,
    reason: str = RevocationReason.REVOKED,
    now: datetime | None = None,
) -> int:
    """
    Revoke everything of a user's, and return how many families that were.

    A not-before stamp closes the gap: a family that another transaction is about
    to commit is older than the stamp, and so dead as well.
    """
    return revoke_user_id(user.pk, reason=reason, now=now)


def revoke_user_id(user_id: Any, *, reason: str, now: datetime | None = None) -> int:
    """Do as `revoke_all()`, of a user that is not loaded."""
    moment = now or timezone.now()
    families = TokenFamily.objects.filter(user_id=user_id)
    sids = _live_sids(families, moment)
    with transaction.atomic(using=router.db_for_write(NotBefore)):
        _stamp(user_id, moment)
        count = _end(families, reason, moment)
    _remember_sids(sids, moment)
    _remember("sub", str(user_id), until=moment + grace(), now=moment)
    _announce(reason, user_id=user_id)
    return count


def revoke_families(
    families: Any, reason: str, *, now: datetime | None = None, **facts: Any
) -> int:
    """
    Revoke the live ones of these families, by one UPDATE; return how many.

    Args:
        families: a queryset of `TokenFamily`.

        facts: what the signal says of them (`sid`, `client`).
    """
    moment = now or timezone.now()
    sids = _live_sids(families, moment)
    count = _end(families, reason, moment)
    _remember_sids(sids, moment)
    if count:
        _announce(reason, **facts)
    return count


def kill_family(family_id: int, sid: str, reason: str, now: datetime) -> bool:
    """
    Revoke one family that is known already; tell whether this call did it.

    One statement, so that of many that see a reuse at once one alone reports it.
    """
    count = _end(TokenFamily.objects.filter(pk=family_id), reason, now)
    _remember_sids([sid], now)
    _publish()
    return count > 0


def revoke_jti(
    issuer: str,
    jti: str,
    expires_at: datetime,
    *,
    reason: str = RevocationReason.REVOKED,
    now: datetime | None = None,
) -> bool:
    """Revoke one access token by its issuer and `jti`; False where it was already."""
    moment = now or timezone.now()
    key = revoked_token_digest(issuer, jti)
    _, created = RevokedToken.objects.get_or_create(
        digest=key,
        defaults={
            "issuer": issuer[:255],
            "jti": jti[:255],
            "reason": reason,
            "revoked_at": moment,
            "expires_at": expires_at,
        },
    )
    _remember("jti", key, until=expires_at + settings.tokens.leeway, now=moment)
    return bool(created)


@sensitive_variables("token", "claims")
def _revoke_access_token(token: str, now: datetime) -> bool:
    try:
        claims = own_validator().validate(token, now)
    except InvalidTokenError:
        return False
    expires_at = datetime.fromtimestamp(claims["exp"], tz=now.tzinfo)
    revoked = revoke_jti(claims["iss"], claims["jti"], expires_at, now=now)
    if revoked:
        _announce(RevocationReason.REVOKED, jti=claims["jti"])
    return revoked


def _stamp(user_id: Any, now: datetime) -> None:
    lifetime = settings.tokens.refresh_token_absolute_lifetime
    row = NotBefore(user_id=user_id, not_before=now, expires_at=now + lifetime)
    alias = router.db_for_write(NotBefore)
    # One statement: a SELECT first would be "database is locked" on SQLite.
    targeted = connections[alias].features.supports_update_conflicts_with_target
    NotBefore.objects.using(alias).bulk_create(
        [row],
        update_conflicts=True,
        update_fields=["not_before", "expires_at"],
        unique_fields=["user"] if targeted else None,
    )


def _live_sids(families: Any, now: datetime) -> list[str]:
    if settings.tokens.revocation == "strict":
        # The database is asked on every request, so nothing is to be remembered.
        return []
    return list(families.live(now).values_list("sid", flat=True))


def _end(families: Any, reason: str, now: datetime) -> int:
    ended: int = families.filter(revoked_at=None).update(
        revoked_at=now, reason=str(reason)
    )
    return ended


def _remember_sids(sids: list[str], now: datetime) -> None:
    for sid in sids:
        _remember("sid", sid, until=now + grace(), now=now)


def _remember(kind: str, key: str, *, until: datetime, now: datetime) -> None:
    if settings.tokens.revocation != "strict":
        local.add(kind, key, until=until.timestamp(), at=now.timestamp())


def _publish() -> None:
    # Others look when they can see it: after the commit.
    transaction.on_commit(announce, using=router.db_for_write(TokenFamily))


def _announce(reason: str, **facts: Any) -> None:
    _publish()
    token_revoked.send_robust(sender=TokenFamily, reason=str(reason), **facts)
