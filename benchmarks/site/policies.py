"""The policies that are measured. Found at start-up, as each app's are."""

from dataclasses import dataclass

from django_claimsauth.authorization import (
    RequireAuthenticated,
    Requirement,
    RequireRole,
    RequireScope,
    claim,
    handles,
    policies,
    resource,
)


@dataclass(frozen=True)
class MinimumAge(Requirement):
    years: int


@dataclass(frozen=True)
class Clearance(Requirement):
    level: int


@handles(MinimumAge)
def old_enough(context, requirement):
    found = context.principal.find_first("age")
    if found is not None and found.value >= requirement.years:
        context.succeed(requirement)


@handles(Clearance)
def cleared(context, requirement):
    found = context.principal.find_first("clearance")
    if found is not None and found.value >= requirement.level:
        context.succeed(requirement)


owned = resource.owner_id == claim("sub")
of_tenant = resource.tenant == claim("tenant")
published = resource.state == "published"

policies.add("rule", owned)
policies.add(
    "built-ins and rules",
    RequireAuthenticated(),
    RequireRole("member", "staff"),
    of_tenant,
    published,
)
policies.add(
    "two handlers",
    RequireAuthenticated(),
    RequireRole("member", "staff"),
    MinimumAge(21),
    Clearance(2),
)
policies.add("documents.read", owned | (of_tenant & published))
policies.add("benchmarks.read", RequireScope("documents.read"))
policies.add("benchmarks.adult", MinimumAge(21), Clearance(2))


def claims_of(user):
    """Return what a token says beside who it is of."""
    return {"age": 30, "clearance": 3, "tenant": "tenant 7"}
