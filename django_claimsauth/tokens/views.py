"""Signing in, refreshing, signing out, and one's own sessions."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.http import Http404
from django.views.decorators.debug import sensitive_variables
from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from django_claimsauth.authentication.requests import django_request, state_of
from django_claimsauth.authentication.users import local_user_of
from django_claimsauth.authorization.endpoints import allow_anonymous, authorize
from django_claimsauth.claims import LOCAL_ISSUER
from django_claimsauth.drf.endpoint import problem
from django_claimsauth.tokens.cookies import (
    delete_refresh_cookie,
    enforce_csrf,
    refresh_cookie,
    set_refresh_cookie,
    uses_cookie,
)
from django_claimsauth.tokens.endpoint import TokenEndpoint, device_of
from django_claimsauth.tokens.models import RevocationReason, TokenFamily
from django_claimsauth.tokens.pairs import TokenPair
from django_claimsauth.tokens.revocation import (
    revoke_all,
    revoke_refresh_token,
    revoke_session,
)
from django_claimsauth.tokens.rotation import rotate
from django_claimsauth.tokens.serializers import (
    EmptySerializer,
    RefreshByCookieSerializer,
    RefreshSerializer,
    SessionSerializer,
    SignInSerializer,
    SignOutSerializer,
    TokenPairSerializer,
)
from django_claimsauth.tokens.sign_in import sign_in

#: How many of one's own sessions are listed, the newest first.
LISTED_SESSIONS = 100


@allow_anonymous
class SignInView(TokenEndpoint):
    """Exchange a name and a password for tokens."""

    endpoint = "sign-in"
    serializer_class = SignInSerializer
    response_serializer_class = TokenPairSerializer

    @sensitive_variables("data")
    def post(self, request: Request) -> Response:
        """Sign in."""
        if uses_cookie():
            # Else a foreign page could sign its visitor in as somebody else.
            enforce_csrf(django_request(request))
        data = self.validated()
        pair = sign_in(
            django_request(request),
            data["username"],
            data["password"],
            scopes=_words(data.get("scope")),
            device=device_of(request),
        )
        return _refused_sign_in() if pair is None else given(pair)


@allow_anonymous
class RefreshView(TokenEndpoint):
    """Spend a refresh token for a new pair."""

    endpoint = "refresh"
    serializer_class = RefreshSerializer
    response_serializer_class = TokenPairSerializer

    def get_serializer_class(self) -> Any:
        """Return which fields there are: the token, unless it is in the cookie."""
        return RefreshByCookieSerializer if uses_cookie() else RefreshSerializer

    @sensitive_variables("data", "token")
    def post(self, request: Request) -> Response:
        """Refresh."""
        if uses_cookie():
            enforce_csrf(django_request(request))
        data = self.validated()
        token = refresh_cookie(django_request(request)) if uses_cookie() else None
        return given(
            rotate(
                token or data.get("refresh_token", ""),
                scopes=_words(data.get("scope")),
            )
        )


@allow_anonymous
class SignOutView(TokenEndpoint):
    """
    End one session: that of the refresh token, else that of the access token.

    The answer is the same whether there was one.
    """

    endpoint = "sign-out"
    serializer_class = SignOutSerializer

    @sensitive_variables("data", "token")
    def post(self, request: Request) -> Response:
        """Sign out."""
        data = self.validated(EmptySerializer if uses_cookie() else None)
        token = data.get("refresh_token")
        if uses_cookie():
            enforce_csrf(django_request(request))
            token = refresh_cookie(django_request(request))
        sid = _sid_of(request)
        if token is None and sid is None:
            return problem(
                status.HTTP_400_BAD_REQUEST,
                "invalid_request",
                "A refresh token, or an access token, has to say which session ends.",
            )
        if token is not None:
            revoke_refresh_token(token, reason=RevocationReason.SIGNED_OUT)
        if sid is not None:
            revoke_session(sid)
        return _gone()


@authorize
class SignOutEverywhereView(TokenEndpoint):
    """End every session of the caller's."""

    endpoint = "sign-out-everywhere"
    serializer_class = EmptySerializer

    def post(self, request: Request) -> Response:
        """Sign out everywhere."""
        self.validated()
        revoke_all(user_of(request), reason=RevocationReason.SIGNED_OUT)
        return _gone()


@authorize
class SessionsView(TokenEndpoint):
    """The caller's own sessions: which device, when, from where."""

    endpoint = "sessions"
    serializer_class = SessionSerializer

    def get(self, request: Request) -> Response:
        """List the live ones, the newest first."""
        families = (
            TokenFamily.objects.live()
            .filter(user=user_of(request))
            .annotate(last_used_at=Max("refresh_tokens__issued_at"))
            .order_by("-created_at")[:LISTED_SESSIONS]
        )
        context = {"sid": _sid_of(request)}
        return Response(SessionSerializer(families, many=True, context=context).data)


@authorize
class SessionView(TokenEndpoint):
    """One of the caller's own sessions."""

    endpoint = "sessions"
    serializer_class = EmptySerializer

    def delete(self, request: Request, sid: str) -> Response:
        """End it. Somebody else's is answered like one that is not there."""
        if not revoke_session(sid, user=user_of(request)):
            raise Http404
        return _gone()


def given(pair: TokenPair) -> Response:
    """Return the answer that hands a pair over, by body or by cookie."""
    body: dict[str, Any] = {
        "access_token": pair.access_token,
        "refresh_token": pair.refresh_token,
        "token_type": pair.token_type,
        "expires_in": pair.expires_in,
        "scope": pair.scope,
    }
    if not uses_cookie():
        return Response(body)
    # A script may have the access token, never the one that makes new ones.
    del body["refresh_token"]
    response = Response(body)
    set_refresh_cookie(response, pair)
    return response


def user_of(request: Request) -> Any:
    """
    Return the local user who asks.

    Raises:
        PermissionDenied: a principal of another issuer has no sessions here.
    """
    user = local_user_of(django_request(request).principal)  # type: ignore[attr-defined]
    if user is None:
        raise PermissionDenied
    return user


def _sid_of(request: Request) -> str | None:
    """Return the session of the access token by which the request came."""
    result = state_of(request).current
    principal = None if result is None else result.principal
    claim = None if principal is None else principal.find_first("sid")
    # A stranger's `sid` is none of ours, whatever it says.
    if claim is None or claim.issuer != LOCAL_ISSUER:
        return None
    return str(claim.value)


def _words(text: str | None) -> list[str] | None:
    return None if text is None else text.split()


def _gone() -> Response:
    response = Response(status=status.HTTP_204_NO_CONTENT)
    if uses_cookie():
        delete_refresh_cookie(response)
    return response


def _refused_sign_in() -> Response:
    response = problem(
        status.HTTP_401_UNAUTHORIZED,
        "invalid_credentials",
        "No active account has these credentials.",
    )
    response["WWW-Authenticate"] = 'Bearer realm="api"'
    return response
