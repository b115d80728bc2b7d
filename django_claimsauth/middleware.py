"""
The same for plain Django views: the principal, the guard, the fallback, the debt.

Put it after Django's session and authentication middleware.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.utils.functional import SimpleLazyObject

from django_claimsauth.authentication.requests import state_of
from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.authorization import debt
from django_claimsauth.authorization.answers import answer
from django_claimsauth.authorization.enforcement import aenforce, enforce
from django_claimsauth.authorization.exemptions import is_exempt_name, is_login_exempt
from django_claimsauth.authorization.metadata import metadata_of
from django_claimsauth.authorization.refusals import refused
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import NotAuthorizedError


class AuthorizationMiddleware:
    """
    Sets `request.principal`, guards views before they run, and collects debts.

    A view is guarded here before whatever is wrapped around it, such as
    `cache_page`. One that declares nothing is held to `FALLBACK_POLICY`, unless
    it is exempt; a URL that leads nowhere stays a 404.
    """

    sync_capable = True
    async_capable = True

    def __init__(
        self, get_response: Callable[[HttpRequest], HttpResponse | Awaitable[Any]]
    ) -> None:
        self.get_response: Any = get_response
        # Django calls what it finds here, sync or async as the whole chain is.
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)
            self.process_view: Any = self._aprocess_view
        else:
            self.process_view = self._process_view

    def __call__(self, request: HttpRequest) -> Any:
        """Answer, and refuse an answer that still owes a question."""
        request.principal = SimpleLazyObject(lambda: _principal(request))  # type: ignore[attr-defined]
        if iscoroutinefunction(self.get_response):
            return self._acall(request)
        return _collected(request, self.get_response(request))

    async def _acall(self, request: HttpRequest) -> HttpResponse:
        return _collected(request, await self.get_response(request))

    def _process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        metadata = metadata_of(view, request.method or "GET")
        refusal = enforce(request, metadata, fallback=not _is_exempt(request, view))
        return None if refusal is None else answer(request, refusal, view)

    async def _aprocess_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        metadata = metadata_of(view, request.method or "GET")
        refusal = await aenforce(
            request, metadata, fallback=not _is_exempt(request, view)
        )
        return None if refusal is None else answer(request, refusal, view)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        """Answer what `service.require()` raised in a plain view; 404 is Django's."""
        if (
            not isinstance(exception, NotAuthorizedError)
            or exception.status == HTTPStatus.NOT_FOUND
        ):
            return None
        result = state_of(request).current or AuthenticateResult.no_result()
        names = exception.schemes or tuple(result.results)
        return answer(request, refused(request, result, names, exception.failure))


def _principal(request: HttpRequest) -> ClaimsPrincipal:
    """Return who the default scheme says it is, where no endpoint asked first."""
    result = schemes.authenticate(request)
    return result.principal or ClaimsPrincipal.anonymous()


def _collected(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if debt.outstanding(request, response.status_code) is None:
        return response
    response.close()
    return HttpResponseServerError("Server Error (500)", content_type="text/plain")


def _is_exempt(request: HttpRequest, view: Any) -> bool:
    """Tell whether the fallback policy leaves a view alone."""
    if is_login_exempt(view):
        return True
    match = request.resolver_match
    name = match.view_name if match is not None else ""
    return is_exempt_name(name, request.path_info)
