"""May they: requirements, handlers, policies, endpoints, and the service to ask."""

from django_claimsauth import hooks
from django_claimsauth.authorization import service
from django_claimsauth.authorization.builtin import (
    Operations,
    RequireAssertion,
    RequireAuthenticated,
    RequireClaim,
    RequireOperation,
    RequirePermission,
    RequireRecentAuthentication,
    RequireRole,
    RequireScope,
    RequireUserName,
)
from django_claimsauth.authorization.endpoints import (
    allow_anonymous,
    authorize,
    require_authorization,
)
from django_claimsauth.authorization.evaluation import (
    AuthorizationContext,
    AuthorizationFailure,
    AuthorizationResult,
)
from django_claimsauth.authorization.handlers import handles
from django_claimsauth.authorization.policies import Policy, combine, policies
from django_claimsauth.authorization.requirements import Requirement, all_of, any_of
from django_claimsauth.authorization.rules import claim, now, resource

__all__ = [
    "AuthorizationContext",
    "AuthorizationFailure",
    "AuthorizationResult",
    "Operations",
    "Policy",
    "RequireAssertion",
    "RequireAuthenticated",
    "RequireClaim",
    "RequireOperation",
    "RequirePermission",
    "RequireRecentAuthentication",
    "RequireRole",
    "RequireScope",
    "RequireUserName",
    "Requirement",
    "all_of",
    "allow_anonymous",
    "any_of",
    "authorize",
    "claim",
    "combine",
    "handles",
    "now",
    "policies",
    "require_authorization",
    "resource",
    "service",
]

hooks.authorization.open()
