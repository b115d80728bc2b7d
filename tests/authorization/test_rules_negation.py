"""`~` of what looks at the principal alone: absence is no permission."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from django_claimsauth.authorization import (
    RequireAuthenticated,
    RequireClaim,
    RequireRecentAuthentication,
    RequireRole,
    RequireScope,
    RequireUserName,
    resource,
    service,
)
from django_claimsauth.authorization.negation import depends_on_principal_alone
from django_claimsauth.claims import ClaimsPrincipal
from tests.rules_app.models import Item

ANN = ClaimsPrincipal.of(
    "bearer",
    {
        "name": "ann",
        "roles": "reader",
        "scope": "read",
        "tier": "gold",
        "auth_time": 90,
    },
)
BARE = ClaimsPrincipal.of("bearer", {"sub": "1"})
NOBODY = ClaimsPrincipal.anonymous()
UNVOUCHED = ClaimsPrincipal.of(None, {"roles": "reader"})
RECENT = RequireRecentAuthentication(timedelta(seconds=60), clock=lambda: 100.0)
OLD = RequireRecentAuthentication(timedelta(seconds=5), clock=lambda: 100.0)


@pytest.mark.parametrize(
    ("requirement", "of_ann", "of_bare"),
    [
        (RequireRole("reader"), False, True),
        (RequireRole("editor"), True, True),
        (RequireScope("read"), False, True),
        (RequireScope("write"), True, True),
        (RequireClaim("tier"), False, True),
        (RequireClaim("tier", "gold"), False, False),
        (RequireClaim("tier", "silver"), True, False),
        (RequireUserName("ann"), False, False),
        (RequireUserName("bob"), True, False),
        (RECENT, False, False),
        (OLD, True, False),
        (RequireAuthenticated(), False, False),
    ],
)
def test_negation_is_met_where_the_contrary_is_known(requirement, of_ann, of_bare):
    """A claim that is asked for by value and absent is not known to be another."""
    assert of_ann is bool(service.authorize(ANN, ~requirement))
    assert of_bare is bool(service.authorize(BARE, ~requirement))
    assert not service.authorize(NOBODY, ~requirement)
    assert not service.authorize(UNVOUCHED, ~requirement)
    assert requirement == ~~requirement


def test_negation_goes_into_alternatives_and_conjunctions():
    """`~(a | b)` is `~a & ~b`, and each half keeps its own caution."""
    rule = (resource.number == 3) | RequireRole("editor")

    assert not service.authorize(ANN, ~rule, Item(number=3))
    assert service.authorize(ANN, ~rule, Item(number=4))
    assert not service.authorize(NOBODY, ~rule, Item(number=4))
    assert rule == ~~rule
    assert not service.authorize(
        NOBODY, ~(rule & RequireAuthenticated()), Item(number=3)
    )


@dataclass(frozen=True)
class Grows(RequireAuthenticated):
    """A built-in requirement's subclass that looks at the resource after all."""

    def judge(self, principal, resource, request):
        return resource.number == 3


def test_a_judge_of_ones_own_may_read_the_resource():
    """Only Django's own word for it makes a constant of a requirement."""
    assert depends_on_principal_alone(RequireRole("x"))
    assert depends_on_principal_alone(~RequireRole("x"))
    assert not depends_on_principal_alone(Grows())
    assert not depends_on_principal_alone(~Grows())
    assert not depends_on_principal_alone(resource.number == 3)


def test_negations_compare_and_print():
    """As all requirements do."""
    assert "~RequireRole('x')" == repr(~RequireRole("x"))
    assert {~RequireRole("x"): 1} == {~RequireRole("x"): 1}
