"""One-time tokens: a `jti` is spent at its first use, exactly once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, router, transaction
from django.utils import timezone

from django_claimsauth.tokens.models import (
    NAME_LENGTH,
    RevocationReason,
    RevokedToken,
    revoked_token_digest,
)


def spend(claims: Mapping[str, Any]) -> bool:
    """
    Spend a token; False where it was spent or revoked before, or has no `jti`.

    The unique digest decides: of many at once, one INSERT is the first.
    """
    jti, expires = claims.get("jti"), claims.get("exp")
    if jti is None or expires is None:
        return False
    row = RevokedToken(
        digest=revoked_token_digest(claims["iss"], jti),
        issuer=claims["iss"][:NAME_LENGTH],
        jti=jti[:NAME_LENGTH],
        reason=RevocationReason.SPENT,
        revoked_at=timezone.now(),
        expires_at=datetime.fromtimestamp(expires, tz=UTC),
    )
    try:
        with transaction.atomic(using=router.db_for_write(RevokedToken)):
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True
