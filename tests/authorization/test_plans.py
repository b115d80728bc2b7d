"""A policy made ready for one type of resource."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from django_claimsauth.authorization import (
    RequireAssertion,
    RequireAuthenticated,
    Requirement,
    RequireRecentAuthentication,
    RequireRole,
    any_of,
    claim,
    resource,
)
from django_claimsauth.authorization.decisions import MAX_MEMO, decide
from django_claimsauth.authorization.evaluation import SUCCESS, Plan, evaluate
from django_claimsauth.authorization.plans import asks_resource
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import NoHandlerError
from tests.app.models import Document

A, B = RequireRole("a"), RequireRole("b")
OWN = resource.owner_id == claim("sub")
ADA = ClaimsPrincipal.of("x", {"sub": "1", "roles": "a"})


@dataclass(frozen=True)
class Asked(Requirement):
    """A requirement that the handlers of a test judge."""


def abstain(context, requirement):
    """Have no opinion."""


class TestAboutAResource:
    def test_a_rule_is(self):
        assert asks_resource(OWN)

    def test_what_looks_at_the_principal_is_not(self):
        assert not asks_resource(A)

    def test_what_a_typed_handler_judges_is_and_nothing_else(self, judged):
        judged(abstain, Asked)
        assert not asks_resource(Asked())

        judged(lambda context, requirement: None, Asked, resource=Document)
        assert asks_resource(Asked())
        assert not asks_resource(A)

    def test_those_parts_can_be_assumed_to_be_met(self):
        plan = Plan((A, OWN), type(None))

        assert plan.bits[OWN] == plan.about_resource
        assert not evaluate(plan, ADA)
        assert evaluate(plan, ADA, assumed=plan.about_resource)
        assert not evaluate(
            plan, ClaimsPrincipal.anonymous(), assumed=plan.about_resource
        )


class TestOutcomes:
    def test_what_comes_of_a_mask_is_worked_out_once(self):
        plan = Plan((A, any_of(A, B)), type(None))

        assert SUCCESS is plan.outcome(plan.bits[A])
        assert plan.outcome(0) is plan.outcome(0)
        assert (A, any_of(A, B)) == plan.outcome(0).failure.requirements
        assert (A,) == plan.outcome(plan.bits[B]).failure.requirements

    def test_a_part_that_stands_twice_has_one_bit(self):
        plan = Plan((A, any_of(A, B), B), type(None))

        assert (A, B) == plan.parts
        assert {A: 1, B: 2} == plan.bits


class TestJudges:
    def test_they_are_those_that_may_run_on_a_loop_and_those_that_may_not(self):
        slow = resource.tenant.slug == claim("tenant")
        plan = Plan((RequireAuthenticated(), OWN, slow), Document)

        bits = {part: bit for bit, part in zip((1, 2, 4), plan.parts, strict=True)}
        assert [1, 2] == [bit for bit, _ in plan.pure]
        assert [bits[slow]] == [bit for bit, _ in plan.waiting]
        assert (*plan.pure, *plan.waiting) == plan.judges

    def test_a_part_that_nobody_judges_is_an_error(self):
        with pytest.raises(NoHandlerError, match="Asked"):
            Plan((any_of(A, Asked()),), type(None))

    def test_a_handler_of_other_resources_is_a_judge_all_the_same(self, judged):
        judged(abstain, Asked, resource=Document)

        assert () == Plan((Asked(),), str).calls
        assert 1 == len(Plan((Asked(),), Document).calls)


@dataclass(frozen=True)
class Fickle(RequireAuthenticated):
    """One of ours with a judge of its own, which may look at anything."""

    def judge(self, principal, resource, request):
        return request == "now"


class OfToday(RequireAuthenticated):
    """One of ours that hands out its judge, another one each time."""

    def judge_of(self, kind):
        return lambda principal, resource, request: request == "now"


class Configured(RequireRole):
    """One of ours whose roles stand somewhere else."""

    roles = property(lambda self: ("a",))


class Looking(ClaimsPrincipal):
    """A principal that looks its roles up, and may find others next time."""

    roles = property(lambda self: self.memo["found"])


class TestConstant:
    def test_is_what_reads_the_principal_alone(self):
        assert Plan((A, RequireAuthenticated(), any_of(A, B)), type(None)).is_constant

    @pytest.mark.parametrize(
        "requirement",
        [
            OWN,
            Fickle(),
            OfToday(),
            object.__new__(Configured),
            RequireAssertion(lambda _: True),
            RequireRecentAuthentication(timedelta(1)),
        ],
    )
    def test_is_nothing_that_may_change_its_mind(self, requirement):
        assert not Plan((A, requirement), type(None)).is_constant

    def test_one_who_was_let_in_is_asked_nothing_again(self):
        plan = Plan((A,), type(None))

        answers = [decide(plan, ADA, A, None) for _ in range(2)]

        assert [SUCCESS, SUCCESS] == answers
        assert not decide(Plan((B,), type(None)), ADA, B, None)

    def test_who_is_judged_by_more_is_asked_each_time(self):
        plan = Plan((Fickle(),), type(None))

        assert [True, False] == [
            bool(decide(plan, ADA, Fickle(), when)) for when in ("now", "later")
        ]

    def test_a_principal_that_may_change_is_asked_each_time(self):
        plan, bob = Plan((A,), type(None)), Looking(ADA.identities)
        bob.memo["found"] = ADA.roles
        assert decide(plan, bob, A, None)

        bob.memo["found"] = frozenset()
        assert not decide(plan, bob, A, None)

    def test_of_plans_that_are_made_anew_no_principal_keeps_all(self):
        bob = ClaimsPrincipal(ADA.identities)

        for _ in range(MAX_MEMO + 2):
            assert decide(Plan((A,), type(None)), bob, A, None)

        assert MAX_MEMO == len(bob.memo)
