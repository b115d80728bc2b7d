"""
Narrowing a queryset to the rows that a policy allows, in one query.

A row that judging refuses is never kept. Rules become conditions, what depends
on the principal alone becomes a constant, and handlers give their own queryset
forms; without one there is no narrowing, whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from django_claimsauth.authorization.conditions import condition
from django_claimsauth.authorization.forms import (
    Condition,
    Form,
    forms_of_handlers,
    read,
    same_row,
)
from django_claimsauth.authorization.members import members_of
from django_claimsauth.authorization.requirements import AllOf, AnyOf, Requirement
from django_claimsauth.authorization.rules import IS_EMPTY, IS_NULL, Rule
from django_claimsauth.authorization.terms import bound
from django_claimsauth.claims import ClaimsPrincipal

Row = TypeVar("Row", bound=Model)
#: The queryset forms of a requirement's handlers, for a model.
HandlerNarrowings: TypeAlias = Callable[[Requirement, type[Model]], Sequence[Form]]


def narrow(
    requirement: Requirement,
    principal: ClaimsPrincipal,
    queryset: QuerySet[Row],
    *,
    handler_narrowings: HandlerNarrowings = forms_of_handlers,
) -> QuerySet[Row]:
    """
    Return the queryset's rows that the requirement allows the principal.

    Raises:
        NotNarrowableError: a part of the requirement has no queryset form.

        TypeError: the queryset is sliced; narrow first, then slice.
    """
    model: type[Model] = queryset.model
    _check(queryset, model)
    conditions = _Conditions(principal, model, handler_narrowings)
    found = conditions.of(requirement)
    if conditions.vetoed:
        found = _all([found, *conditions.vetoed])
    if found is True:
        return queryset
    if found is False:
        return queryset.none()
    return _filtered(queryset, found)


def _check(queryset: QuerySet[Any], model: type[Model]) -> None:
    if queryset.query.is_sliced:
        raise TypeError("A sliced queryset cannot be narrowed: narrow, then slice.")
    if queryset.query.combinator:
        raise TypeError(
            f"A {queryset.query.combinator} cannot be narrowed: narrow its parts."
        )
    members = members_of(model)
    hidden = [name for name in queryset.query.annotations if name in members]
    if hidden:
        # Django would compare what is annotated in place of the column.
        raise TypeError(
            f"Annotations hide columns of {model.__name__}: {hidden}. "
            "Narrow, then annotate."
        )


class _Conditions:
    """Turns requirements into conditions, for one principal and model."""

    def __init__(
        self,
        principal: ClaimsPrincipal,
        model: type[Model],
        handler_narrowings: HandlerNarrowings,
    ) -> None:
        self.principal = principal
        self.model = model
        self.handler_narrowings = handler_narrowings
        self.vetoed: list[Condition] = []

    def of(self, requirement: Requirement) -> Condition:
        """Return the rows that the requirement allows; every part is looked at."""
        if isinstance(requirement, AllOf):
            return _all(list(map(self.of, requirement.requirements)))
        if isinstance(requirement, AnyOf):
            return _any(list(map(self.of, requirement.requirements)))
        return self._of_leaf(requirement)

    def _of_rule(self, rule: Rule) -> Condition:
        route, operand = bound(rule, self.model)
        values, complete = operand(self.principal)
        if rule.operator not in {IS_NULL, IS_EMPTY}:
            if not complete and (rule.negated or not values):
                return False
            if not values:
                return rule.negated
        found = condition(rule, route, values)
        if route.many is not None:
            # A join would keep a row once for each related one, and under `~`
            # drop those with one that fits and one that does not.
            rows = route.many.rows(OuterRef(route.many.outer))
            found = Q(Exists(rows.filter(found)))
        return ~found if rule.negated is not (rule.operator == IS_EMPTY) else found

    def _of_leaf(self, requirement: Requirement) -> Condition:
        found: list[Condition] = []
        if isinstance(requirement, Rule):
            found.append(self._of_rule(requirement))
        for form in self.handler_narrowings(requirement, self.model):
            met, vetoed = read(form, self.principal, requirement, self.model)
            found.append(met)
            if vetoed is not False:
                # A veto counts wherever it stands, also in an alternative.
                self.vetoed.append(_without(vetoed, self.model))
        return _any(found)


def _without(vetoed: Condition, model: type[Model]) -> Condition:
    # Not ~Q: where a column is NULL, that is no complement.
    return not vetoed if isinstance(vetoed, bool) else ~Q(same_row(vetoed, model))


def _all(conditions: list[Condition]) -> Condition:
    if False in conditions:
        return False
    asked = [each for each in conditions if isinstance(each, Q)]
    return _joined(asked, Q.AND) if asked else True


def _any(conditions: list[Condition]) -> Condition:
    if True in conditions:
        return True
    asked = [each for each in conditions if isinstance(each, Q)]
    return _joined(asked, Q.OR) if asked else False


def _joined(asked: list[Q], connector: str) -> Q:
    """Return one flat condition: each level of nesting costs what a filter does."""
    if len(asked) == 1:
        return asked[0]
    children: list[Any] = []
    for each in asked:
        alike = each.connector == connector or len(each.children) == 1
        children.extend(each.children if alike and not each.negated else (each,))
    return Q(*children, _connector=connector)


def _filtered(queryset: QuerySet[Row], found: Q) -> QuerySet[Row]:
    # What filter() is given by name costs less than a Q of the same.
    if found.negated or not (found.connector == Q.AND or len(found.children) == 1):
        return queryset.filter(found)
    named = [each for each in found.children if isinstance(each, tuple)]
    if len({name for name, _ in named}) < len(named):
        return queryset.filter(found)
    others = [each for each in found.children if not isinstance(each, tuple)]
    return queryset.filter(*others, **dict(named))
