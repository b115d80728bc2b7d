"""What is known about a request, kept on Django's HttpRequest and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from asgiref.sync import sync_to_async
from django.utils.functional import SimpleLazyObject, empty

from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.authentication.users import anonymous_user
from django_claimsauth.claims import ClaimsPrincipal

if TYPE_CHECKING:
    from django.http import HttpRequest

ATTRIBUTE = "_claimsauth"


class RequestState:
    """
    The results of one request.

    `results` are the schemes' own, by alias; `transformed` the principals after
    the transformations, by what they were made of; `combined` are the results of
    lists of schemes, merged and transformed; `current` is what the endpoint
    judged by, and `user` the `request.user` that it gave. `forced` is a principal
    that a test set. `notes` belong to the rooms above.
    """

    __slots__ = (
        "_turns",
        "combined",
        "current",
        "forced",
        "notes",
        "results",
        "transformed",
        "user",
    )

    def __init__(self) -> None:
        self.results: dict[str, AuthenticateResult] = {}
        self.transformed: dict[tuple[int, ...], ClaimsPrincipal] = {}
        self.combined: dict[tuple[str, ...], AuthenticateResult] = {}
        self.current: AuthenticateResult | None = None
        self.forced: ClaimsPrincipal | None = None
        self.notes: dict[str, Any] = {}
        self.user: object = None
        self._turns: dict[Hashable, Turn] | None = None

    def known(self, aliases: tuple[str, ...]) -> AuthenticateResult | None:
        """Return the result of a list of schemes, or what a test forced, or None."""
        if self.forced is not None:
            return AuthenticateResult.succeed(self.forced)
        return self.combined.get(aliases)

    def turn(self, key: Hashable) -> Turn:
        """Return the turn of what one request's tasks ask at the same time."""
        if self._turns is None:
            self._turns = {}
        return self._turns.setdefault(key, Turn())


class Turn:
    """
    Lets the tasks of one request do something one after the other.

    A task that would wait for itself is told so; it would wait for ever.
    """

    __slots__ = ("_lock", "_task")

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        if task is not None and task is self._task:
            raise RuntimeError("A scheme or a transformation asks for itself.")
        await self._lock.acquire()
        self._task = task

    async def __aexit__(self, *error: object) -> None:
        self._task = None
        self._lock.release()


_put: Final = object.__setattr__


class LazyUser(SimpleLazyObject):  # type: ignore[type-arg]  # no generic at run time
    """
    The user of a request, loaded when it is touched.

    Made on every request and touched on few, so it leaves out the way through
    Django's own `__setattr__`, which costs more than all the rest of `bind()`.
    """

    def __init__(self, load: Callable[[], object]) -> None:
        _put(self, "_setupfunc", load)
        _put(self, "_wrapped", empty)


def django_request(request: Any) -> HttpRequest:
    """Return Django's own request; DRF's wraps it."""
    return getattr(request, "_request", request)  # type: ignore[no-any-return]


def state_of(request: Any) -> RequestState:
    """Return what is known about a request, made at first use."""
    # DRF's request hands on what it does not have.
    state: RequestState | None = getattr(request, ATTRIBUTE, None)
    if state is None:
        state = RequestState()
        setattr(django_request(request), ATTRIBUTE, state)
    return state


def bind(
    request: Any,
    result: AuthenticateResult,
    user_of: Callable[[ClaimsPrincipal], object],
) -> ClaimsPrincipal:
    """
    Make a result the request's: `.principal`, `.user` and `.auser()`.

    Nobody authenticated is the anonymous principal, also where Django's session
    knows a user: this endpoint does not accept that credential.
    """
    inner: Any = getattr(request, "_request", request)
    given = inner.__dict__
    state: RequestState = given.get(ATTRIBUTE) or state_of(inner)
    principal = result.principal
    if (
        principal is not None
        and state.current is result
        and given.get("principal") is principal
        and given.get("user") is state.user
    ):
        # The request says it already, and nobody has said anything else since.
        return principal
    state.current = result
    if principal is None:
        principal, user = ClaimsPrincipal.anonymous(), anonymous_user()
    else:
        user = LazyUser(partial(user_of, principal))
    inner.principal = principal
    inner.user = state.user = user
    # Django's own would still answer with the session's user.
    inner.auser = partial(_loaded, user)
    return principal


async def _loaded(user: Any) -> Any:
    if isinstance(user, LazyUser):
        await sync_to_async(attrgetter("__class__"))(user)
    return user
