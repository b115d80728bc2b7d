"""What is known about a request, kept on Django's HttpRequest and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.utils.functional import SimpleLazyObject

from django_claimsauth.authentication.users import anonymous_user
from django_claimsauth.claims import ClaimsPrincipal

if TYPE_CHECKING:
    from django.http import HttpRequest

    from django_claimsauth.authentication.results import AuthenticateResult

ATTRIBUTE = "_claimsauth"


class RequestState:
    """
    The results of one request.

    `results` are the schemes' own, by alias; `combined` are those of lists of
    schemes, merged and transformed; `current` is what the endpoint judged by.
    `forced` is a principal that a test set. `notes` belong to the rooms above.
    """

    __slots__ = ("combined", "current", "forced", "notes", "results")

    def __init__(self) -> None:
        self.results: dict[str, AuthenticateResult] = {}
        self.combined: dict[tuple[str, ...], AuthenticateResult] = {}
        self.current: AuthenticateResult | None = None
        self.forced: ClaimsPrincipal | None = None
        self.notes: dict[str, Any] = {}


def django_request(request: Any) -> HttpRequest:
    """Return Django's own request; DRF's wraps it."""
    return getattr(request, "_request", request)  # type: ignore[no-any-return]


def state_of(request: Any) -> RequestState:
    """Return what is known about a request, made at first use."""
    inner = django_request(request)
    state = inner.__dict__.get(ATTRIBUTE)
    if state is None:
        state = inner.__dict__[ATTRIBUTE] = RequestState()
    return state  # type: ignore[no-any-return]


def bind(
    request: Any,
    result: AuthenticateResult,
    user_of: Callable[[ClaimsPrincipal], object],
) -> ClaimsPrincipal:
    """
    Make a result the request's: `request.principal` and `request.user`.

    Nobody authenticated is the anonymous principal, also where Django's session
    knows a user: this endpoint does not accept that credential.
    """
    inner = django_request(request)
    state_of(inner).current = result
    principal = result.principal or ClaimsPrincipal.anonymous()
    inner.principal = principal  # type: ignore[attr-defined]
    inner.user = (  # type: ignore[assignment]
        SimpleLazyObject(lambda: user_of(principal)) if result else anonymous_user()
    )
    inner.auser = partial(_auser, inner)  # type: ignore[method-assign,assignment]
    return principal


async def _auser(request: Any) -> Any:
    """Return `request.user`, loaded off the event loop, as Django's `auser()` does."""
    await sync_to_async(lambda: request.user.is_authenticated)()
    return request.user
