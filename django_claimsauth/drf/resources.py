"""
`@resource_policies`: one policy an action of a viewset, enforced by the viewset.

Lists are narrowed, objects are checked as they are got, what is saved is judged
before it is written, and what is updated both before and after.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

from django_claimsauth.authentication.requests import state_of
from django_claimsauth.authorization import debt, service
from django_claimsauth.authorization.guards import guard_class
from django_claimsauth.authorization.policies import PolicyLike, policy_like
from django_claimsauth.authorization.refusals import refused
from django_claimsauth.authorization.resources import RESOURCES, resource_policy
from django_claimsauth.conf import settings
from django_claimsauth.drf.exceptions import RefusedError
from django_claimsauth.drf.filters import is_detail
from django_claimsauth.drf.objects import READ, check_object
from django_claimsauth.drf.permissions import action_of, principal_of
from django_claimsauth.errors import NotNarrowableError

View = TypeVar("View", bound=type)
WRAPPED = "_claimsauth_resources_wrapped"


def resource_policies(**by_action: PolicyLike) -> Callable[[View], View]:
    """
    Declare a resource policy an action, and have the viewset ask it.

    An action that is not named is refused. A subclass keeps its parent's and
    may name more. `partial_update` is `update`; OPTIONS and HEAD are the read
    that they reveal.

    Raises:
        TypeError: no viewset, or a value that is no policy.
    """
    declared = {action: policy_like(each) for action, each in by_action.items()}

    def decorate(cls: View) -> View:
        if not hasattr(cls, "get_queryset"):
            raise TypeError(
                f"@resource_policies decorates a generic view or viewset, not {cls!r}."
            )
        setattr(cls, RESOURCES, {**getattr(cls, RESOURCES, {}), **declared})
        guard_class(cls)
        _wrap(cls)
        return cls

    return decorate


def _wrap(cls: type) -> None:
    if any(WRAPPED in each.__dict__ for each in cls.__mro__):
        return
    for name, wrapper in (
        ("filter_queryset", _filter_queryset),
        ("get_object", _get_object),
        ("check_object_permissions", _check_object_permissions),
        ("get_serializer", _get_serializer),
    ):
        original = getattr(cls, name)
        wrapped = functools.partialmethod(wrapper, original)
        setattr(cls, name, wrapped)
    setattr(cls, WRAPPED, True)


def _policy(view: Any) -> PolicyLike | None:
    return resource_policy(type(view), action_of(view))


def _filter_queryset(
    view: Any, original: Callable[..., Any], queryset: QuerySet[Any]
) -> QuerySet[Any]:
    queryset = original(view, queryset)
    if is_detail(view):
        return _narrowed_for_reading(view, queryset)
    policy = _policy(view)
    if policy is None:
        return queryset
    narrowed = service.narrow(principal_of(view.request), policy, queryset)
    debt.pay(view.request)
    return narrowed


def _narrowed_for_reading(view: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
    """Leave out what may not be read: then hidden and absent are one answer."""
    read = resource_policy(type(view), READ)
    principal = principal_of(view.request)
    if read is None or not settings.hide_forbidden_resources:
        return queryset
    try:
        return service.narrow(principal, read, queryset)
    except NotNarrowableError:
        # Judged object by object instead: check_object() hides what it refuses.
        return queryset


def _get_object(view: Any, original: Callable[..., Any]) -> Any:
    try:
        return original(view)
    except Http404:
        current = state_of(view.request).current
        if current is None or current.succeeded:
            raise
        # To nobody in particular, absent and hidden are one answer as well: 401.
        names = tuple(current.results)
        raise RefusedError(refused(view.request, current, names)) from None


def _check_object_permissions(
    view: Any, original: Callable[..., Any], request: Any, obj: Any
) -> None:
    original(view, request, obj)
    policy = _policy(view)
    if policy is not None:
        check_object(request, view, obj, policy)


def _get_serializer(
    view: Any, original: Callable[..., Any], *args: Any, **kwargs: Any
) -> Any:
    serializer = original(view, *args, **kwargs)
    save = serializer.save

    def judged_save(**extra: Any) -> Any:
        policy = _policy(view)
        if policy is not None:
            for result in _results(serializer, extra):
                check_object(view.request, view, result, policy, may_hide=False)
        return save(**extra)

    serializer.save = judged_save
    return serializer


def _results(serializer: Any, extra: dict[str, Any]) -> list[Model]:
    """Return what would be saved: unsaved instances, or the changed copy of one."""
    data = serializer.validated_data
    rows = data if isinstance(data, list) else [data]
    one = getattr(serializer, "child", serializer)
    model = getattr(getattr(one, "Meta", None), "model", None)
    if model is None:
        return []
    base = serializer.instance if isinstance(serializer.instance, Model) else None
    return [_result(model, base, {**row, **extra}) for row in rows]


def _result(model: type[Model], base: Model | None, values: dict[str, Any]) -> Model:
    instance = model() if base is None else copy.copy(base)
    # A copy shares its state, and with it the cache of relations, with the original.
    instance._state = copy.copy(instance._state)
    instance._state.fields_cache = dict(instance._state.fields_cache)
    columns = {
        name
        for field in model._meta.concrete_fields
        for name in (field.name, field.attname)
    }
    for name, value in values.items():
        if name in columns:
            setattr(instance, name, value)
    return instance
