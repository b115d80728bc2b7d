"""What the issuer tells a service about a token (RFC 7662 section 2.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import OperationalError
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from django_claimsauth.authentication.digests import digest
from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens.issuing import issuer
from django_claimsauth.tokens.models import RefreshToken
from django_claimsauth.tokens.own import own_validator
from django_claimsauth.tokens.pairs import BEARER
from django_claimsauth.tokens.revocation import SEPARATOR
from django_claimsauth.tokens.standing import UNAVAILABLE, refusal


@sensitive_variables("token")
def introspect(token: str, *, now: datetime | None = None) -> dict[str, Any] | None:
    """
    Return a live token's facts, None for one that is not: expired, revoked, unknown.

    Raises:
        django.db.OperationalError: nobody can tell whether the token stands, which is
            neither active nor inactive.
    """
    moment = now or timezone.now()
    if SEPARATOR in token:
        return _access_token(token, moment)
    return _refresh_token(token, moment)


@sensitive_variables("token", "claims")
def _access_token(token: str, now: datetime) -> dict[str, Any] | None:
    try:
        claims = own_validator().validate(token, now)
    except InvalidTokenError:
        return None
    code = refusal(claims, own=True)
    if code == UNAVAILABLE:
        raise OperationalError("The revocation store cannot be asked.")
    return None if code else {**claims, "token_type": BEARER}


@sensitive_variables("token")
def _refresh_token(token: str, now: datetime) -> dict[str, Any] | None:
    found = (
        RefreshToken.objects.filter(digest=digest(token), used_at=None)
        .select_related("family__user")
        .first()
    )
    if found is None or now >= found.expires_at or not _lives(found.family, now):
        return None
    family = found.family
    return {
        "iss": issuer(),
        "sub": str(family.user_id),
        "client_id": family.client,
        "scope": family.scope,
        "sid": family.sid,
        "iat": int(found.issued_at.timestamp()),
        "exp": int(found.expires_at.timestamp()),
    }


def _lives(family: Any, now: datetime) -> bool:
    if family.revoked_at is not None or now >= family.expires_at:
        return False
    stamp = getattr(family.user, "tokens_not_before", None)
    if stamp is not None and family.created_at <= stamp.not_before:
        return False
    return bool(family.user.is_active)
