"""One's own passkeys over HTTP: list, rename, remove."""

from __future__ import annotations

from django.http import Http404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from django_claimsauth.authorization.endpoints import authorize
from django_claimsauth.passkeys import flows
from django_claimsauth.passkeys.endpoint import PasskeyEndpoint
from django_claimsauth.passkeys.serializers import (
    EmptySerializer,
    PasskeySerializer,
    RenameSerializer,
)
from django_claimsauth.passkeys.startup import MANAGE


@authorize(MANAGE)
class PasskeysView(PasskeyEndpoint):
    """The caller's own passkeys."""

    serializer_class = PasskeySerializer

    def get(self, request: Request) -> Response:
        """List them, the newest first."""
        found = flows.passkeys_of(self.user())
        return Response(PasskeySerializer(found, many=True).data)


@authorize(MANAGE)
class PasskeyView(PasskeyEndpoint):
    """One of the caller's own passkeys. Another's is answered like none."""

    ceremony = "management"
    serializer_class = RenameSerializer
    response_serializer_class = PasskeySerializer

    def patch(self, request: Request, key: int) -> Response:
        """Give it another name."""
        passkey = flows.rename(self.user(), key, self.validated()["name"])
        if passkey is None:
            raise Http404
        return Response(PasskeySerializer(passkey).data)

    def delete(self, request: Request, key: int) -> Response:
        """Remove it. Needs a recent sign-in; the last way in stays."""
        user = self.recent_user()
        self.validated(EmptySerializer)
        if not flows.remove(user, key):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)
