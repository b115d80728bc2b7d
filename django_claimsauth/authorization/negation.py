"""
`~` of the built-in requirements that look at the principal alone.

They have no third value, so absence would become permission: `~` of a role is
met by every stranger. Here it is met for an authenticated principal only, and
only where the claim that is asked about is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from django_claimsauth.authorization.builtin import (
    RequireAuthenticated,
    RequireClaim,
    RequireRecentAuthentication,
    RequireRole,
    RequireScope,
    RequireUserName,
)
from django_claimsauth.authorization.requirements import Requirement
from django_claimsauth.claims import ClaimsPrincipal

#: What is decided by the principal alone, the same for every resource.
PRINCIPAL_ONLY: Final[tuple[type[Requirement], ...]] = (
    RequireAuthenticated,
    RequireRole,
    RequireClaim,
    RequireScope,
    RequireUserName,
    RequireRecentAuthentication,
)


@dataclass(frozen=True)
class Not(Requirement):
    """
    The requirement is known not to hold, for an authenticated principal.

    A claim or a name that is asked for by value and is absent is not known to
    be another: that is not met, and its `~` is not either. Roles and scopes are
    sets: having none is known.
    """

    requirement: Requirement
    pure: ClassVar[bool] = True

    def judge(
        self, principal: ClaimsPrincipal, resource: object, request: object
    ) -> bool:
        """Tell whether the requirement is known not to hold."""
        if not principal.is_authenticated or not _is_known(self.requirement, principal):
            return False
        judge = self.requirement.judge
        return judge is not None and not judge(principal, resource, request)

    def __invert__(self) -> Requirement:
        return self.requirement

    def __repr__(self) -> str:
        return f"~{self.requirement!r}"


def _is_known(requirement: Requirement, principal: ClaimsPrincipal) -> bool:
    if isinstance(requirement, RequireClaim):
        return not requirement.values or principal.has_claim(requirement.type)
    if isinstance(requirement, RequireUserName):
        named = (each for each in principal.identities if each.is_authenticated)
        return any(each.name is not None for each in named)
    if isinstance(requirement, RequireRecentAuthentication):
        return principal.has_claim("auth_time")
    return True


def depends_on_principal_alone(requirement: Requirement) -> bool:
    """Tell whether its judge is a built-in one, which reads no resource."""
    if isinstance(requirement, Not):
        return depends_on_principal_alone(requirement.requirement)
    return any(
        isinstance(requirement, kind) and type(requirement).judge is kind.judge
        for kind in PRINCIPAL_ONLY
    )


for _kind in PRINCIPAL_ONLY:
    _kind.negation = Not
