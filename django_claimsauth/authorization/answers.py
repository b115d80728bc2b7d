"""
Answering a refusal: who renders it, and what stands in the body.

Plain Django views get JSON. DRF registers itself, so that its views answer
through their own renderers and exception handler.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from django.http import HttpResponse, JsonResponse

from django_claimsauth.authorization.refusals import Refusal
from django_claimsauth.conf import settings
from django_claimsauth.hooks import answerers

PROBLEM_TYPE: Final = "application/problem+json"
#: What a request may say of the media types that it takes, and be read.
MAX_ACCEPT_LENGTH: Final = 4096


def answer(request: Any, refusal: Refusal, view: Any = None) -> HttpResponse:
    """Return the response that refuses; an answerer may raise what is rendered."""
    for each in answerers:
        response: HttpResponse | None = each(request, refusal, view)
        if response is not None:
            return response
    return plain_answer(request, refusal)


def plain_answer(request: Any, refusal: Refusal) -> HttpResponse:
    """Return a refusal as JSON, `{"detail", "code"}` or RFC 9457 problem details."""
    response = JsonResponse(
        body_of(request, refusal), status=refusal.status, headers=dict(refusal.headers)
    )
    if wants_problem(request):
        response["Content-Type"] = PROBLEM_TYPE
    response["Cache-Control"] = "no-store"
    return response


def wants_problem(request: Any) -> bool:
    """Tell whether problem details are asked for, by setting or by `Accept`."""
    accept = request.META.get("HTTP_ACCEPT", "")[:MAX_ACCEPT_LENGTH]
    return settings.problem_details or PROBLEM_TYPE in accept


def body_of(request: Any, refusal: Refusal) -> dict[str, Any]:
    """Return the JSON body of a refusal; it says no reason, only the kind."""
    if not wants_problem(request):
        return {"detail": refusal.detail, "code": refusal.code}
    return {
        "type": "about:blank",
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": refusal.detail,
        "code": refusal.code,
    }
