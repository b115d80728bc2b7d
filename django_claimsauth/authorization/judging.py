"""Judging instances of models: a rule bound to a model, with its claims converted."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeAlias

from django.core.exceptions import ObjectDoesNotExist
from django.db import models, router
from django.db.models import Q
from django.db.models.query_utils import DeferredAttribute

from django_claimsauth.authorization.columns import Route, route_of
from django_claimsauth.authorization.conditions import condition
from django_claimsauth.authorization.conversion import UNFIT
from django_claimsauth.authorization.objects import COMPARISONS
from django_claimsauth.authorization.rules import (
    IS_EMPTY,
    IS_NULL,
    Judge,
    Rule,
    register_binder,
)
from django_claimsauth.authorization.terms import operand_of
from django_claimsauth.claims import ClaimsPrincipal

Reader: TypeAlias = Callable[[Any], Any]


def judge_of_model(kind: type, rule: Rule) -> Judge | None:
    """Return what judges a model's instances; None for what is no model."""
    if not issubclass(kind, models.Model):
        return None
    route = route_of(rule, kind)
    if route.many:
        return _judge_by_query(rule, route)
    if rule.operator == IS_NULL:
        return _judge_null(rule, route)
    if rule.operator in COMPARISONS:
        return _judge_order(rule, route)
    return _judge_equality(rule, route)


register_binder(judge_of_model)


def _judge_equality(rule: Rule, route: Route) -> Judge:
    read, operand = _reader(route), operand_of(rule, route)
    assert route.conversion is not None
    fit, exact, negated = route.conversion.fit, route.conversion.exact, rule.negated

    def judge(principal: ClaimsPrincipal, resource: Any) -> bool:
        values, complete = operand(principal)
        value = read(resource)
        if value.__class__ is not exact and value is not None:
            value = fit(value)
            if value is UNFIT:
                return False
        if negated:
            return complete and value not in values
        return value in values

    return judge


def _judge_order(rule: Rule, route: Route) -> Judge:
    read, operand = _reader(route), operand_of(rule, route)
    assert route.conversion is not None
    fit, exact, negated = route.conversion.fit, route.conversion.exact, rule.negated
    compare = COMPARISONS[rule.operator]

    def judge(principal: ClaimsPrincipal, resource: Any) -> bool:
        values, complete = operand(principal)
        if not complete:
            return False
        value = read(resource)
        if value.__class__ is not exact and value is not None:
            value = fit(value)
            if value is UNFIT:
                return False
        met = value is not None and any(compare(value, each) for each in values)
        return met is not negated

    return judge


def _judge_null(rule: Rule, route: Route) -> Judge:
    read, negated = _reader(route), rule.negated

    def judge(principal: ClaimsPrincipal, resource: Any) -> bool:
        return (read(resource) is None) is not negated

    return judge


def _judge_by_query(rule: Rule, route: Route) -> Judge:
    """Return what asks the database: `.all()` may be filtered, cached or old."""
    operand = operand_of(rule, route)
    walk = _walker(route.hops)
    negated, needs_values = rule.negated, rule.operator not in {IS_NULL, IS_EMPTY}

    def judge(principal: ClaimsPrincipal, resource: Any) -> bool:
        values, complete = operand(principal)
        if not complete and (negated or not values):
            return False
        met = False
        owner = walk(resource)
        if values or not needs_values:
            met = _exists(owner, condition(rule, route, route.of_owner, values))
        if rule.operator == IS_EMPTY:
            met = not met
        return met is not negated

    return judge


def _exists(owner: Any, asked: Q) -> bool:
    # What is not saved has no related rows yet, whatever key it was given.
    if owner is None or owner.pk is None or owner._state.adding:
        return False
    manager = owner.__class__._base_manager
    alias = owner._state.db or router.db_for_read(owner.__class__, instance=owner)
    return bool(manager.using(alias).filter(asked, pk=owner.pk).exists())


def _walker(hops: tuple[str, ...]) -> Reader:
    def walk(resource: Any) -> Any:
        for name in hops:
            if resource is None:
                return None
            try:
                resource = getattr(resource, name)
            except ObjectDoesNotExist:
                return None
        return resource

    return walk


def _reader(route: Route) -> Reader:
    """Return what reads the compared column of a resource; None is NULL."""
    read_own = _own_reader(route.owner, route.attname)
    if not route.hops:
        return read_own
    walk = _walker(route.hops)

    def read(resource: Any) -> Any:
        owner = walk(resource)
        return None if owner is None else read_own(owner)

    return read


def _own_reader(model: type[models.Model], attname: str) -> Reader:
    if not isinstance(inspect.getattr_static(model, attname, None), DeferredAttribute):
        return lambda instance: getattr(instance, attname)

    def read(instance: Any) -> Any:
        # Django's descriptor of a foreign key costs four times as much.
        try:
            return instance.__dict__[attname]
        except KeyError:
            return getattr(instance, attname)

    return read
