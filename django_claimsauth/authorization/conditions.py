"""A rule's comparison as a condition on a queryset, without its `~`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db.models import Q

from django_claimsauth.authorization import lookups
from django_claimsauth.authorization.columns import Route
from django_claimsauth.authorization.rules import IS_EMPTY, IS_NULL, Rule

# Any of several values is less than the greatest, so one comparison is enough.
_ORDERINGS: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "<": ("lt", max),
    "<=": ("lte", max),
    ">": ("gt", min),
    ">=": ("gte", min),
}


def condition(rule: Rule, route: Route, values: tuple[Any, ...]) -> Q:
    """
    Return the rows for which the comparison with one of the values holds.

    Over a to-many relation they are rows of the other side; for `is_empty`, any
    of them.

    Args:
        values: in the column's own type; for `is_null` and `is_empty`, none.
    """
    if rule.operator in {IS_NULL, IS_EMPTY}:
        # Where a join finds nothing, each of its columns would be NULL.
        there = Q((f"{route.further}__isnull", False)) if route.further else Q()
        null = Q((f"{route.column}__isnull", True))
        return there if rule.operator == IS_EMPTY else there & null
    lookup = f"{route.column}__{lookups.PREFIX if route.conversion.inexact else ''}"
    if rule.operator in _ORDERINGS:
        name, decisive = _ORDERINGS[rule.operator]
        return Q((lookup + name, decisive(values)))
    if len(values) == 1:
        exact = lookup + "exact" if route.conversion.inexact else route.column
        return Q((exact, values[0]))
    return Q((lookup + "in", values))
