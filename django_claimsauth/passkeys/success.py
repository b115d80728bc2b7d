"""
What a proof of possession is worth over HTTP: tokens, or a Django session.

And step-up, which is worth something to the very session that asked for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.conf import settings as django_settings
from django.contrib.auth import SESSION_KEY, login
from django.contrib.auth.signals import user_logged_in
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from django_claimsauth.authentication import schemes
from django_claimsauth.authentication.requests import django_request
from django_claimsauth.claims import LOCAL_ISSUER, ClaimsPrincipal
from django_claimsauth.conf import settings
from django_claimsauth.passkeys.authentication import PasskeyAuthentication
from django_claimsauth.sessions import SessionHandler, remember_authentication
from django_claimsauth.tokens import flows as tokens
from django_claimsauth.tokens.cookies import enforce_csrf, uses_cookie
from django_claimsauth.tokens.endpoint import device_of
from django_claimsauth.tokens.issuance import expires_in
from django_claimsauth.tokens.pairs import BEARER
from django_claimsauth.tokens.sign_in import granted_scopes
from django_claimsauth.tokens.views import given

SESSION: Final = "session"


def check_page(request: Request, kind: str) -> None:
    """
    Refuse a page of another site that would sign its visitor in.

    Raises:
        PermissionDenied: the answer would set a cookie, and there is no CSRF token.
    """
    if kind == SESSION or uses_cookie():
        enforce_csrf(django_request(request))


def scopes_for(asked: str | None) -> list[str]:
    """
    Return the scopes that a sign-in gets, before anything is spent for it.

    Raises:
        InvalidScopeError: one that is not offered.
    """
    return granted_scopes(None if asked is None else asked.split())


def signed_in(
    request: Request,
    found: PasskeyAuthentication,
    kind: str,
    scopes: Iterable[str],
    code: int = status.HTTP_200_OK,
) -> Response:
    """
    Return the answer to a sign-in.

    Args:
        kind: `"tokens"` or `"session"`.

    Raises:
        InvalidGrantError: the user may not sign in any more.
    """
    if kind == SESSION:
        return _session(request, found, code)
    inner = django_request(request)
    pair = tokens.issue(
        found.user,
        scopes=scopes,
        device=device_of(request),
        amr=found.methods,
        now=found.authenticated_at,
    )
    user_logged_in.send(sender=type(found.user), request=inner, user=found.user)
    response = given(pair)
    response.status_code = code
    return response


def stepped_up(request: Request, found: PasskeyAuthentication) -> Response:
    """
    Return the answer to a step-up of a caller who came with a session.

    Raises:
        InvalidGrantError: the session has ended meanwhile.
    """
    principal: ClaimsPrincipal = django_request(request).principal  # type: ignore[attr-defined]
    sid = _own(principal, "sid")
    if sid is not None:
        return _lifted(found, sid, _own(principal, "scope"))
    # Another key: whoever knew the old one must not have the lifted session.
    django_request(request).session.cycle_key()
    _remember(request, found)
    return Response({"username": found.user.get_username()})


def has_session(request: Request) -> bool:
    """Tell whether the caller came with something that a step-up can lift."""
    principal: ClaimsPrincipal = django_request(request).principal  # type: ignore[attr-defined]
    return _own(principal, "sid") is not None or came_by_session(principal)


def came_by_session(principal: ClaimsPrincipal) -> bool:
    """Tell whether a session scheme vouches for the caller."""
    return any(
        isinstance(schemes.get(each.authentication_type or ""), SessionHandler)
        for each in principal.identities
        if each.is_authenticated
    )


def _session(request: Request, found: PasskeyAuthentication, code: int) -> Response:
    inner = django_request(request)
    if SESSION_KEY in inner.session:
        # Django's login() keeps the key of a user who signs in once more.
        inner.session.cycle_key()
    backend = settings.passkeys.session_backend
    login(
        inner,
        found.user,
        backend=backend or django_settings.AUTHENTICATION_BACKENDS[0],
    )
    _remember(request, found)
    return Response({"username": found.user.get_username()}, code)


def _remember(request: Request, found: PasskeyAuthentication) -> None:
    remember_authentication(
        django_request(request),
        methods=found.methods,
        clock=found.authenticated_at.timestamp,
    )


def _lifted(found: PasskeyAuthentication, sid: str, scope: str | None) -> Response:
    access = tokens.step_up(found.user, sid, amr=found.methods, scope=scope or "")
    return Response(
        {
            "access_token": access.token,
            "token_type": BEARER,
            "expires_in": expires_in(),
            "scope": scope or "",
        }
    )


def _own(principal: ClaimsPrincipal, name: str) -> str | None:
    """Return a claim that we stated; a stranger's `sid` is none of ours."""
    claim = principal.find_first(name)
    if claim is None or claim.issuer != LOCAL_ISSUER:
        return None
    return str(claim.value)
