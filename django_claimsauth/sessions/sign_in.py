"""When and how a session's user proved who they are: kept in the session itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in

if TYPE_CHECKING:
    from django.http import HttpRequest

#: Where the session keeps what authenticated it, for step-up.
AUTH_TIME_KEY: Final = "claimsauth_auth_time"
AMR_KEY: Final = "claimsauth_amr"


def remember_authentication(
    request: HttpRequest,
    *,
    methods: Iterable[str] = (),
    clock: Callable[[], float] = time.time,
) -> None:
    """
    Keep in the session that its user proved who they are just now.

    `RequireRecentAuthentication` reads it as the claims `auth_time` and `amr`.

    Args:
        methods: how it was proved (RFC 8176): `pwd`, `otp`, `hwk`.

        clock: returns the time as seconds since the epoch.
    """
    request.session[AUTH_TIME_KEY] = int(clock())
    request.session[AMR_KEY] = list(methods)


def remember_sign_in(
    sender: object, request: HttpRequest | None, user: Any, **kwargs: Any
) -> None:
    """Remember Django's own sign-in, by whatever means its backend asked for."""
    session = getattr(request, "session", None)
    if request is None or session is None:
        return
    # A sign-in by tokens sends the same signal, and the session is another's.
    if session.get(SESSION_KEY) == user._meta.pk.value_to_string(user):
        remember_authentication(request)


def register() -> None:
    """Remember when a session's user signed in; doing it twice does it once."""
    user_logged_in.connect(remember_sign_in, dispatch_uid="django_claimsauth.sessions")
