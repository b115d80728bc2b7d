"""
What an endpoint declares, and reading it back for a view and a method.

A declaration stands on a function, a class or a method, and on what wraps a
view from outside (a gate). The nearest one decides who is anonymous: action
over class over what wraps them; gates hold whatever stands inside.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any, Final

from django_claimsauth.authorization.policies import AuthorizeData, PolicyLike
from django_claimsauth.authorization.resources import (
    resource_entry,
    resource_policy,
)
from django_claimsauth.hooks import scheme_readers

DECLARED: Final = "_claimsauth_declared"
GATES: Final = "_claimsauth_gates"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What stands on one function, class or method."""

    entries: tuple[AuthorizeData, ...] = ()
    anonymous: bool = False

    def plus(
        self, entries: tuple[AuthorizeData, ...], *, anonymous: bool
    ) -> Declaration:
        """Return the declaration with one more decorator's word."""
        return Declaration((*self.entries, *entries), self.anonymous or anonymous)


NOTHING: Final = Declaration()
#: Classes may be made on the fly; what is kept about them is bounded.
MAX_ENDPOINTS: Final = 4096
_known: dict[tuple[Any, ...], tuple[Any, EndpointMetadata]] = {}


@dataclass(frozen=True, slots=True, eq=False)
class EndpointMetadata:
    """
    What holds for one view and method.

    `gates` hold in any case; `entries` do unless the nearest declaration is
    `@allow_anonymous`. `declared` says where it was declared. `resource` is the
    policy that the view owes a question about a resource, `schemes` those that
    the view's own authentication classes ask, where the policy names none.
    `asked` is everything that must hold, `is_declared` whether anything was
    declared; if not, the fallback policy holds.

    One is made an endpoint and kept, so what is worked out of it is found by
    which it is, and not by what it says.
    """

    gates: tuple[AuthorizeData, ...] = ()
    entries: tuple[AuthorizeData, ...] = ()
    anonymous: bool = False
    declared: tuple[str, ...] = ()
    resource: PolicyLike | None = None
    schemes: tuple[str, ...] = ()
    asked: tuple[AuthorizeData, ...] = field(init=False, repr=False)
    is_declared: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Read on every request, and told once an endpoint.
        asked = self.gates if self.anonymous else (*self.gates, *self.entries)
        object.__setattr__(self, "asked", asked)
        is_declared = bool(self.gates or self.entries or self.anonymous)
        object.__setattr__(self, "is_declared", is_declared)


UNDECLARED: Final = EndpointMetadata()


def declared_on(target: Any) -> Declaration:
    """Return what stands on a function or, by itself, on a class."""
    if isinstance(target, type):
        return target.__dict__.get(DECLARED, NOTHING)  # type: ignore[no-any-return]
    return getattr(target, DECLARED, NOTHING)


def view_class(view: Any) -> type | None:
    """Return the class behind what `as_view()` returned, DRF's or Django's."""
    found = getattr(view, "cls", None) or getattr(view, "view_class", None)
    return found if isinstance(found, type) else None


def handler_name(view: Any, method: str) -> str:
    """Return the name of the method that answers: an action's, or the verb."""
    actions = getattr(view, "actions", None) or {}
    verb = method.lower()
    if verb == "head" and verb not in actions and not hasattr(view_class(view), verb):
        verb = "get"
    return str(actions.get(verb, verb))


def metadata_of(view: Any, method: str = "GET") -> EndpointMetadata:
    """
    Return what holds for a view (as a URL pattern has it) and an HTTP method.

    HEAD is what GET is. OPTIONS describes every method, so all of them must let
    the caller in that are declared.
    """
    cls = view_class(view)
    outer = declared_on(view)
    gates = getattr(view, GATES, ())
    if cls is None:
        return _function_metadata(outer, gates)
    # What wraps the result of as_view() is a gate: nothing inside opens it.
    gates = (*gates, *outer.entries)
    name = handler_name(view, method)
    if method.upper() == "OPTIONS" and not _declares(cls, name):
        return _options_metadata(view, cls, gates, outer)
    return metadata_of_handler(cls, name, gates, open_around=outer.anonymous)


def _function_metadata(
    declaration: Declaration, gates: tuple[AuthorizeData, ...]
) -> EndpointMetadata:
    if declaration is NOTHING and not gates:
        return UNDECLARED
    key = (declaration, gates)
    known = _known.get(key)
    if known is not None:
        return known[1]
    where = _where(function=declaration != NOTHING, gate=bool(gates))
    found = EndpointMetadata(gates, declaration.entries, declaration.anonymous, where)
    return _keep(key, (), found)


def _own_schemes(cls: type) -> tuple[str, ...]:
    return tuple(scheme for reader in scheme_readers for scheme in reader(cls))


def metadata_of_method(cls: type, function: Any, name: str) -> EndpointMetadata:
    """Return what holds for a method of a class, called by whatever way."""
    found = metadata_of_handler(cls, name)
    if found.is_declared:
        return found
    entries = declared_on(function).entries
    return EndpointMetadata((), entries, schemes=_own_schemes(cls))


