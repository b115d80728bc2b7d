"""
Queryset forms: how handlers of one's own narrow.

A form is `(principal, requirement) -> Q`: the rows for which the handler
succeeds. A handler that vetoes returns two, `(met, vetoed)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Exists, Model, OuterRef, Q

from django_claimsauth.authorization.handlers import registry
from django_claimsauth.authorization.negation import depends_on_principal_alone
from django_claimsauth.authorization.requirements import Requirement
from django_claimsauth.authorization.rules import Rule
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import NotNarrowableError

Form: TypeAlias = Callable[[ClaimsPrincipal, Any], Any]
#: A condition on rows, or the same answer for every row.
Condition: TypeAlias = Q | bool


def forms_of_handlers(requirement: Requirement, model: type[Model]) -> list[Form]:
    """
    Return the queryset forms of the handlers that judge a requirement.

    A rule is a form by itself; a requirement with a judge of its own has a method
    `narrow(principal) -> Q`.

    Raises:
        NotNarrowableError: a handler or a judge has none, or nothing judges it.
    """
    handlers = registry.judging(requirement, model)
    for handler in handlers:
        if handler.narrow is None:
            raise NotNarrowableError(
                f"{requirement!r} cannot narrow a queryset of {model.__name__}: its "
                f"handler {handler.name} has no queryset form. Write one, "
                "(principal, requirement) -> Q, and decorate it with "
                f"@{handler.name.rpartition('.')[2]}.narrow."
            )
    forms: list[Form] = [each.narrow for each in handlers if each.narrow is not None]
    if isinstance(requirement, Rule):
        return forms
    if depends_on_principal_alone(requirement):
        return [_constant, *forms]
    return [*_own_form(requirement, model), *forms]


def _constant(principal: ClaimsPrincipal, requirement: Requirement) -> bool:
    judge = requirement.judge
    return judge is not None and judge(principal, None, None)


def _own_form(requirement: Requirement, model: type[Model]) -> Iterator[Form]:
    """Yield the form that a requirement with a judge of its own must have."""
    narrow = getattr(requirement, "narrow", None)
    if narrow is not None:
        yield lambda principal, _: narrow(principal)
        return
    judged = any(
        isinstance(requirement, each.requirement) for each in registry.handlers
    )
    if requirement.judge is not None or not judged:
        raise NotNarrowableError(
            f"{requirement!r} cannot narrow a queryset of {model.__name__}: "
            f"{type(requirement).__name__} has no method narrow(principal) -> Q."
        )


def read(
    form: Form,
    principal: ClaimsPrincipal,
    requirement: Requirement,
    model: type[Model],
) -> tuple[Condition, Condition]:
    """
    Ask a form, and return the rows that it allows and those that it vetoes.

    Raises:
        TypeError: it returns neither a Q nor a pair of them.
    """
    answer = form(principal, requirement)
    met, vetoed = answer if isinstance(answer, tuple) else (answer, False)
    return (
        _checked(met, requirement, model),
        _checked(vetoed, requirement, model),
    )


def _checked(answer: Any, requirement: Requirement, model: type[Model]) -> Condition:
    if isinstance(answer, bool):
        return answer
    if not isinstance(answer, Q):
        raise TypeError(
            f"The queryset form of {requirement!r} returns a Q, not {answer!r}."
        )
    if not answer:
        # Django takes ~Q() for every row as well.
        return not answer.negated
    return Q(same_row(answer, model)) if may_repeat(answer, model) else answer


def same_row(asked: Q, model: type[Model]) -> Exists:
    """Return the condition that the row itself is among those asked for."""
    return Exists(model._base_manager.filter(asked, pk=OuterRef("pk")))


def may_repeat(asked: Q, model: type[Model]) -> bool:
    """Tell whether a condition joins a to-many relation, and so repeats rows."""
    for child in asked.children:
        if isinstance(child, Q):
            found = may_repeat(child, model)
        elif isinstance(child, tuple):
            found = _is_over_many(child[0], model) or _is_unknown(child[1])
        else:
            found = _is_unknown(child)
        if found:
            return True
    return False


def _is_unknown(value: object) -> bool:
    """Tell whether an expression may join what it does not show."""
    return hasattr(value, "resolve_expression") and not isinstance(value, Exists)


def _is_over_many(lookup: str, model: type[Model]) -> bool:
    here: type[Model] | None = model
    for name in lookup.split("__"):
        if here is None:
            return False
        try:
            field: Any = here._meta.get_field(name)
        except FieldDoesNotExist:
            return False
        if field.many_to_many or field.one_to_many:
            return True
        here = field.related_model
    return False
