"""
Claims transformations: what enriches a principal before it is judged.

They run after authentication and before authorization, in the order of
`CLAIMS_TRANSFORMATIONS`, once a request for each distinct list of schemes, on
the merged principal. Nobody authenticated, nothing to transform.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from asgiref.sync import async_to_sync, iscoroutinefunction, sync_to_async

from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.conf import load, settings
from django_claimsauth.errors import SettingsError

if TYPE_CHECKING:
    from django.http import HttpRequest


class ClaimsTransformation:
    """
    Turns a principal into a richer one.

    A subclass writes `transform()` or `atransform()` and returns the principal
    that it was given or a new one; principals are immutable. A function
    `(principal, request)` will do where no state is needed; it may be async.
    """

    #: Whether `transform()` waits for a database, a cache or a network. One that
    #: does not is called on the event loop, without a thread hop. A function may
    #: have the same attribute.
    does_io: bool = True

    def transform(
        self, principal: ClaimsPrincipal, request: HttpRequest
    ) -> ClaimsPrincipal:
        """Return the principal, enriched."""
        if type(self).atransform is not ClaimsTransformation.atransform:
            return async_to_sync(self.atransform)(principal, request)
        raise NotImplementedError(f"{type(self).__name__} has no transform().")

    async def atransform(
        self, principal: ClaimsPrincipal, request: HttpRequest
    ) -> ClaimsPrincipal:
        """Do as `transform()`, from an event loop."""
        if not self.does_io:
            return self.transform(principal, request)
        return await sync_to_async(self.transform)(principal, request)


class FunctionTransformation(ClaimsTransformation):
    """A transformation that is a function, sync or async."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.does_io = getattr(function, "does_io", True)

    def transform(
        self, principal: ClaimsPrincipal, request: HttpRequest
    ) -> ClaimsPrincipal:
        """Call the function; an async one runs to its end."""
        if iscoroutinefunction(self.function):
            return async_to_sync(self.function)(principal, request)  # type: ignore[no-any-return]
        return self.function(principal, request)  # type: ignore[no-any-return]

    async def atransform(
        self, principal: ClaimsPrincipal, request: HttpRequest
    ) -> ClaimsPrincipal:
        """Await an async function; call a sync one off the event loop."""
        if iscoroutinefunction(self.function):
            return await self.function(principal, request)  # type: ignore[no-any-return]
        return await super().atransform(principal, request)


class Transformations:
    """The transformations of the settings, made at first use."""

    def __init__(self) -> None:
        self._made: tuple[ClaimsTransformation, ...] | None = None

    def reset(self) -> None:
        """Forget what was made: the settings changed."""
        self._made = None

    def all(self) -> tuple[ClaimsTransformation, ...]:
        """
        Return them in order.

        Raises:
            SettingsError: an entry that is no transformation.
        """
        if self._made is None:
            self._made = tuple(
                _made(entry, f"CLAIMSAUTH['CLAIMS_TRANSFORMATIONS'][{place}]")
                for place, entry in enumerate(settings.claims_transformations)
            )
        return self._made

    def run(self, principal: ClaimsPrincipal, request: HttpRequest) -> ClaimsPrincipal:
        """Return the principal after every transformation."""
        for each in self.all():
            principal = _checked(each.transform(principal, request), each)
        return principal

    async def arun(
        self, principal: ClaimsPrincipal, request: HttpRequest
    ) -> ClaimsPrincipal:
        """Do as `run()`, from an event loop."""
        for each in self.all():
            principal = _checked(await each.atransform(principal, request), each)
        return principal


def _made(entry: Any, where: str) -> ClaimsTransformation:
    target = load(entry, where)
    if inspect.isclass(target):
        try:
            target = target()
        except (TypeError, ValueError) as error:
            raise SettingsError(f"{where} cannot be made: {error}") from error
    if isinstance(target, ClaimsTransformation):
        return target
    if not callable(target):
        raise SettingsError(
            f"{where} is {entry!r}; a ClaimsTransformation or a function "
            "(principal, request) is expected."
        )
    return FunctionTransformation(target)


def _checked(answer: object, transformation: ClaimsTransformation) -> ClaimsPrincipal:
    if inspect.iscoroutine(answer):
        # An `async def transform` in a class of one's own.
        answer.close()
    if not isinstance(answer, ClaimsPrincipal):
        shown = getattr(transformation, "function", type(transformation))
        raise TypeError(
            f"The transformation {shown!r} returned {answer!r}; a ClaimsPrincipal "
            "is expected. What is async is named atransform(), or is a function."
        )
    return answer


transformations = Transformations()
settings.on_drop(transformations.reset)
