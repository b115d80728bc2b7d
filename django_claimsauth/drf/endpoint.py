"""What our own endpoints share: strict JSON, a throttle, errors, no caching."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from django.db import InterfaceError, OperationalError, transaction
from rest_framework import exceptions, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from django_claimsauth.drf.exceptions import exception_handler
from django_claimsauth.drf.parsers import StrictJSONParser
from django_claimsauth.drf.serializers import StrictSerializer
from django_claimsauth.drf.throttling import AddressThrottle

logger = logging.getLogger("django_claimsauth.drf")

#: Seconds after which a client may try again where the database is busy.
RETRY_AFTER = 1


class EndpointThrottle(AddressThrottle):
    """Counts by address, each endpoint on its own, at the rate `claimsauth.<name>`."""

    def name_of(self, view: Any) -> str:
        """Return the name of the rate."""
        return f"claimsauth.{view.endpoint}"


class Endpoint(GenericAPIView[Any]):
    """
    An endpoint that takes strict JSON and answers `{"detail", "code"}` on errors.

    It stands outside of `ATOMIC_REQUESTS`: its flows have their own transactions,
    and what a refusal writes is not rolled back with it.
    """

    #: Its name, also of its throttle's rate.
    endpoint: ClassVar[str]
    parser_classes: Any = (StrictJSONParser,)
    throttle_classes: Any = (EndpointThrottle,)
    authentication_classes = ()
    permission_classes = ()
    pagination_class = None
    filter_backends = ()

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Return the view, outside of `ATOMIC_REQUESTS`."""
        return transaction.non_atomic_requests(super().as_view(**initkwargs))

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
        """Keep the answer out of every cache (RFC 9111 5.2.2.5)."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def answered(exc: Exception) -> Response | None:
    """Return the answer to what every endpoint may meet, None for the rest."""
    if isinstance(exc, exceptions.ValidationError):
        return _invalid(exc)
    if isinstance(exc, exceptions.ParseError):
        return problem(status.HTTP_400_BAD_REQUEST, "invalid_request", str(exc.detail))
    if isinstance(exc, OperationalError | InterfaceError):
        return _unavailable(exc)
    return None


def problem(status_code: int, code: str, detail: str, **more: Any) -> Response:
    """Return an error's answer."""
    return Response({"detail": detail, "code": code, **more}, status_code)


def _invalid(exc: exceptions.ValidationError) -> Response:
    detail: Any = exc.detail
    fields = detail if isinstance(detail, dict) else {"body": detail}
    sentences = [f"{name}: {_first(errors)}" for name, errors in fields.items()]
    return problem(
        status.HTTP_400_BAD_REQUEST,
        "invalid_request",
        " ".join(sentences),
        fields=fields,
    )


def _first(errors: Any) -> str:
    # Of a list field, the errors are by the place of the item.
    while isinstance(errors, list | dict):
        errors = next(iter(errors.values() if isinstance(errors, dict) else errors))
    return str(errors)


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
