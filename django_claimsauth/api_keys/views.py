"""One's own keys: list, issue, rotate, revoke. For a developer portal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.errors import ApiKeyError
from django_claimsauth.api_keys.management import (
    bounds_of,
    calling_key,
    check_scopes,
    managing_policy,
)
from django_claimsauth.api_keys.models import ApiKey
from django_claimsauth.api_keys.serializers import (
    ApiKeySerializer,
    IssuedApiKeySerializer,
    IssueSerializer,
    RevokeSerializer,
    RotateSerializer,
)
from django_claimsauth.authentication.requests import django_request
from django_claimsauth.authentication.users import local_user_of
from django_claimsauth.authorization import service
from django_claimsauth.authorization.endpoints import authorize
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.drf.endpoint import Endpoint, problem

#: How many of one's own keys are listed, the newest first; revoked ones are not.
LISTED = 200
#: Refusals that are about what there is, and not about what was sent.
CONFLICTS = frozenset(
    {"duplicate_name", "too_many_keys", "not_live", "changed_meanwhile"}
)


class KeyEndpoint(Endpoint):
    """An endpoint of the caller's own keys."""

    endpoint = "api-keys"

    def handle_exception(self, exc: Exception) -> Response:
        """Answer what a flow refused."""
        if not isinstance(exc, ApiKeyError):
            return super().handle_exception(exc)
        code = (
            status.HTTP_409_CONFLICT
            if exc.code in CONFLICTS
            else status.HTTP_400_BAD_REQUEST
        )
        response = problem(code, exc.code, str(exc))
        response.exception = True
        return response

    @property
    def principal(self) -> ClaimsPrincipal:
        """Who asks."""
        found: ClaimsPrincipal = django_request(self.request).principal  # type: ignore[attr-defined]
        return found

    def owner(self) -> Any:
        """
        Return the local user who asks.

        Raises:
            PermissionDenied: a service, or a principal of another issuer, has no
                keys here.
        """
        user = local_user_of(self.principal)
        if user is None:
            raise PermissionDenied
        return user

    def manager(self, request: Request) -> Any:
        """
        Return the local user who asks, if keys may be managed by this credential.

        Raises:
            NotAuthorizedError: 401 where a more recent sign-in is needed, 403 for a
                key without the scope.
        """
        service.require(self.principal, managing_policy(), request=request)
        return self.owner()

    @sensitive_variables("issued")
    def shown(self, issued: flows.IssuedApiKey, code: int) -> Response:
        """Return the answer that has the secret, this once."""
        context = {"secret": issued.secret}
        serializer = IssuedApiKeySerializer(issued.api_key, context=context)
        return Response(serializer.data, code)


@authorize
class KeysView(KeyEndpoint):
    """The caller's own keys."""

    serializer_class = IssueSerializer
    response_serializer_class = ApiKeySerializer

    def get(self, request: Request) -> Response:
        """List those that are not revoked, the newest first."""
        keys = ApiKey.objects.filter(owner=self.owner(), revoked_at=None)
        newest: Any = keys.order_by("-created_at", "-pk")[:LISTED]
        return Response(ApiKeySerializer(newest, many=True).data)

    @sensitive_variables("issued")
    def post(self, request: Request) -> Response:
        """Issue a key, with no more than the caller has."""
        owner, data = self.manager(request), self.validated()
        scopes, seconds = data.get("scopes", []), data.get("expires_in")
        check_scopes(self.principal, owner, scopes)
        arguments = {
            "name": data["name"],
            "owner": owner,
            "scopes": scopes,
            "expires_in": None if seconds is None else timedelta(seconds=seconds),
            "allowed_networks": data.get("allowed_networks", []),
            "rate": data.get("rate"),
            "now": timezone.now(),
        }
        issued = flows.issue(**bounds_of(calling_key(self.principal), arguments))
        return self.shown(issued, status.HTTP_201_CREATED)


@authorize
class KeyView(KeyEndpoint):
    """One of the caller's own keys."""

    serializer_class = RevokeSerializer
    response_serializer_class = ApiKeySerializer

    def get(self, request: Request, key_id: str) -> Response:
        """Show it."""
        return Response(ApiKeySerializer(own(self.owner(), key_id)).data)

    def delete(self, request: Request, key_id: str) -> Response:
        """Revoke it."""
        api_key = manageable(self.principal, self.manager(request), key_id)
        flows.revoke(api_key, self.validated().get("reason", ""))
        return Response(status=status.HTTP_204_NO_CONTENT)


@authorize
class RotateView(KeyEndpoint):
    """A new secret for one of the caller's own keys."""

    serializer_class = RotateSerializer
    response_serializer_class = IssuedApiKeySerializer

    @sensitive_variables("issued")
    def post(self, request: Request, key_id: str) -> Response:
        """Rotate it."""
        owner = self.manager(request)
        api_key = manageable(self.principal, owner, key_id)
        # Whoever holds the new secret holds what the key may.
        check_scopes(self.principal, owner, api_key.scopes)
        seconds = self.validated().get("overlap")
        overlap = None if seconds is None else timedelta(seconds=seconds)
        return self.shown(flows.rotate(api_key, overlap=overlap), status.HTTP_200_OK)


def own(owner: Any, key_id: str) -> ApiKey:
    """Return one's own key; somebody else's is as one that is not there."""
    found: ApiKey | None = ApiKey.objects.filter(
        owner=owner, public_id=key_id, revoked_at=None
    ).first()
    if found is None:
        raise Http404
    return found


def manageable(principal: ClaimsPrincipal, owner: Any, key_id: str) -> ApiKey:
    """Return the key if the caller may change it: a key may change itself alone."""
    api_key = own(owner, key_id)
    caller = calling_key(principal)
    if caller is not None and caller.pk != api_key.pk:
        raise PermissionDenied
    return api_key
