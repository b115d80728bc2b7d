"""Revocation and introspection for services (RFC 7009, RFC 7662)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.views.decorators.debug import sensitive_variables
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from django_claimsauth.authentication.requests import django_request
from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.authorization import service
from django_claimsauth.authorization.builtin import RequireScope
from django_claimsauth.authorization.endpoints import allow_anonymous
from django_claimsauth.authorization.refusals import refused
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.conf import settings
from django_claimsauth.drf.endpoint import problem
from django_claimsauth.drf.exceptions import RefusedError
from django_claimsauth.drf.parsers import StrictFormParser
from django_claimsauth.tokens.endpoint import TokenEndpoint
from django_claimsauth.tokens.introspection import introspect
from django_claimsauth.tokens.revocation import revoke
from django_claimsauth.tokens.serializers import (
    IntrospectionSerializer,
    TokenSerializer,
)


class ClientEndpoint(TokenEndpoint):
    """
    An endpoint for services, which authenticate by one of `CLIENT_SCHEMES`.

    Which schemes, and which scope, are settings, so they are asked here at use and
    not declared at import; the class is open to the guard alone.
    """

    parser_classes = (StrictFormParser,)
    serializer_class = TokenSerializer

    #: The field of `TokenSettings` that names the scope which the service needs.
    scope_setting: ClassVar[str]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse whoever is no service with the scope, before the body is read."""
        super().initial(request, *args, **kwargs)
        inner = django_request(request)
        names = tuple(settings.tokens.client_schemes)
        result = schemes.authenticate(inner, names)
        if not result:
            raise RefusedError(refused(inner, result, names))
        principal: Any = result.principal
        scope = getattr(settings.tokens, self.scope_setting)
        verdict = service.authorize(principal, RequireScope(scope))
        if verdict.failure is not None:
            raise RefusedError(refused(inner, result, names, verdict.failure))
        self.principal: ClaimsPrincipal = principal


@allow_anonymous
class RevokeView(ClientEndpoint):
    """Revoke a token. An unknown one is as good as revoked: 200 (RFC 7009 2.2)."""

    endpoint = "revoke"
    scope_setting = "revocation_scope"

    @sensitive_variables("token")
    def post(self, request: Request) -> Response:
        """Revoke."""
        token = self.validated()["token"]
        if not self._may_revoke(token):
            return problem(
                status.HTTP_400_BAD_REQUEST,
                "unauthorized_client",
                "The token was issued to another client.",
            )
        revoke(token)
        return Response(status=status.HTTP_200_OK)

    @sensitive_variables("token")
    def _may_revoke(self, token: str) -> bool:
        """Tell whether the caller is no client, or the token's own (RFC 7009 2.1)."""
        claim = self.principal.find_first("client_id")
        if claim is None:
            return True
        facts = introspect(token)
        return facts is None or facts["client_id"] == claim.value


@allow_anonymous
class IntrospectView(ClientEndpoint):
    """Tell what a token says, and whether it counts."""

    endpoint = "introspect"
    response_serializer_class = IntrospectionSerializer
    scope_setting = "introspection_scope"

    def post(self, request: Request) -> Response:
        """Introspect."""
        facts = introspect(self.validated()["token"])
        # RFC 7662 section 2.2: why a token is not active is nobody's business.
        return Response(
            {"active": False} if facts is None else {"active": True, **facts}
        )
