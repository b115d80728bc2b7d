"""
The session scheme: Django's own sign-in, with CSRF enforced.

The handler is imported when it is asked for: at start-up only the signal of a
sign-in is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_claimsauth.sessions.sign_in import (
    AMR_KEY,
    AUTH_TIME_KEY,
    register,
    remember_authentication,
    remember_sign_in,
)

if TYPE_CHECKING:
    from django_claimsauth.sessions.handler import SessionHandler, csrf_failure

__all__ = [
    "AMR_KEY",
    "AUTH_TIME_KEY",
    "SessionHandler",
    "csrf_failure",
    "register",
    "remember_authentication",
    "remember_sign_in",
]


def __getattr__(name: str) -> Any:
    if name not in ("SessionHandler", "csrf_failure"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from django_claimsauth.sessions import handler

    return getattr(handler, name)