def forget() -> None:
    """Read every declaration again: there is one more."""
    _known.clear()


def metadata_of_handler(
    cls: type,
    name: str,
    gates: tuple[AuthorizeData, ...] = (),
    *,
    open_around: bool = False,
) -> EndpointMetadata:
    """
    Return what a class declares for the method of this name.

    Args:
        gates: what holds around the class in any case.

        open_around: whether what wraps the class lets anybody in.
    """
    # The one thing that is not declared: a test, or a mixin, may set it late.
    asking = getattr(cls, "authentication_classes", ())
    key = (cls, name, gates, open_around)
    known = _known.get(key)
    if known is not None and known[0] == asking:
        return known[1]
    read = _read_class(cls, name, gates, open_around=open_around)
    found = replace(read, schemes=_own_schemes(cls))
    # A verb may be any word that a client sends; what a class has is bounded.
    return _keep(key, asking, found) if hasattr(cls, name) else found


def _keep(
    key: tuple[Any, ...], asking: Any, found: EndpointMetadata
) -> EndpointMetadata:
    if len(_known) >= MAX_ENDPOINTS:
        _known.clear()
    _known[key] = (copy(asking), found)
    return found


def _read_class(
    cls: type, name: str, gates: tuple[AuthorizeData, ...], *, open_around: bool
) -> EndpointMetadata:
    action = _nearest(_on_method(cls, name))
    of_class = _nearest(declared_on(each) for each in cls.__mro__)
    resource = resource_entry(cls, name)
    where = _where(
        action=action != NOTHING,
        cls=of_class != NOTHING,
        resource=resource is not None,
        gate=bool(gates),
    )
    # A resource policy holds beside whoever opens the view: it is its own judge.
    gates = gates if resource is None else (*gates, resource)
    owed = resource_policy(cls, name)
    if action.anonymous:
        return EndpointMetadata(
            gates, (), declared=where, resource=owed, anonymous=True
        )
    entries = (*of_class.entries, *action.entries)
    is_open = not action.entries and (
        of_class.anonymous or (open_around and not entries)
    )
    return EndpointMetadata(gates, () if is_open else entries, is_open, where, owed)


def _options_metadata(
    view: Any, cls: type, gates: tuple[AuthorizeData, ...], outer: Declaration
) -> EndpointMetadata:
    """OPTIONS tells of the reads, so it asks what GET asks, or else every method."""
    asking = getattr(cls, "authentication_classes", ())
    actions = tuple((getattr(view, "actions", None) or {}).items())
    key = (cls, gates, outer, actions)
    known = _known.get(key)
    if known is not None and known[0] == asking:
        return known[1]
    verbs = _verbs(view, cls)
    read = [verb for verb in verbs if verb == "get"]
    every = [
        metadata_of_handler(
            cls, handler_name(view, verb), gates, open_around=outer.anonymous
        )
        for verb in (read or verbs or ["options"])
    ]
    is_open = all(each.anonymous for each in every)
    found = EndpointMetadata(
        tuple(dict.fromkeys(entry for each in every for entry in each.gates)),
        tuple(dict.fromkeys(entry for each in every for entry in each.entries)),
        is_open,
        every[0].declared,
        schemes=_own_schemes(cls),
    )
    return _keep(key, asking, found)


def _verbs(view: Any, cls: type) -> list[str]:
    actions = getattr(view, "actions", None)
    known = list(actions) if actions else list(getattr(cls, "http_method_names", ()))
    return [
        verb
        for verb in known
        if verb not in ("options", "head") and (actions or hasattr(cls, verb))
    ]


def _declares(cls: type, name: str) -> bool:
    return _nearest(_on_method(cls, name)) != NOTHING


def _on_method(cls: type, name: str) -> Iterator[Declaration]:
    """Yield what stands on the method, nearest class first, also where overridden."""
    for each in cls.__mro__:
        method = each.__dict__.get(name)
        if method is not None:
            yield declared_on(method)
            yield from _inside(method)


def _inside(method: Any) -> Iterator[Declaration]:
    """Yield what stands on the function that `@api_view` closed its handler over."""
    if getattr(method, "__name__", "") != "handler":
        return
    for cell in getattr(method, "__closure__", None) or ():
        if callable(cell.cell_contents):
            yield declared_on(cell.cell_contents)


def _nearest(declarations: Iterator[Declaration]) -> Declaration:
    """Unite declarations, nearest first; an anonymous one ends the walk."""
    entries: tuple[AuthorizeData, ...] = ()
    for each in declarations:
        if each.anonymous:
            # What was declared nearer than the opening still holds.
            return Declaration(entries, anonymous=not entries)
        entries = (*each.entries, *entries)
    return Declaration(entries)


def _where(**found: bool) -> tuple[str, ...]:
    return tuple(name.replace("cls", "class") for name, is_so in found.items() if is_so)
