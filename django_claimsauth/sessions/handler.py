"""
The session scheme: Django's own sign-in, with CSRF enforced.

Whoever is signed in to the admin or the browsable API is a principal too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.contrib.auth import get_user
from django.middleware.csrf import CsrfViewMiddleware

from django_claimsauth.authentication import AuthenticateResult, SchemeHandler
from django_claimsauth.authentication.users import principal_of_user
from django_claimsauth.claims import Claim, ClaimsPrincipal
from django_claimsauth.sessions.sign_in import AMR_KEY, AUTH_TIME_KEY

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class _CsrfCheck(CsrfViewMiddleware):
    """Django's check, whose refusal is a reason instead of a response."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


class SessionHandler(SchemeHandler):
    """
    Authenticates by Django's session cookie.

    On an unsafe method the CSRF token is checked here, since DRF's views are
    exempt from the middleware's check. A failed check is the code
    `csrf_failed`, which is answered with 403.

    Args:
        realm: the protection space of the challenge (RFC 9110 11.5).
    """

    keyword = "Session"

    def authenticate(self, request: HttpRequest) -> AuthenticateResult:
        """Return the signed-in user's principal; nobody is no result."""
        if not hasattr(request, "session"):
            return AuthenticateResult.no_result()
        user = get_user(request)
        principal = principal_of_user(user, self.name)
        if not principal.is_authenticated:
            return AuthenticateResult.no_result()
        reason = csrf_failure(request)
        if reason:
            return AuthenticateResult.fail("csrf_failed", reason)
        principal = _with_authentication(principal, request)
        # This principal lives as long as its request, so the user may ride along.
        principal.memo["user"] = user
        return AuthenticateResult.succeed(principal)

    def openapi(self) -> dict[str, Any]:
        """Return the cookie that carries the session."""
        name = django_settings.SESSION_COOKIE_NAME
        return {"type": "apiKey", "in": "cookie", "name": name}

    def user(self, principal: ClaimsPrincipal) -> object:
        """Return the session's user, without asking the database again."""
        user = principal.memo.get("user")
        return super().user(principal) if user is None else user


def csrf_failure(request: HttpRequest) -> str | None:
    """Return why the request fails Django's CSRF check, or None."""
    check = _CsrfCheck(_nothing)
    check.process_request(request)
    reason = check.process_view(request, _nothing, (), {})
    return str(reason) if reason else None


def _nothing(request: HttpRequest) -> HttpResponse:  # pragma: no cover
    """Stand for the response and the view, of which the check calls neither."""
    raise AssertionError("The CSRF check calls no view.")


def _with_authentication(
    principal: ClaimsPrincipal, request: HttpRequest
) -> ClaimsPrincipal:
    claims = []
    at = request.session.get(AUTH_TIME_KEY)
    # What stands in a session may be old, or another's that has the same key.
    if isinstance(at, int) and not isinstance(at, bool):
        claims.append(Claim("auth_time", at))
    methods = request.session.get(AMR_KEY)
    if isinstance(methods, list):
        claims += [Claim("amr", each) for each in methods if isinstance(each, str)]
    return ClaimsPrincipal([principal.identities[0].with_claims(*claims)])
