"""
Asking a policy: of a principal, about a resource or about a whole queryset.

The policy is a name, a `Policy` or a requirement. These functions decide about
the principal that they are given; which schemes a policy accepts matters where
a request is authenticated, not here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model, QuerySet

from django_claimsauth.authorization import debt
from django_claimsauth.authorization.decisions import (
    aauthorize,
    authorize,
    checked_principal,
    resolved,
)
from django_claimsauth.authorization.policies import PolicyLike
from django_claimsauth.authorization.refusals import refusal
from django_claimsauth.authorization.requirements import AllOf
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.conf import settings

if TYPE_CHECKING:
    from django_claimsauth.authorization.explanation import Explanation, explain

Row = TypeVar("Row", bound=Model)
__all__ = [
    "Explanation",
    "aauthorize",
    "arequire",
    "authorize",
    "explain",
    "narrow",
    "require",
]


def __getattr__(name: str) -> Any:
    # Late: only the operator wants to know, and rarely.
    if name not in ("Explanation", "explain"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from django_claimsauth.authorization import explanation

    return getattr(explanation, name)


def require(
    principal: ClaimsPrincipal | None,
    policy: PolicyLike,
    resource: object = None,
    *,
    hidden_by: PolicyLike | None = None,
    request: Any = None,
) -> None:
    """
    Return if the principal may.

    Raises:
        NotAuthorizedError: it may not. `.status` is 401 where nobody is
            authenticated, 404 where `hidden_by` (the policy to read) refuses as
            well and `HIDE_FORBIDDEN_RESOURCES` is on, else 403.
    """
    known = checked_principal(principal)
    result = authorize(known, policy, resource, request=request)
    if result.failure is None:
        return
    hidden = (
        hidden_by is not None
        and known.is_authenticated
        and settings.hide_forbidden_resources
        and not authorize(known, hidden_by, resource, request=request)
    )
    raise refusal(known, result.failure, resolved(policy), hidden=hidden)


async def arequire(
    principal: ClaimsPrincipal | None,
    policy: PolicyLike,
    resource: object = None,
    *,
    hidden_by: PolicyLike | None = None,
    request: Any = None,
) -> None:
    """Do as `require()`, from an event loop."""
    known = checked_principal(principal)
    result = await aauthorize(known, policy, resource, request=request)
    if result.failure is None:
        return
    hidden = (
        hidden_by is not None
        and known.is_authenticated
        and settings.hide_forbidden_resources
        and not await aauthorize(known, hidden_by, resource, request=request)
    )
    raise refusal(known, result.failure, resolved(policy), hidden=hidden)


def narrow(
    principal: ClaimsPrincipal | None,
    policy: PolicyLike,
    queryset: QuerySet[Row],
    *,
    request: Any = None,
) -> QuerySet[Row]:
    """
    Return the queryset's rows that the policy allows the principal, and no other.

    It stays one query and composes with what the queryset does already. With
    `request`, the resource policy of its view counts as asked.

    Raises:
        NotNarrowableError: a handler of the policy has no queryset form; raised
            whoever asks.

        TypeError: a principal that is none, a sliced queryset.
    """
    # Late: what knows columns is loaded when a queryset is met.
    from django_claimsauth.authorization import narrowing

    known = checked_principal(principal)
    asked = AllOf(resolved(policy).requirements)
    narrowed = narrowing.narrow(asked, known, queryset)
    if request is not None:
        debt.pay(request)
    return narrowed
