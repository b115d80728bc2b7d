"""
Resource policies at the level of the view, where there is no resource yet.

What does not depend on a resource is judged at once; the rest is a debt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from django_claimsauth.authorization.policies import (
    AuthorizeData,
    Policy,
    PolicyLike,
    policies,
)
from django_claimsauth.authorization.requirements import Requirement
from django_claimsauth.claims import ClaimsPrincipal

RESOURCES: Final = "_claimsauth_resources"
# A partial update is an update; an answer to OPTIONS tells of the read.
SAME_AS: Final[Mapping[str, str]] = {"partial_update": "update"}


@dataclass(frozen=True)
class ViewLevel(Requirement):
    """
    What of a resource policy can be judged before there is a resource.

    Met when the policy may still hold for some resource; `service` judges it.
    """

    policy: PolicyLike


@dataclass(frozen=True)
class UndeclaredAction(Requirement):
    """An action that the resource policies of its view do not name: never met."""

    action: str
    pure: ClassVar[bool] = True

    def judge(
        self, principal: ClaimsPrincipal, resource: object, request: object
    ) -> bool:
        """Refuse."""
        return False


def resource_policy(cls: type, action: str) -> PolicyLike | None:
    """Return the policy that a class declares for an action, or None."""
    declared: Mapping[str, PolicyLike] = getattr(cls, RESOURCES, {})
    # A subclass that names `partial_update` itself is taken at its word.
    return declared.get(action, declared.get(SAME_AS.get(action, action)))


def resource_entry(cls: type, action: str) -> AuthorizeData | None:
    """Return what a class's resource policies ask of an action at the view's level."""
    if not hasattr(cls, RESOURCES):
        return None
    policy = resource_policy(cls, action)
    if policy is None:
        return AuthorizeData(UndeclaredAction(action))
    return AuthorizeData(ViewLevel(policy))


def with_schemes(entry: AuthorizeData) -> AuthorizeData:
    """Return the entry with the schemes of the policy that it looks at from afar."""
    if not isinstance(entry.policy, ViewLevel):
        return entry
    policy: Policy = policies.resolve(entry.policy.policy)
    return AuthorizeData(entry.policy, entry.roles, (*entry.schemes, *policy.schemes))
