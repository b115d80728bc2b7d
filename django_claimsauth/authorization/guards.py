"""The guard: what stands before a view or a method and enforces its declaration."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any, Final

from asgiref.sync import iscoroutinefunction, markcoroutinefunction

from django_claimsauth import hooks
from django_claimsauth.authorization import debt
from django_claimsauth.authorization.answers import answer
from django_claimsauth.authorization.enforcement import aenforce, enforce
from django_claimsauth.authorization.metadata import (
    DECLARED,
    GATES,
    Declaration,
    EndpointMetadata,
    declared_on,
    forget,
    metadata_of,
    metadata_of_method,
)
from django_claimsauth.authorization.policies import AuthorizeData

GUARDED: Final = "_claimsauth_guarded"


class Guard:
    """
    Calls a view, or a method of one, after its declaration has let the request in.

    It is an object and not a function because Python tells an object in a class
    body which class it stands in (`__set_name__`): so a decorated method has its
    whole class guarded, also against subclasses that override the method.
    """

    def __init__(
        self,
        view: Callable[..., Any],
        declaration: Declaration,
        gates: tuple[AuthorizeData, ...] = (),
    ) -> None:
        functools.update_wrapper(self, view)
        self.guarded = view
        self._known: dict[Any, EndpointMetadata] = {}
        self.__dict__[DECLARED] = declaration
        self.__dict__[GATES] = gates
        if iscoroutinefunction(view):
            markcoroutinefunction(self)

    def __set_name__(self, owner: type, name: str) -> None:
        if hasattr(owner, "as_view"):
            guard_class(owner)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if iscoroutinefunction(self.guarded):
            return self._acall(*args, **kwargs)
        request = _request_of(args)
        metadata = self._metadata(args, request.method)
        refusal = enforce(request, metadata)
        if refusal is not None:
            return answer(request, refusal, self.guarded)
        self._owe(request, metadata)
        return self._settled(request, metadata, self.guarded(*args, **kwargs))

    async def _acall(self, *args: Any, **kwargs: Any) -> Any:
        request = _request_of(args)
        metadata = self._metadata(args, request.method)
        refusal = await aenforce(request, metadata)
        if refusal is not None:
            return answer(request, refusal, self.guarded)
        self._owe(request, metadata)
        return self._settled(request, metadata, await self.guarded(*args, **kwargs))

    def _metadata(self, args: tuple[Any, ...], method: str) -> EndpointMetadata:
        key = (method, None if _is_request(args[0]) else type(args[0]))
        known = self._known.get(key)
        if known is None:
            if key[1] is None:
                known = metadata_of(self, method)
            else:
                known = metadata_of_method(key[1], self, self.__name__)
            # Methods are what a client sends; only the known ones are kept.
            if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
                self._known[key] = known
        return known

    def _owe(self, request: Any, metadata: EndpointMetadata) -> None:
        if metadata.resource is not None:
            debt.owe(request, _name_of(self), metadata.resource)

    def _settled(self, request: Any, metadata: EndpointMetadata, response: Any) -> Any:
        if metadata.resource is not None:
            error = debt.outstanding(request, getattr(response, "status_code", 200))
            if error is not None:
                # Raised inside the view, so that ATOMIC_REQUESTS rolls back.
                raise error
        return response

    def __getattr__(self, name: str) -> Any:
        # Only asked for what is not there: DRF's @api_view looks for classes to use.
        if name in hooks.function_attributes:
            return hooks.function_attributes[name]()
        raise AttributeError(f"A guard has no attribute {name!r}.")

    def __repr__(self) -> str:
        return f"<Guard of {_name_of(self)}>"


def guard(
    view: Any,
    entries: tuple[AuthorizeData, ...] = (),
    *,
    anonymous: bool = False,
) -> Guard:
    """Return a guard of a function, or of a view, with one declaration more."""
    if entries or anonymous:
        forget()
    declaration = declared_on(view).plus(entries, anonymous=anonymous)
    inner = view.guarded if isinstance(view, Guard) else view
    return Guard(inner, declaration, getattr(view, GATES, ()))


def gate(view: Any, entries: tuple[AuthorizeData, ...]) -> Guard:
    """Return a guard around a view that nothing inside of it can open."""
    return Guard(view, declared_on(view), (*entries, *getattr(view, GATES, ())))


def guard_class(cls: type) -> None:
    """Make what a class's `as_view()` returns enforce what the class declares."""
    forget()
    if any(GUARDED in each.__dict__ for each in cls.__mro__):
        return
    original = cls.__dict__.get("as_view")

    def as_view(klass: Any, *args: Any, **kwargs: Any) -> Any:
        if original is None:
            parent: Any = super(cls, klass)
            view = parent.as_view(*args, **kwargs)
        else:
            view = original.__func__(klass, *args, **kwargs)
        return guard(view)

    functools.update_wrapper(as_view, cls.as_view.__func__)  # type: ignore[attr-defined]
    cls.as_view = classmethod(as_view)  # type: ignore[attr-defined]
    setattr(cls, GUARDED, True)
    hooks.guarded(cls)


def _is_request(candidate: Any) -> bool:
    return hasattr(candidate, "META") and hasattr(candidate, "method")


def _request_of(args: tuple[Any, ...]) -> Any:
    for each in args[:2]:
        if _is_request(each):
            return each
    raise TypeError(
        "A guarded function is called with a request first (or second, as a "
        f"method); it was called with {[type(each).__name__ for each in args]}."
    )


def _name_of(view: Any) -> str:
    cls = getattr(view, "cls", None) or getattr(view, "view_class", None) or view
    return f"{cls.__module__}.{getattr(cls, '__qualname__', type(cls).__qualname__)}"
