"""Which functions judge which requirements: `@handles` and its registry."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import NoneType
from typing import Any, TypeVar

from asgiref.sync import iscoroutinefunction

from django_claimsauth.authorization.requirements import Requirement

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(slots=True)
class Handler:
    """
    A registered judge of one requirement class and, maybe, of some resources.

    `function` is what was decorated, a function or a class; `call` is what is
    called. `narrow` is its queryset form, where it has one.
    """

    function: Callable[..., Any]
    call: Callable[..., Any]
    requirement: type[Requirement]
    resource: tuple[type, ...] = ()
    narrow: Callable[..., Any] | None = None

    @property
    def name(self) -> str:
        """The function's qualified name, for logs and errors."""
        name = getattr(self.function, "__qualname__", repr(self.function))
        return f"{getattr(self.function, '__module__', '?')}.{name}"

    @property
    def is_async(self) -> bool:
        """Whether calling it returns a coroutine."""
        return iscoroutinefunction(self.call)

    def takes(self, resource: type) -> bool:
        """Tell whether it judges resources of this type; a typed one never None."""
        if not self.resource:
            return True
        # Also where it is typed `object`: None is no resource.
        return resource is not NoneType and issubclass(resource, self.resource)


class HandlerRegistry:
    """The handlers, in the order in which they were registered."""

    def __init__(self) -> None:
        self.handlers: list[Handler] = []
        self._changed: list[Callable[[], None]] = []

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call this whenever a handler is added: plans made before are old."""
        self._changed.append(callback)
        return callback

    def add(
        self,
        function: Callable[..., Any],
        requirement: type[Requirement],
        resource: type | tuple[type, ...] | None = None,
    ) -> Handler:
        """
        Register a judge; the same function for the same things counts once.

        Raises:
            TypeError: not a function or class, not a requirement class, not a
                resource class, or a function of other arguments.
        """
        types = _resource_types(resource)
        _check(function, requirement)
        same = [each for each in self.handlers if each.function == function]
        for known in same:
            if (known.requirement, known.resource) == (requirement, types):
                return known
        call, narrow = _made(function)
        _check_call(call)
        if narrow is None and same:
            narrow = same[0].narrow
        handler = Handler(function, call, requirement, types, narrow)
        self.handlers.append(handler)
        self.changed()
        return handler

    def remove(self, function: Callable[..., Any]) -> None:
        """Forget every registration of a function; for tests."""
        self.handlers[:] = [h for h in self.handlers if h.function != function]
        self.changed()

    def changed(self) -> None:
        """Tell those who keep plans that they are old."""
        for callback in self._changed:
            callback()

    def judging(self, requirement: Requirement, resource: type) -> list[Handler]:
        """Return the handlers of a requirement for resources of a type, in order."""
        return [
            each
            for each in self.handlers
            if isinstance(requirement, each.requirement) and each.takes(resource)
        ]


registry = HandlerRegistry()


def handles(
    requirement: type[Requirement], *, resource: type | tuple[type, ...] | None = None
) -> Callable[[Function], Function]:
    """
    Register the decorated function, method or class as a judge of a requirement.

    It is called with `(context, requirement)` (a class is made once, and its
    `handle` is called) and is returned unchanged, with one attribute more:
    `.narrow`, the decorator for its queryset form,
    `(principal, requirement) -> Q`.

    Args:
        resource: judge only resources of this class; None, and any other, is
            skipped.
    """

    def register(function: Function) -> Function:
        registry.add(function, requirement, resource)
        if inspect.isfunction(function):
            function.narrow = _narrow_decorator(function)  # type: ignore[attr-defined]
        return function

    return register


def _narrow_decorator(
    function: Callable[..., Any],
) -> Callable[[Function], Function]:
    def narrow(form: Function) -> Function:
        if not callable(form):
            raise TypeError(f"A queryset form is a function, not {form!r}.")
        for each in registry.handlers:
            if each.function == function:
                each.narrow = form
        registry.changed()
        return form

    return narrow


def _check(function: object, requirement: object) -> None:
    if not callable(function):
        raise TypeError(f"@handles decorates a function or a class, not {function!r}.")
    if not (isinstance(requirement, type) and issubclass(requirement, Requirement)):
        raise TypeError(
            f"@handles takes a Requirement class, not {requirement!r}: "
            "@handles(MinimumAge)."
        )


def _check_call(call: Callable[..., Any]) -> None:
    """Refuse what cannot be called so now, and not in a request: a bare method."""
    try:
        signature = inspect.signature(call)
    except ValueError:
        # Written in C, and silent about its arguments.
        return
    try:
        signature.bind(None, None)
    except TypeError as error:
        raise TypeError(
            f"A handler is called with (context, requirement), and {call!r} takes "
            f"{signature}: {error}. Of a method, register an instance's."
        ) from error


def _resource_types(resource: Any) -> tuple[type, ...]:
    if resource is None:
        return ()
    types = resource if isinstance(resource, tuple) else (resource,)
    if not types:
        raise TypeError("resource= is an empty tuple; leave it out, or name a class.")
    for each in types:
        if not isinstance(each, type):
            raise TypeError(f"resource= is a class, not {each!r}.")
        # A protocol with data cannot be asked; better now than in a request.
        issubclass(NoneType, each)
    return types


def _made(
    function: Callable[..., Any],
) -> tuple[Callable[..., Any], Callable[..., Any] | None]:
    """Return what to call and its queryset form; of a class, one instance's."""
    if not inspect.isclass(function):
        return function, None
    instance = function()
    handle = getattr(instance, "handle", instance)
    if not callable(handle):
        raise TypeError(
            f"The handler class {function.__name__} has no "
            "handle(context, requirement)."
        )
    return handle, getattr(instance, "narrow", None)
