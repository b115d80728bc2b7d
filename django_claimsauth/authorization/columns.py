"""Where a rule's path leads on a model: to a column, over which relations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models

from django_claimsauth.authorization.conversion import (
    NOT_COMPARABLE,
    Conversion,
    conversion_for,
    keeps_null,
)
from django_claimsauth.authorization.members import (
    Member,
    column_of,
    key_of,
    lookups_of,
    walk,
)
from django_claimsauth.authorization.rules import (
    INCLUDES,
    IS_EMPTY,
    IS_NULL,
    ORDERINGS,
    Rule,
)


@dataclass(frozen=True, slots=True)
class Many:
    """
    The rows on the other side of a path's first to-many relation.

    They are rows of `model`: those whose `back` equals the owner's attribute
    `attname`, which is `outer` where a queryset of the first model is asked.
    """

    model: type[models.Model]
    back: str
    attname: str
    outer: str

    def rows(self, owner: Any) -> models.QuerySet[Any]:
        """Return the rows of one owner, given by its key or as an outer reference."""
        # Not the default manager: it may hide rows, as in a soft deletion.
        return self.model._base_manager.filter((self.back, owner))


@dataclass(frozen=True, slots=True)
class Route:
    """
    A rule's path on a model.

    `hops` are the to-one relations that are walked in memory. What is compared
    there is `attname`; over a to-many relation the database is asked instead,
    for the rows of `many`. `column` is the lookup of the column compared, on
    the first model or on that of `many`.
    """

    hops: tuple[str, ...]
    #: The model that the hops lead to.
    owner: type[models.Model]
    attname: str
    column: str
    conversion: Conversion
    many: Many | None = None
    #: The lookup of a second to-many relation, up to which rows must be there.
    further: str = ""
    #: Where the path ends at a relation: the model that it leads to, and the
    #: attribute by which its instances are compared.
    related_model: type[models.Model] | None = None
    key: str = ""


def route_of(rule: Rule, model: type[models.Model]) -> Route:
    """
    Return where the rule's path leads on the model.

    Raises:
        AttributeError: no such attribute, or one that is neither a column nor a
            relation, such as a property.

        TypeError: the rule's operator means nothing there.
    """
    members = walk(rule, model)
    field = column_of(members[-1])
    conversion = conversion_for(field)
    names = lookups_of(members[-1], of_target=conversion.inexact)
    lookups = [*(member.query_name for member in members[:-1]), *names]
    places = [place for place, member in enumerate(members) if member.many]
    if places:
        route = _over_many(rule, members, lookups, places, conversion)
    else:
        route = _to_one(rule, members[-1], lookups, conversion)
    _check(rule, members[-1], field, route)
    return route


def _to_one(
    rule: Rule, last: Member, lookups: list[str], conversion: Conversion
) -> Route:
    hops, owner, attname = rule.path[:-1], last.model, last.field
    if last.is_elsewhere:
        hops, owner = rule.path, last.related_model
        attname = owner._meta.pk
    return Route(
        hops=hops,
        owner=owner,
        attname=attname.attname,
        column="__".join(lookups),
        conversion=conversion,
        related_model=last.related_model,
        key=key_of(last),
    )


def _over_many(
    rule: Rule,
    members: list[Member],
    lookups: list[str],
    places: list[int],
    conversion: Conversion,
) -> Route:
    first, end = places[0], places[-1] + 1
    member, last = members[first], members[-1]
    many, name = _rows(member, lookups[:first])
    entry = [name] if name else []
    # The rows are of the first relation, except where they are the owner's own.
    here = first if many.model is member.model and many.back == "pk" else first + 1
    further = [*entry, *lookups[first + 1 : end]] if end > here else []
    return Route(
        hops=rule.path[:first],
        owner=member.model,
        attname="",
        column="__".join([*entry, *lookups[first + 1 :]]),
        conversion=conversion,
        many=many,
        further="__".join(further),
        related_model=last.related_model,
        key=key_of(last),
    )


def _rows(member: Member, before: list[str]) -> tuple[Many, str]:
    """Return a relation's rows, and the lookup from them to the related model."""
    field = member.field
    forward = field.field if field.auto_created else field
    if forward.many_to_many:
        model = forward.remote_field.through
        names = [forward.m2m_field_name(), forward.m2m_reverse_field_name()]
        back, name = reversed(names) if field.auto_created else names
        attname = model._meta.get_field(back).target_field.attname
    elif field.one_to_many and field.auto_created:
        model, back, name = member.related_model, forward.name, ""
        attname = forward.target_field.attname
    else:
        model, back, name, attname = member.model, "pk", member.query_name, "pk"
    return Many(model, back, attname, "__".join([*before, attname])), name


def _check(rule: Rule, member: Member, field: Any, route: Route) -> None:
    if member.many and rule.operator not in {INCLUDES, IS_EMPTY}:
        raise TypeError(f"{rule!r}: there are several; write .includes(...).")
    if not member.many and rule.operator in {INCLUDES, IS_EMPTY}:
        raise TypeError(f"{rule!r}: there is one at most; write == or .is_null().")
    if rule.operator == IS_EMPTY or (rule.operator == IS_NULL and keeps_null(field)):
        return
    if route.conversion is NOT_COMPARABLE:
        raise TypeError(
            f"{rule!r}: rules do not compare a {type(field).__name__}; write a "
            "requirement with a handler and its own narrow()."
        )
    if rule.operator in ORDERINGS and not route.conversion.ordered:
        raise TypeError(f"{rule!r}: a {type(field).__name__} has no order.")
