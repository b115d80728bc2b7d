"""What every endpoint of tokens shares: switch, throttle, errors, no caching."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from django.db import InterfaceError, OperationalError, transaction
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from django_claimsauth.authentication.clients import client_ip
from django_claimsauth.authentication.rates import charge, parse_rate
from django_claimsauth.authentication.requests import django_request
from django_claimsauth.conf import settings
from django_claimsauth.drf.exceptions import exception_handler
from django_claimsauth.drf.parsers import StrictJSONParser
from django_claimsauth.errors import InvalidGrantError
from django_claimsauth.tokens.devices import Device
from django_claimsauth.tokens.fields import StrictSerializer

logger = logging.getLogger("django_claimsauth.tokens")

#: Seconds after which a client may try again where the database is busy.
RETRY_AFTER = 1
GRANT_DETAILS = {
    "invalid_grant": "The refresh token is not valid.",
    "invalid_scope": "The scope was not granted.",
}


class EndpointThrottle(BaseThrottle):
    """
    Counts requests by address, each endpoint on its own.

    The rate is `DEFAULT_THROTTLE_RATES["claimsauth.<endpoint>"]` of DRF's settings;
    without one nothing is counted.
    """

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the request, and tell whether it is within the rate."""
        scope = f"claimsauth.{view.endpoint}"
        rate = api_settings.DEFAULT_THROTTLE_RATES.get(scope)
        if rate is None:
            return True
        charged = charge(f"{scope}:{self.get_ident(request)}", parse_rate(rate))
        self._retry_after = charged.retry_after
        return charged.allowed

    def get_ident(self, request: Request) -> str:
        """Return the client's address; what the client claims of it does not count."""
        return str(client_ip(request._request))  # noqa: SLF001

    def wait(self) -> float:
        """Return the seconds until the window ends."""
        return float(self._retry_after)


class TokenEndpoint(GenericAPIView[Any]):
    """
    An endpoint that takes strict JSON and answers `{"detail", "code"}` on errors.

    It stands outside of `ATOMIC_REQUESTS`: what a refusal writes (a family that
    dies of a reuse) must not be rolled back with it.
    """

    #: Its name in `TOKENS["ENDPOINTS"]`, and of its throttle's rate.
    endpoint: ClassVar[str]
    parser_classes: Any = (StrictJSONParser,)
    throttle_classes = (EndpointThrottle,)
    authentication_classes = ()
    permission_classes = ()
    pagination_class = None
    filter_backends = ()

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Return the view, outside of `ATOMIC_REQUESTS`."""
        return transaction.non_atomic_requests(super().as_view(**initkwargs))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Answer 404 where the endpoint is switched off."""
        if self.endpoint not in settings.tokens.endpoints:
            raise Http404
        super().initial(request, *args, **kwargs)

    def validated(self, serializer: type[StrictSerializer] | None = None) -> Any:
        """
        Return the body's fields.

        Raises:
            ValidationError, ParseError: what is wrong with it, by name.
        """
        kind = serializer or self.get_serializer_class()
        checked = kind(data=self.request.data, context=self.get_serializer_context())
        checked.is_valid(raise_exception=True)
        return checked.validated_data

    def get_exception_handler(self) -> Any:
        """Return our own handler, whatever the project has set."""
        return exception_handler

    def handle_exception(self, exc: Exception) -> Response:
        """Answer what a client, or a busy database, caused."""
        response = answered(exc)
        if response is None:
            return super().handle_exception(exc)
        response.exception = True
        return response

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """Keep the answer out of every cache (RFC 6749 5.1)."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def answered(exc: Exception) -> Response | None:
    """Return the answer to an error of ours, None for what DRF answers."""
    if isinstance(exc, exceptions.ValidationError):
        return _invalid(exc)
    if isinstance(exc, exceptions.ParseError):
        return problem(status.HTTP_400_BAD_REQUEST, "invalid_request", str(exc.detail))
    if isinstance(exc, InvalidGrantError):
        logger.info("No tokens: %s", exc)
        return problem(status.HTTP_400_BAD_REQUEST, exc.code, GRANT_DETAILS[exc.code])
    if isinstance(exc, OperationalError | InterfaceError):
        return _unavailable(exc)
    return None


def problem(status_code: int, code: str, detail: str, **more: Any) -> Response:
    """Return an error's answer."""
    return Response({"detail": detail, "code": code, **more}, status_code)


def device_of(request: Request) -> Device:
    """Return where a request came from."""
    return Device(
        user_agent=request.META.get("HTTP_USER_AGENT", ""),
        ip_address=client_ip(django_request(request)),
    )


def _invalid(exc: exceptions.ValidationError) -> Response:
    detail: Any = exc.detail
    fields = detail if isinstance(detail, dict) else {"body": detail}
    sentences = [f"{name}: {errors[0]}" for name, errors in fields.items()]
    return problem(
        status.HTTP_400_BAD_REQUEST,
        "invalid_request",
        " ".join(sentences),
        fields=fields,
    )


def _unavailable(exc: Exception) -> Response:
    # "database is locked", a deadlock, a lost connection: nothing was changed, and
    # the same request may succeed.
    logger.error("The database failed: %s", type(exc).__name__, exc_info=exc)
    response = problem(
        status.HTTP_503_SERVICE_UNAVAILABLE,
        "temporarily_unavailable",
        "The service is temporarily unavailable.",
    )
    response["Retry-After"] = str(RETRY_AFTER)
    return response
