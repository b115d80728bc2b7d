"""
Judging resources that are no models: attributes compare by JSON type.

Values of different types (`42` and `"42"`, `True` and `1`) are not comparable,
so a claim of another type than the attribute's counts as absent.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from django_claimsauth.authorization.operands import ClaimReference, Now
from django_claimsauth.claims import ClaimsPrincipal

if TYPE_CHECKING:
    from django_claimsauth.authorization.rules import Rule

COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CLASSES: Final = {"string": str, "number": int, "boolean": bool}
_COLLECTIONS: Final = (list, tuple, set, frozenset)


Judge: TypeAlias = Callable[..., bool]
#: Values to compare with, by the exact class of an attribute that may equal them.
ByClass: TypeAlias = dict[type, tuple[Any, ...]]


def judge_of_objects(rule: Rule) -> Judge:
    """Return what judges any object by its attributes."""

    def judge(
        principal: ClaimsPrincipal, resource: Any, request: object = None
    ) -> bool:
        return _verdict(rule, principal, resource) is (not rule.negated)

    if len(rule.path) == 1 and rule.operator == "==":
        return _judge_equality(rule, judge)
    return judge


def _judge_equality(rule: Rule, judge: Judge) -> Judge:
    """Return a short cut for texts, integers and booleans; `judge` has the rest."""
    (name,), (term,), negated = rule.path, rule.terms, rule.negated
    # One key for all the rules that read the same claims.
    key = ("by class", term.type) if isinstance(term, ClaimReference) else None
    constants = {} if key else _by_class((term,))

    def judge_equality(
        principal: ClaimsPrincipal, resource: Any, request: object = None
    ) -> bool:
        known: ByClass = constants
        if key is not None:
            memo = principal.memo
            if key not in memo:
                memo[key] = _by_class(principal.values(key[1]))
            known = memo[key]
        value = getattr(resource, name, None)
        values = known.get(value.__class__)
        if values is None:
            return judge(principal, resource)
        return (value in values) is not negated

    return judge_equality


def _by_class(values: Iterable[Any]) -> ByClass:
    found: dict[type, list[Any]] = {}
    for value in values:
        kind = _CLASSES.get(_kind(value))
        if kind is not None:
            found.setdefault(kind, []).append(value)
    return {kind: tuple(alike) for kind, alike in found.items()}


def _verdict(rule: Rule, principal: ClaimsPrincipal, resource: Any) -> bool | None:
    """Return whether the rule without its `~` holds; None where that is unknown."""
    reached = list(_reached(rule, resource))
    if rule.operator == "is_empty":
        return not _collection(rule, reached)
    if rule.operator == "includes":
        reached = _collection(rule, reached)
    elif any(isinstance(each, _COLLECTIONS) for each in reached):
        raise TypeError(f"{rule!r}: there are several; write .includes(...).")
    if rule.operator == "is_null":
        return any(each is None for each in reached)
    values = [_values(each, principal) for each in rule.terms]
    verdict = _any(_compared(rule.operator, values, each) for each in reached)
    # Also where there is nothing to compare it with, an absent claim is unknown.
    return None if verdict is False and not all(values) else verdict


def _reached(rule: Rule, resource: Any) -> Iterable[Any]:
    """Return what the path leads to; over a collection, for each of its items."""
    values = [resource]
    for place, name in enumerate(rule.path):
        values = [_attribute(rule, each, name) for each in values]
        if place < len(rule.path) - 1:
            values = [item for each in values for item in _items(each)]
    return values


def _attribute(rule: Rule, value: Any, name: str) -> Any:
    if value is None:
        return None
    try:
        return getattr(value, name)
    except AttributeError as error:
        raise AttributeError(
            f"{rule!r} asks for {name!r}, which {type(value).__name__} has not."
        ) from error


def _items(value: Any) -> Iterable[Any]:
    return value if isinstance(value, _COLLECTIONS) else (value,)


def _collection(rule: Rule, reached: list[Any]) -> list[Any]:
    for each in reached:
        if each is not None and not isinstance(each, _COLLECTIONS):
            raise TypeError(f"{rule!r}: {each!r} is no list, tuple or set.")
    return [item for each in reached if each is not None for item in each]


def _any(verdicts: Iterable[bool | None]) -> bool | None:
    unknown = False
    for verdict in verdicts:
        if verdict:
            return True
        unknown = unknown or verdict is None
    return None if unknown else False


def _compared(operator: str, values: list[tuple[Any, ...]], value: Any) -> bool | None:
    known = [each for found in values for each in found]
    if value is None:
        return False
    kind = _kind(value)
    alike = [each for each in known if _kind(each) == kind]
    if operator in COMPARISONS:
        compare = COMPARISONS[operator]
        comparable = alike and kind != "boolean"
        return any(compare(value, each) for each in alike) if comparable else None
    if value in alike:
        return True
    return False if alike or not known else None


def _values(term: Any, principal: ClaimsPrincipal) -> tuple[Any, ...]:
    if isinstance(term, ClaimReference):
        return principal.values(term.type)
    return (term.read(),) if isinstance(term, Now) else (term,)


def _kind(value: Any) -> Any:
    """Return what two values must share to be comparable."""
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, float):
        return "number" if math.isfinite(value) else "no number"
    if isinstance(value, int):
        return "number"
    if isinstance(value, datetime):
        return ("moment", value.utcoffset() is not None)
    return value.__class__
