"""A rule's comparison as a condition on a queryset, without its `~`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.db.models import Q

from django_claimsauth.authorization import lookups
from django_claimsauth.authorization.columns import Lookups, Route
from django_claimsauth.authorization.rules import IS_EMPTY, IS_NULL, Rule

# Any of several values is less than the greatest, so one comparison is enough.
_ORDERINGS: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "<": ("lt", max),
    "<=": ("lte", max),
    ">": ("gt", min),
    ">=": ("gte", min),
}


def condition(rule: Rule, route: Route, path: Lookups, values: tuple[Any, ...]) -> Q:
    """
    Return the rows for which the comparison with one of the values holds.

    Args:
        path: the rule's path, from the model that is asked.

        values: in the column's own type; for `is_null` and `is_empty`, none.
    """
    if rule.operator == IS_EMPTY:
        return _is_there(path.many)
    if rule.operator == IS_NULL:
        null = Q((f"{path.column}__isnull", True))
        # Where there is none of them, a join shows NULL for each of its columns.
        return null & _is_there(path.many) if path.many else null
    assert route.conversion is not None
    lookup = f"{path.column}__{lookups.PREFIX if route.conversion.inexact else ''}"
    if rule.operator in _ORDERINGS:
        name, decisive = _ORDERINGS[rule.operator]
        return Q((lookup + name, decisive(values)))
    if len(values) == 1:
        return Q((lookup + "exact", values[0]))
    return Q((lookup + "in", values))


def _is_there(path: str) -> Q:
    return Q((f"{path}__isnull", False))
