"""401, 403, 404 and 503 in DRF: the exceptions, the handler, the bodies."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from django_claimsauth.authentication.requests import state_of
from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.authorization.answers import (
    PROBLEM_TYPE,
    body_of,
    wants_problem,
)
from django_claimsauth.authorization.refusals import Refusal, refused
from django_claimsauth.drf.authentication import view_schemes
from django_claimsauth.drf.rendering import rendered_refusal
from django_claimsauth.errors import NotAuthorizedError


class RefusedError(exceptions.APIException):
    """
    A refusal on its way through DRF: `.refusal` has status, code and headers.

    Its detail carries the code, so that any exception handler can answer it.
    """

    def __init__(self, refusal: Refusal) -> None:
        self.status_code = refusal.status
        self.refusal = refusal
        # What DRF's own exception handler reads.
        self.auth_header = refusal.headers.get("WWW-Authenticate")
        self.wait = int(refusal.headers.get("Retry-After", 0)) or None
        super().__init__(refusal.detail, refusal.code)


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """
    Answer as DRF does, and refusals with every challenge and a code.

    Set it as `REST_FRAMEWORK["EXCEPTION_HANDLER"]`. Bodies are
    `{"detail", "code"}`, or RFC 9457 problem details where `PROBLEM_DETAILS`
    or the request's `Accept` says so. Anything else is left to DRF's handler.
    """
    request = context.get("request")
    # A hidden resource is an Http404 as well, and answered as every other one.
    refusal = None if isinstance(exc, Http404) else refusal_of(exc, request)
    if refusal is not None:
        return refusal_response(request, refusal)
    # Not at the top: DRF loads permissions, and this, while its views are half loaded.
    from rest_framework.views import exception_handler as drf_exception_handler

    response = drf_exception_handler(_plain(exc), context)
    if response is not None and request is not None:
        _shape(response, exc, request)
    return response


def refusal_of(exc: Exception, request: Any) -> Refusal | None:
    """Return the refusal that an exception means for this request, or None."""
    if isinstance(exc, RefusedError):
        return exc.refusal
    if request is None:
        return None
    if isinstance(exc, NotAuthorizedError):
        state = state_of(request)
        result = state.current or AuthenticateResult.no_result()
        names = exc.schemes or tuple(result.results)
        return refused(request, result, names, exc.failure)
    if isinstance(exc, exceptions.NotAuthenticated):
        names = tuple(view_schemes(request))
        return refused(request, schemes.authenticate(request, names), names)
    return None


def refusal_response(request: Any, refusal: Refusal) -> Response:
    """Return the DRF response of a refusal."""
    headers = {**refusal.headers, "Cache-Control": "no-store"}
    response = Response(body_of(request, refusal), refusal.status, headers=headers)
    if wants_problem(request):
        response.content_type = PROBLEM_TYPE
    return response


def _plain(exc: Exception) -> Exception:
    """Return a 404 that says the same whether hidden or absent."""
    return Http404() if isinstance(exc, Http404) else exc


def _shape(response: Response, exc: Exception, request: Any) -> None:
    """Add the code to DRF's own `{"detail"}`; as problem details where asked for."""
    detail = response.data.get("detail") if isinstance(response.data, dict) else None
    if detail is None:
        return
    code = getattr(detail, "code", None) or _code_of(exc)
    if wants_problem(request):
        response.data = {
            "type": "about:blank",
            "title": response.status_text,
            "status": response.status_code,
            "detail": detail,
            "code": code,
        }
        response.content_type = PROBLEM_TYPE
        return
    response.data["code"] = code


def _code_of(exc: Exception) -> str:
    return "not_found" if isinstance(exc, Http404) else "error"


def answer_in_drf(request: Any, refusal: Refusal, view: Any) -> HttpResponse | None:
    """Raise inside a DRF view; render outside of one; None for plain Django."""
    if isinstance(request, Request):
        raise RefusedError(refusal)
    if getattr(view, "cls", None) is None:
        return None
    return rendered_refusal(request, RefusedError(refusal), view)
