"""
The refresh token in a cookie, for pages in a browser.

`__Host-` makes browsers refuse it from a subdomain or without TLS, and asks for
`Path=/`; that it counts at the refresh and sign-out endpoints alone is enforced
here, since nothing else reads it. Being a cookie, it needs the CSRF check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.authentication import CSRFCheck
from rest_framework.exceptions import ParseError, PermissionDenied

from django_claimsauth.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

    from django_claimsauth.tokens.pairs import TokenPair


def uses_cookie() -> bool:
    """Tell whether refresh tokens travel in a cookie."""
    return settings.tokens.refresh_transport == "cookie"


def set_refresh_cookie(response: HttpResponseBase, pair: TokenPair) -> None:
    """Put the refresh token of a pair into the response's cookie."""
    current = settings.tokens
    expires_at = pair.refresh_expires_at or timezone.now()
    response.set_cookie(
        current.refresh_cookie_name,
        pair.refresh_token,
        max_age=max(0, int((expires_at - timezone.now()).total_seconds())),
        path="/",
        secure=True,
        httponly=True,
        samesite=current.refresh_cookie_samesite,
    )


def delete_refresh_cookie(response: HttpResponseBase) -> None:
    """Have the browser forget the refresh token."""
    current = settings.tokens
    response.set_cookie(
        current.refresh_cookie_name,
        "",
        max_age=0,
        path="/",
        secure=True,
        httponly=True,
        samesite=current.refresh_cookie_samesite,
    )


def refresh_cookie(request: HttpRequest) -> str | None:
    """
    Return the refresh token of the request's cookie, or None.

    Raises:
        ParseError: the cookie stands twice; one of them is somebody else's.
    """
    name = settings.tokens.refresh_cookie_name
    header: str = request.META.get("HTTP_COOKIE", "")
    names = [each.partition("=")[0].strip() for each in header.split(";")]
    if names.count(name) > 1:
        raise ParseError("The refresh cookie stands twice.")
    return request.COOKIES.get(name)


def enforce_csrf(request: HttpRequest) -> None:
    """
    Refuse a request that a foreign page made the browser send.

    Raises:
        PermissionDenied: no CSRF token, or a wrong one.
    """
    # The response class stands for what a middleware would call, and never is.
    check = CSRFCheck(HttpResponse)
    check.process_request(request)
    reason: Any = check.process_view(request, None, (), {})  # type: ignore[arg-type]
    if reason:
        raise PermissionDenied(
            "The CSRF token is missing or incorrect.", code="csrf_failed"
        )
