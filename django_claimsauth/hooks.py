"""
What the rooms above hand down at start-up, kept where nothing else is loaded.

A process that starts names here who answers, whom to call and what to name; the
rooms that ask are loaded with the first view, policy or request that needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_claimsauth.claims import ClaimsPrincipal

#: Asked in order: (request, refusal, view) -> a response, or None for "not mine".
answerers: list[Callable[[Any, Any, Any], Any]] = []
#: Called with Django's request before it is authenticated.
before_authentication: list[Callable[[Any], None]] = []
#: Called with Django's request and its principal after it was let in.
after_success: list[Callable[[Any, ClaimsPrincipal], None]] = []
#: What tells the schemes of a class's own authentication classes, which DRF knows.
#: An empty name is the default scheme, whatever it is when a request asks.
scheme_readers: list[Callable[[type], Iterable[str]]] = []
#: What guards of functions show that the function has not set itself.
function_attributes: dict[str, Callable[[], Any]] = {}
_guarded_classes: list[type] = []
_class_hooks: list[Callable[[type], None]] = []


def on_guarded_class(hook: Callable[[type], None]) -> None:
    """Call this with every guarded class, those before now included."""
    if hook in _class_hooks:
        return
    _class_hooks.append(hook)
    for cls in _guarded_classes:
        hook(cls)


def guarded(cls: type) -> None:
    """Tell the hooks of a class that was guarded."""
    _guarded_classes.append(cls)
    for hook in _class_hooks:
        hook(cls)


class Opening:
    """Calls what waits for a room to be loaded, each once and in order."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], None]] = []
        self._is_open = False

    def wait(self, callback: Callable[[], None]) -> None:
        """Call this when the room is loaded: at once, if it is."""
        if self._is_open:
            callback()
        else:
            self._waiting.append(callback)

    def open(self) -> None:
        """Call what waited; the room is loaded."""
        self._is_open = True
        for callback in self._waiting:
            # What raises ends the loading, and all are called where it is tried again.
            callback()
        self._waiting.clear()


#: Opened by `authorization`, when policies can be named.
authorization = Opening()
