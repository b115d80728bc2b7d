"""
Where a rule's path leads on a model: to a column, over which relations.

Paths name Python's attributes (`comment_set`), lookups Django's query names
(`comment`); here the one becomes the other, and a typo is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.db import models

from django_claimsauth.authorization.conversion import (
    Conversion,
    conversion_for,
    keeps_null,
)
from django_claimsauth.authorization.rules import (
    INCLUDES,
    IS_EMPTY,
    IS_NULL,
    ORDERINGS,
    Rule,
)
from django_claimsauth.errors import near_miss


@dataclass(frozen=True, slots=True)
class Member:
    """An attribute of a model: a column, or a relation to other models."""

    query_name: str
    field: Any
    related_model: type[models.Model] | None = None
    many: bool = False


@dataclass(frozen=True, slots=True)
class Lookups:
    """A path as Django's query names, and its part up to the last to-many relation."""

    column: str
    many: str = ""

    @classmethod
    def of(cls, names: list[str], end_of_many: int) -> Lookups:
        """Return the lookups of a path's names."""
        return cls("__".join(names), "__".join(names[:end_of_many]))


@dataclass(frozen=True, slots=True)
class Route:
    """
    A rule's path on a model.

    `hops` are the to-one relations that are walked in memory, to an object of
    the model `owner`. Its attribute `attname` is what is compared; over a
    to-many relation (`many`) the database is asked instead, by `of_owner`.
    """

    owner: type[models.Model]
    hops: tuple[str, ...]
    attname: str
    many: bool
    of_model: Lookups
    of_owner: Lookups
    conversion: Conversion | None
    #: Where the path ends at a relation: the model that it leads to, and the
    #: attribute by which its instances are compared.
    related_model: type[models.Model] | None = None
    key: str = ""


@lru_cache(maxsize=4096)
def route_of(rule: Rule, model: type[models.Model]) -> Route:
    """
    Return where the rule's path leads on the model.

    Raises:
        AttributeError: no such attribute, or one that is neither a column nor a
            relation, such as a property.

        TypeError: the rule's operator means nothing there.
    """
    walked = _walk(rule, model)
    last = walked[-1][1]
    names, field = _column(last)
    lookups = [*(member.query_name for _, member in walked[:-1]), *names]
    many = [place for place, (_, member) in enumerate(walked) if member.many]
    first, end = (many[0], many[-1] + 1) if many else (0, 0)
    owner, hops, attname = _in_memory(rule, walked, many)
    route = Route(
        owner=owner,
        hops=hops,
        attname=attname,
        many=bool(many),
        of_model=Lookups.of(lookups, end),
        of_owner=Lookups.of(lookups[first:], end - first),
        conversion=conversion_for(field),
        related_model=last.related_model,
        key=_key(last),
    )
    _check(rule, last, field, route)
    return route


@cache
def members_of(model: type[models.Model]) -> dict[str, Member]:
    """Return the attributes of a model that rules can read, by name."""
    found: dict[str, Member] = {}
    for field in model._meta.get_fields():
        found.update(_members(field))
    key = model._meta.pk
    # A key of several columns is no column.
    return found | {"pk": found[key.attname]} if key.attname in found else found


def _members(field: Any) -> dict[str, Member]:
    if field.is_relation and field.auto_created and not field.concrete:
        many = not field.one_to_one
        member = Member(field.name, field, field.related_model, many=many)
        return {field.get_accessor_name(): member}
    if field.many_to_many or field.one_to_many:
        return {field.name: Member(field.name, field, field.related_model, many=True)}
    if not field.concrete:
        return {}
    column = {field.attname: Member(field.attname, field)}
    if field.is_relation:
        column[field.name] = Member(field.name, field, field.related_model)
    return column


def _walk(
    rule: Rule, model: type[models.Model]
) -> list[tuple[type[models.Model], Member]]:
    """Return each attribute on the path with the model on which it stands."""
    walked: list[tuple[type[models.Model], Member]] = []
    here: type[models.Model] | None = model
    for name in rule.path:
        known = {} if here is None else members_of(here)
        if here is None or name not in known:
            where = walked[-1][1].query_name if here is None else here.__name__
            raise AttributeError(
                f"{rule!r}: {where} has no column or relation "
                f"{name!r}{near_miss(name, known)}"
            )
        walked.append((here, known[name]))
        here = known[name].related_model
    return walked


def _column(member: Member) -> tuple[list[str], Any]:
    """Return the lookups from an attribute to the column compared, and the column."""
    names = []
    field = member.field
    if _is_elsewhere(member):
        assert member.related_model is not None
        names.append(member.query_name)
        field = member.related_model._meta.pk
    while field.is_relation:
        # Django asks the foreign key's own column for its target's.
        names.append(field.name)
        field = field.target_field
    return [*names, field.attname], field


def _in_memory(
    rule: Rule, walked: list[tuple[type[models.Model], Member]], many: list[int]
) -> tuple[type[models.Model], tuple[str, ...], str]:
    """Return the model to walk to, the attributes to walk, and the one to read."""
    if many:
        return walked[many[0]][0], rule.path[: many[0]], ""
    owner, last = walked[-1]
    if not _is_elsewhere(last):
        return owner, rule.path[:-1], last.field.attname
    assert last.related_model is not None
    return last.related_model, rule.path, last.related_model._meta.pk.attname


def _is_elsewhere(member: Member) -> bool:
    """Tell whether the relation's key is a column of the other model."""
    return member.related_model is not None and not member.field.concrete


def _key(member: Member) -> str:
    if member.related_model is None:
        return ""
    if _is_elsewhere(member):
        return member.related_model._meta.pk.attname
    return str(member.field.target_field.attname)


def _check(rule: Rule, member: Member, field: Any, route: Route) -> None:
    if member.many and rule.operator not in {INCLUDES, IS_EMPTY}:
        raise TypeError(f"{rule!r}: there are several; write .includes(...).")
    if not member.many and rule.operator in {INCLUDES, IS_EMPTY}:
        raise TypeError(f"{rule!r}: there is one at most; write == or .is_null().")
    if rule.operator == IS_EMPTY or (rule.operator == IS_NULL and keeps_null(field)):
        return
    if route.conversion is None:
        raise TypeError(
            f"{rule!r}: rules do not compare a {type(field).__name__}; write a "
            "requirement with a handler and its own narrow()."
        )
    if rule.operator in ORDERINGS and not route.conversion.ordered:
        raise TypeError(f"{rule!r}: a {type(field).__name__} has no order.")
