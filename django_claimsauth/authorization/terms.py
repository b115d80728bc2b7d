"""What a rule compares a column with, for one principal, in the column's own type."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, TypeAlias

from django.db.models import Model

from django_claimsauth.authorization.columns import Route, route_of
from django_claimsauth.authorization.conversion import UNFIT, Conversion
from django_claimsauth.authorization.operands import ClaimReference, Now
from django_claimsauth.authorization.rules import Rule
from django_claimsauth.claims import ClaimsPrincipal

#: Returns the values to compare with, and whether none of them is unknown.
Operand: TypeAlias = Callable[[ClaimsPrincipal], tuple[tuple[Any, ...], bool]]


@lru_cache(maxsize=4096)
def bound(rule: Rule, model: type[Model]) -> tuple[Route, Operand]:
    """Return where a rule leads on a model, and what it compares with there."""
    route = route_of(rule, model)
    return route, operand_of(rule, route)


def operand_of(rule: Rule, route: Route) -> Operand:
    """
    Return what reads the rule's terms for a principal.

    Raises:
        TypeError, ValueError: a constant that no value of the column can be.
    """
    parts = [_part(rule, term, route) for term in rule.terms]
    if len(parts) == 1:
        return parts[0]

    def operand(principal: ClaimsPrincipal) -> tuple[tuple[Any, ...], bool]:
        found = [part(principal) for part in parts]
        values = dict.fromkeys(value for each, _ in found for value in each)
        return tuple(values), all(complete for _, complete in found)

    return operand


def _part(rule: Rule, term: Any, route: Route) -> Operand:
    if isinstance(term, ClaimReference):
        return _claims(term.type, route.conversion)
    if isinstance(term, Now):
        return _moment(rule, term, route.conversion)
    return _constant(rule, term, route)


def _claims(type: str, conversion: Conversion) -> Operand:
    key = memo_key(type, conversion)

    def operand(principal: ClaimsPrincipal) -> tuple[tuple[Any, ...], bool]:
        memo = principal.memo
        try:
            return memo[key]  # type: ignore[no-any-return]  # anybody's memo
        except KeyError:
            fitted = map(conversion.fit, principal.values(type))
            values = tuple(dict.fromkeys(v for v in fitted if v is not UNFIT))
            found = memo[key] = (values, bool(values))
            return found

    return operand


@cache
def memo_key(type: str, conversion: Conversion) -> object:
    """Return one key for all the rules that convert the same claims alike."""
    return object()


def _moment(rule: Rule, term: Now, conversion: Conversion) -> Operand:
    from_moment = conversion.from_moment
    if from_moment is None:
        raise TypeError(f"{rule!r}: the column holds no date and no moment.")

    def operand(principal: ClaimsPrincipal) -> tuple[tuple[Any, ...], bool]:
        value = from_moment(term.read())
        return ((), False) if value is UNFIT else ((value,), True)

    return operand


def _constant(rule: Rule, term: Any, route: Route) -> Operand:
    value = term
    if hasattr(term, "_meta"):
        value = _key_of_instance(rule, term, route)
    value = route.conversion.fit(value)
    if value is not UNFIT:
        found: tuple[tuple[Any, ...], bool] = ((value,), True)
    elif isinstance(term, route.conversion.alike) and not isinstance(term, bool):
        # Of the right type, but no value of the column (too big): as with a claim.
        found = ((), False)
    else:
        raise TypeError(f"{rule!r}: {term!r} is no value of that column.")
    return lambda _: found


def _key_of_instance(rule: Rule, instance: Any, route: Route) -> Any:
    if route.related_model is None or not isinstance(instance, route.related_model):
        raise TypeError(f"{rule!r}: the path does not lead to a {type(instance)!r}.")
    return getattr(instance, route.key)
