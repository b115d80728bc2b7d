"""The same policy that judges one object narrows the list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.permissions import AND
from rest_framework.request import Request
from rest_framework.views import APIView

from django_claimsauth.authorization import debt, decisions, service
from django_claimsauth.authorization.policies import PolicyLike
from django_claimsauth.authorization.resources import resource_policy
from django_claimsauth.drf.permissions import (
    PolicyOfViewPermission,
    action_of,
    principal_of,
)


class PolicyFilterBackend(BaseFilterBackend):
    """
    Narrows a list to what the view's policy allows, in the list's own query.

    The policy is the view's `filter_policy`, else its resource policy for the
    action, else those of its `HasPolicy(...)` permissions. The route of one
    object is left alone: what is refused there is a 403, or hidden by the
    resource policies.
    """

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        """Return the queryset with the rows that the principal may have."""
        if is_detail(view):
            return queryset
        principal = principal_of(request)
        asked = policies_of(view)
        for policy in asked:
            queryset = service.narrow(principal, policy, queryset)
        if asked:
            debt.pay(request)
        return queryset


def is_detail(view: Any) -> bool:
    """Tell whether the view was asked for one object, by its URL."""
    key = getattr(view, "lookup_url_kwarg", None) or getattr(view, "lookup_field", "pk")
    return key in view.kwargs


def policies_of(view: Any) -> list[PolicyLike]:
    """Return the policies that narrow a view's list."""
    own = getattr(view, "filter_policy", None)
    if own is not None:
        return [own]
    declared = resource_policy(type(view), action_of(view))
    if declared is not None:
        return [declared]
    return [each for asked in view.get_permissions() for each in _asked_by(asked)]


def _asked_by(permission: Any) -> Iterator[PolicyLike]:
    """Yield what a permission asks in any case; `|` and `~` do not narrow a list."""
    if isinstance(permission, AND):
        both: Any = permission
        yield from _asked_by(both.op1)
        yield from _asked_by(both.op2)
        return
    asks = isinstance(permission, PolicyOfViewPermission)
    if asks and decisions.is_about_resource(permission.policy):
        yield permission.policy
