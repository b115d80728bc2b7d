"""
Whether a token that verifies still stands: not revoked, its user still active.

`strict` asks the database at each request, by one look-up for `jti`, `sid` and
user together. `bounded` asks a snapshot in the process (`snapshot`), and `off`
nothing but what this process revoked itself.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import Exists, F, Q

from django_claimsauth.authentication.compiled import CompiledSelect, Param
from django_claimsauth.authentication.users import find_user
from django_claimsauth.conf import settings
from django_claimsauth.tokens.grants import has_field
from django_claimsauth.tokens.local import local
from django_claimsauth.tokens.models import (
    NotBefore,
    RevokedToken,
    TokenFamily,
    revoked_token_digest,
)
from django_claimsauth.tokens.snapshot import snapshot

logger = logging.getLogger(__name__)

REVOKED = "token_revoked"
#: The store cannot be asked: closed, and a 503.
UNAVAILABLE = "temporarily_unavailable"


def _revoked_tokens() -> Any:
    field = RevokedToken._meta.get_field("digest")
    return RevokedToken.objects.filter(digest=Param("digest", field))


def _families() -> Any:
    """Return the family that still stands: the database judges, one column is read."""
    sid = TokenFamily._meta.get_field("sid")
    stamp = "user__tokens_not_before"
    active = {"user__is_active": True} if has_field("is_active") else {}
    standing = TokenFamily.objects.filter(
        Q((f"{stamp}__isnull", True)) | Q(created_at__gt=F(f"{stamp}__not_before")),
        ~Exists(_revoked_tokens()),
        sid=Param("sid", sid),
        revoked_at__isnull=True,
        **active,
    )
    return standing.values_list("user_id")


def _stamps() -> Any:
    user = NotBefore._meta.get_field("user").target_field
    return NotBefore.objects.filter(user_id=Param("user_id", user)).values_list(
        "not_before"
    )


# A token is presented many times, and its digest is the same each time.
_digest = lru_cache(maxsize=4096)(revoked_token_digest)
# From the database that is written to: a replica may not have heard of it yet.
_FAMILY = CompiledSelect(_families, for_write=True)
_JTI = CompiledSelect(lambda: _revoked_tokens().values_list("id"), for_write=True)
_STAMP = CompiledSelect(_stamps, for_write=True)


def refusal(claims: Mapping[str, Any], *, own: bool) -> str | None:
    """
    Return the code for which a verified token is refused, or None where it stands.

    Args:
        own: whether this project issued it: a stranger's `sid` and `sub` say
            nothing about our families and users.
    """
    mode = settings.tokens.revocation
    if mode == "off" and not local.entries:
        return None
    jti = claims.get("jti")
    digest = None if jti is None else _digest(claims["iss"], jti)
    try:
        stands = _JUDGES[mode](claims, digest, own=own)
    except (OperationalError, InterfaceError):
        logger.exception("The revocation store cannot be asked; the token is refused")
        return UNAVAILABLE
    return None if stands else REVOKED


def _by_memory(claims: Mapping[str, Any], digest: str | None, *, own: bool) -> bool:
    return not local.entries or not local.refuses(digest, *_ours(claims, own=own))


def _by_snapshot(claims: Mapping[str, Any], digest: str | None, *, own: bool) -> bool:
    if not _by_memory(claims, digest, own=own):
        return False
    return snapshot.stands(digest, *_ours(claims, own=own))


def _ours(claims: Mapping[str, Any], *, own: bool) -> tuple[str | None, str, float]:
    if not own:
        return None, "", 0
    return claims.get("sid"), claims["sub"], claims["iat"]


def _by_database(claims: Mapping[str, Any], digest: str | None, *, own: bool) -> bool:
    if not own:
        return digest is None or _JTI.first(digest=digest) is None
    sid = claims.get("sid")
    if not isinstance(sid, str):
        return _stands_alone(claims, digest)
    row = _FAMILY.first(sid=sid, digest=digest)
    # Every family outlives its access tokens; without one it was deleted.
    return row is not None and bool(str(row[0]) == claims["sub"])


def _stands_alone(claims: Mapping[str, Any], digest: str | None) -> bool:
    """Judge a token of ours without a family, which is a rare one."""
    if digest is None or _JTI.first(digest=digest) is not None:
        return False
    user = find_user(claims["sub"])
    if user is None:
        return False
    stamp = _STAMP.first(user_id=user.pk)
    return stamp is None or bool(claims["iat"] >= int(stamp[0].timestamp()))


_JUDGES = {"strict": _by_database, "bounded": _by_snapshot, "off": _by_memory}
