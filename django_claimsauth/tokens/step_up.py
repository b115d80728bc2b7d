"""Step-up: a session whose user has just proved again to be there (RFC 9470)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import router
from django.utils import timezone

from django_claimsauth.errors import InvalidGrantError
from django_claimsauth.tokens.issuance import access_token_of, active_user
from django_claimsauth.tokens.issuing import AccessToken
from django_claimsauth.tokens.models import TokenFamily


def step_up(
    user: Any,
    sid: str,
    *,
    amr: Iterable[str],
    scope: str | None = None,
    now: datetime | None = None,
) -> AccessToken:
    """
    Lift `auth_time` and `amr` of a session, and return an access token that says so.

    The session's refresh token stays as it is, and its next access tokens say so too.

    Args:
        amr: how the user authenticated just now. It takes the place of what the
            session had: that was proved at another time.

        scope: a part of the session's, where the caller has less.

    Raises:
        InvalidGrantError: the session is not the user's, or not live any more.
    """
    moment = now or timezone.now()
    known = active_user(user)
    families = TokenFamily.objects.using(router.db_for_write(TokenFamily))
    found = families.live(moment).filter(sid=sid, user_id=known.pk)
    if not found.update(authenticated_at=moment, amr=" ".join(amr)):
        raise InvalidGrantError("no_session")
    family = families.get(sid=sid)
    return access_token_of(family, moment, user=known, scope=scope)
