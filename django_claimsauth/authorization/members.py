"""
The attributes of a model that rules can read: columns and relations.

Paths name Python's attributes (`comment_set`), lookups Django's query names
(`comment`); a member knows both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models

from django_claimsauth.authorization.rules import Rule
from django_claimsauth.errors import near_miss


@dataclass(frozen=True, slots=True)
class Member:
    """An attribute of a model: a column, or a relation to another model."""

    model: type[models.Model]
    query_name: str
    field: Any
    related_model: Any = None
    many: bool = False

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is a relation whose key is no column of this model."""
        return self.related_model is not None and (self.many or not self.field.concrete)


@cache
def members_of(model: type[models.Model]) -> dict[str, Member]:
    """Return the attributes of a model that rules can read, by name."""
    found: dict[str, Member] = {}
    for field in model._meta.get_fields():
        found.update(_members(model, field))
    key = model._meta.pk
    # A key of several columns is no column.
    return found | {"pk": found[key.attname]} if key.attname in found else found


def _members(model: type[models.Model], field: Any) -> dict[str, Member]:
    # Before Django 6.1 a many-to-many field calls itself concrete.
    here = field.concrete and not field.many_to_many
    if field.is_relation and not here and field.related_model is not None:
        many = field.many_to_many or field.one_to_many
        reverse = field.auto_created
        name = field.get_accessor_name() if reverse else field.name
        return {name: Member(model, field.name, field, field.related_model, many=many)}
    if not field.concrete:
        return {}
    column = {field.attname: Member(model, field.attname, field)}
    if field.is_relation:
        column[field.name] = Member(model, field.name, field, field.related_model)
    return column


def walk(rule: Rule, model: type[models.Model]) -> list[Member]:
    """
    Return the members that the rule's path goes through.

    Raises:
        AttributeError: there is none of that name, or only a property or a method.
    """
    walked: list[Member] = []
    here: type[models.Model] | None = model
    for name in rule.path:
        known = {} if here is None else members_of(here)
        if name not in known:
            where = here.__name__ if here else f"The column {walked[-1].query_name!r}"
            raise AttributeError(
                f"{rule!r}: {where} has no column or relation "
                f"{name!r}{near_miss(name, known)}"
            )
        walked.append(known[name])
        here = known[name].related_model
    return walked


def column_of(member: Member) -> Any:
    """Return the column that is compared at a member: a key, for a relation."""
    field = member.field
    if member.is_elsewhere:
        field = member.related_model._meta.pk
    while field.is_relation:
        field = field.target_field
    return field


def lookups_of(member: Member, *, of_target: bool) -> list[str]:
    """
    Return the query names that lead from a model to the column of its member.

    Args:
        of_target: name a foreign key's target, for the look-ups of its type;
            Django still asks the foreign key's own column.
    """
    names = []
    field = member.field
    if member.is_elsewhere:
        names.append(member.query_name)
        field = member.related_model._meta.pk
    while of_target and field.is_relation:
        names.append(field.name)
        field = field.target_field
    return [*names, field.attname]


def key_of(member: Member) -> str:
    """Return the attribute by which instances at the end of a relation compare."""
    if member.related_model is None:
        return ""
    if member.is_elsewhere:
        return str(member.related_model._meta.pk.attname)
    return str(member.field.target_field.attname)
