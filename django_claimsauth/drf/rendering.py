"""Rendering an exception as a DRF view would, without running the view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse

if TYPE_CHECKING:
    from rest_framework.views import APIView


def rendered_refusal(request: Any, exc: Exception, view: Any) -> HttpResponse:
    """
    Return the response of a view that refuses before it is run.

    It goes through the view's own exception handler, content negotiation and
    renderers, so a refusal looks like every other answer of that view.
    """
    # Not at the top: DRF loads permissions, and this, while its views are half loaded.
    from rest_framework.views import APIView

    instance: APIView = view.cls(**getattr(view, "initkwargs", {}))
    instance.args, instance.kwargs = (), {}
    # What a viewset's as_view() sets before it dispatches.
    instance.action_map = getattr(view, "actions", None)  # type: ignore[attr-defined]
    instance.action = None  # type: ignore[attr-defined]
    drf_request = APIView.initialize_request(instance, request)
    instance.request = drf_request
    instance.headers = instance.default_response_headers
    response = instance.handle_exception(exc)
    finished = APIView.finalize_response(instance, drf_request, response)
    instance.response = finished
    rendered = getattr(finished, "render", None)
    return rendered() if rendered is not None else finished
