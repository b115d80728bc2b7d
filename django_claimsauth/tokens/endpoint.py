"""What every endpoint of tokens shares, beside what all endpoints do."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.http import Http404
from rest_framework import status

from django_claimsauth.authentication.clients import client_ip
from django_claimsauth.authentication.requests import django_request
from django_claimsauth.conf import settings
from django_claimsauth.drf.endpoint import Endpoint, problem
from django_claimsauth.errors import InvalidGrantError
from django_claimsauth.tokens.devices import Device

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response

logger = logging.getLogger("django_claimsauth.tokens")

GRANT_DETAILS = {
    "invalid_grant": "The refresh token is not valid.",
    "invalid_scope": "The scope was not granted.",
}


class TokenEndpoint(Endpoint):
    """An endpoint that `TOKENS["ENDPOINTS"]` switches, and that refuses grants."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Answer 404 where the endpoint is switched off."""
        if self.endpoint not in settings.tokens.endpoints:
            raise Http404
        super().initial(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a refused grant by its code alone; the log has the cause."""
        if not isinstance(exc, InvalidGrantError):
            return super().handle_exception(exc)
        logger.info("No tokens: %s", exc)
        detail = GRANT_DETAILS[exc.code]
        response = problem(status.HTTP_400_BAD_REQUEST, exc.code, detail)
        response.exception = True
        return response


def device_of(request: Request) -> Device:
    """Return where a request came from."""
    return Device(
        user_agent=request.META.get("HTTP_USER_AGENT", ""),
        ip_address=client_ip(django_request(request)),
    )
