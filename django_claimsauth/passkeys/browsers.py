"""
What binds a challenge to the browser that asked for it.

Where the browser has a session already, that; else a cookie that scripts cannot
read, for clients that live without sessions. No session is made for a visitor.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from django.contrib.sessions.backends.signed_cookies import (
    SessionStore as SignedCookies,
)

from django_claimsauth.authentication.digests import new_secret
from django_claimsauth.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

HOST_PREFIX: Final = "__Host-"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def shown_by(request: HttpRequest) -> tuple[str, ...]:
    """Return everything that the browser shows and a challenge may be bound to."""
    found = []
    session_key = _session_key(getattr(request, "session", None))
    if session_key:
        found.append(f"session:{session_key}")
    cookie = request.COOKIES.get(_name(request), "")
    if _SECRET.fullmatch(cookie):
        found.append(f"cookie:{cookie}")
    return tuple(found)


def bound_to(request: HttpRequest) -> str:
    """Return what a new challenge is bound to: a new secret where nothing is shown."""
    shown = shown_by(request)
    return shown[0] if shown else f"cookie:{new_secret()}"


def remember(response: HttpResponseBase, request: HttpRequest, browser: str) -> None:
    """Give the browser the cookie, where it is a cookie that it is known by."""
    kind, _, value = browser.partition(":")
    if kind != "cookie":
        return
    current = settings.passkeys
    response.set_cookie(
        _name(request),
        value,
        path="/",
        secure=request.is_secure() or current.browser_cookie_samesite == "None",
        httponly=True,
        samesite=current.browser_cookie_samesite,
    )


def _session_key(session: Any) -> str | None:
    """Return the key of a session that is there, and that the client did not choose."""
    if session is None or isinstance(session, SignedCookies):
        # What a signed cookie holds is its key, and changes with each word in it.
        return None
    # Read first: a key that names no session is forgotten by that.
    return session.session_key if session.keys() else None


def _name(request: HttpRequest) -> str:
    """
    Return the cookie's name.

    Browsers take the prefix with TLS alone; without it there is one place where
    passkeys work, this very machine.
    """
    name = settings.passkeys.browser_cookie_name
    return name if request.is_secure() else name.removeprefix(HOST_PREFIX)
