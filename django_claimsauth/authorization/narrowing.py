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

from django_claimsauth.authorization import judging  # noqa: F401  # judges models
from django_claimsauth.authorization.columns import members_of, route_of
from django_claimsauth.authorization.conditions import condition
from django_claimsauth.authorization.handlers import registry
from django_claimsauth.authorization.negation import depends_on_principal_alone
from django_claimsauth.authorization.requirements import AllOf, AnyOf, Requirement
from django_claimsauth.authorization.rules import IS_EMPTY, IS_NULL, Rule
from django_claimsauth.authorization.terms import operand_of
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import NotNarrowableError

Row = TypeVar("Row", bound=Model)
#: A handler's queryset form.
Form: TypeAlias = Callable[[ClaimsPrincipal, Any], Q]
#: The queryset forms of a requirement's handlers, for a model.
HandlerNarrowings: TypeAlias = Callable[[Requirement, type[Model]], Sequence[Form]]
#: A condition, or the same answer for every row.
Condition: TypeAlias = Q | bool


def forms_of_handlers(requirement: Requirement, model: type[Model]) -> list[Form]:
    """
    Return the queryset forms of the handlers that judge a requirement.

    Raises:
        NotNarrowableError: a handler has none.
    """
    handlers = registry.judging(requirement, model)
    for handler in handlers:
        if handler.narrow is None:
            raise NotNarrowableError(
                f"{requirement!r} cannot narrow a queryset: its handler "
                f"{handler.name} has no queryset form. Write one: "
                f"@{handler.name.rpartition('.')[2]}.narrow decorates "
                "(principal, requirement) -> Q."
            )
    return [handler.narrow for handler in handlers if handler.narrow is not None]


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
    if found is True:
        return queryset
    if found is False:
        return queryset.none()
    return queryset.filter(found)


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

    def of(self, requirement: Requirement) -> Condition:
        """Return the rows that the requirement allows; every part is looked at."""
        if isinstance(requirement, Rule):
            return self._of_rule(requirement)
        if isinstance(requirement, AllOf):
            return _all(list(map(self.of, requirement.requirements)))
        if isinstance(requirement, AnyOf):
            return _any(list(map(self.of, requirement.requirements)))
        return self._of_leaf(requirement)

    def _of_rule(self, rule: Rule) -> Condition:
        route = route_of(rule, self.model)
        values, complete = operand_of(rule, route)(self.principal)
        if rule.operator not in {IS_NULL, IS_EMPTY}:
            if not complete and (rule.negated or not values):
                return False
            if not values:
                return rule.negated
        found = condition(rule, route, route.of_model, values)
        if route.many:
            found = self._exists(found)
        return ~found if rule.negated is not (rule.operator == IS_EMPTY) else found

    def _exists(self, found: Q) -> Q:
        # A join would keep a row once for each related one, and under `~` drop
        # those with one that fits and one that does not.
        rows = self.model._base_manager.filter(found, pk=OuterRef("pk"))
        return Q(Exists(rows))

    def _of_leaf(self, requirement: Requirement) -> Condition:
        constant = depends_on_principal_alone(requirement)
        forms = self.handler_narrowings(requirement, self.model)
        if not constant and not forms:
            raise NotNarrowableError(
                f"{requirement!r} cannot narrow a queryset of "
                f"{self.model.__name__}: it has no queryset form."
            )
        found: list[Condition] = [form(self.principal, requirement) for form in forms]
        if constant:
            assert requirement.judge is not None
            found.append(requirement.judge(self.principal, None, None))
        return _any(found)


def _all(conditions: list[Condition]) -> Condition:
    if any(each is False for each in conditions):
        return False
    asked = [each for each in conditions if isinstance(each, Q)]
    return Q(*asked) if asked else True


def _any(conditions: list[Condition]) -> Condition:
    if any(each is True for each in conditions):
        return True
    asked = [each for each in conditions if isinstance(each, Q)]
    return Q(*asked, _connector=Q.OR) if asked else False
