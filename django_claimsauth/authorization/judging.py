"""Judging instances of models: a rule bound to a model, with its claims converted."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeAlias

from django.core.exceptions import ObjectDoesNotExist
from django.db import models, router
from django.db.models import Q
from django.db.models.query_utils import DeferredAttribute

from django_claimsauth.authorization.columns import Many, Route
from django_claimsauth.authorization.conditions import condition
from django_claimsauth.authorization.conversion import UNFIT
from django_claimsauth.authorization.objects import COMPARISONS
from django_claimsauth.authorization.operands import ClaimReference
from django_claimsauth.authorization.rules import (
    IS_EMPTY,
    IS_NULL,
    Judge,
    Rule,
)
from django_claimsauth.authorization.terms import Operand, bound, memo_key
from django_claimsauth.claims import ClaimsPrincipal

Reader: TypeAlias = Callable[[Any], Any]


def judge_of_model(kind: type[models.Model], rule: Rule) -> Judge:
    """Return what judges a model's instances."""
    route, operand = bound(rule, kind)
    if route.many is not None:
        return _judge_by_query(rule, route, route.many, operand)
    if rule.operator == IS_NULL:
        return _judge_null(rule, route)
    if rule.operator in COMPARISONS:
        return _judge_order(rule, route, operand)
    if len(rule.terms) == 1 and isinstance(rule.terms[0], ClaimReference):
        return _judge_claim(rule, route, operand)
    return _judge_equality(rule, route, operand)


def _judge_equality(rule: Rule, route: Route, operand: Operand) -> Judge:
    read = _reader(route)
    fit, exact, negated = route.conversion.fit, route.conversion.exact, rule.negated

    def judge(principal: ClaimsPrincipal, resource: Any, request: Any = None) -> bool:
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


def _judge_claim(rule: Rule, route: Route, operand: Operand) -> Judge:
    """Return the judge of `==` with one claim, the rule of rules: flat, for speed."""
    fit, exact, negated = route.conversion.fit, route.conversion.exact, rule.negated
    read = _reader(route)
    key = memo_key(rule.terms[0].type, route.conversion)
    stored = _stored_name(route)

    def judge(principal: ClaimsPrincipal, resource: Any, request: Any = None) -> bool:
        try:
            values, complete = principal.memo[key]
        except KeyError:
            values, complete = operand(principal)
        try:
            value = resource.__dict__[stored]
        except KeyError:
            value = read(resource)
        if value.__class__ is not exact and value is not None:
            value = fit(value)
            if value is UNFIT:
                return False
        if negated:
            return complete and value not in values
        return value in values

    return judge


def _judge_order(rule: Rule, route: Route, operand: Operand) -> Judge:
    read = _reader(route)
    fit, exact, negated = route.conversion.fit, route.conversion.exact, rule.negated
    compare = COMPARISONS[rule.operator]

    def judge(principal: ClaimsPrincipal, resource: Any, request: Any = None) -> bool:
        values, complete = operand(principal)
        if not complete:
            return False
        value = read(resource)
        if value.__class__ is not exact and value is not None:
            value = fit(value)
            if value is UNFIT:
                return False
        if value is None:
            return negated
        for each in values:
            try:
                if compare(value, each):
                    return not negated
            except ArithmeticError:
                # Decimal's NaN refuses to be compared; a float's is no less.
                return negated
        return negated

    return judge


def _judge_null(rule: Rule, route: Route) -> Judge:
    read, negated = _reader(route), rule.negated

    def judge(principal: ClaimsPrincipal, resource: Any, request: Any = None) -> bool:
        return (read(resource) is None) is not negated

    return judge


def _judge_by_query(rule: Rule, route: Route, many: Many, operand: Operand) -> Judge:
    """Return what asks the database: `.all()` may be filtered, cached or old."""
    walk = _walker(route.hops)
    negated, needs_values = rule.negated, rule.operator not in {IS_NULL, IS_EMPTY}

    def judge(principal: ClaimsPrincipal, resource: Any, request: Any = None) -> bool:
        values, complete = operand(principal)
        if not complete and (negated or not values):
            return False
        met = False
        owner = walk(resource)
        if values or not needs_values:
            met = _exists(many, owner, condition(rule, route, values))
        if rule.operator == IS_EMPTY:
            met = not met
        return met is not negated

    return judge


def _exists(many: Many, owner: Any, asked: Q) -> bool:
    # What is not saved has no related rows yet, whatever key it was given.
    if owner is None or owner.pk is None or owner._state.adding:
        return False
    alias = owner._state.db or router.db_for_read(owner.__class__, instance=owner)
    rows = many.rows(getattr(owner, many.attname)).filter(asked)
    return bool(rows.using(alias).exists())


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
    attname = route.attname
    if not route.hops:
        return lambda resource: getattr(resource, attname)
    walk = _walker(route.hops)

    def read(resource: Any) -> Any:
        owner = walk(resource)
        return None if owner is None else getattr(owner, attname)

    return read


def _stored_name(route: Route) -> str:
    """Return the key of the column in the instance's own `__dict__`, or "" if unsure.

    Django's descriptor of a foreign key costs four times as much as the look-up.
    """
    descriptor = inspect.getattr_static(route.owner, route.attname, None)
    own = not route.hops and isinstance(descriptor, DeferredAttribute)
    return route.attname if own else ""
