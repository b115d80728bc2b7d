"""What "allowed" means: the truth table, vetoes, reasons, what was not asked."""

from dataclasses import dataclass

import pytest

from django_claimsauth.authorization import (
    AuthorizationContext,
    AuthorizationResult,
    Policy,
    RequireAuthenticated,
    Requirement,
    RequireRole,
    all_of,
    any_of,
    service,
)
from django_claimsauth.authorization.evaluation import AuthorizationFailure
from django_claimsauth.claims import ClaimsPrincipal

ADA = ClaimsPrincipal.of("x", {"sub": "1", "roles": ["editor"]})
NOBODY = ClaimsPrincipal.anonymous()


@dataclass(frozen=True)
class Other(Requirement):
    """A second requirement that the handlers of a test judge."""


def succeed(context, requirement):
    context.succeed(requirement)


def succeed_too(context, requirement):
    context.succeed(requirement)


def fail(context, requirement):
    context.fail("because")


def fail_too(context, requirement):
    context.fail()


def abstain(context, requirement):
    """Have no opinion."""


class TestTruthTable:
    @pytest.mark.parametrize(
        ("handlers", "allowed"),
        [
            ([abstain], False),
            ([succeed], True),
            ([fail], False),
            ([succeed, succeed_too], True),
            ([abstain, succeed], True),
            ([succeed, abstain], True),
            ([succeed, fail], False),
            ([fail, succeed], False),
            ([abstain, fail], False),
        ],
        ids=lambda each: (
            " ".join(h.__name__ for h in each) if isinstance(each, list) else ""
        ),
    )
    def test_any_success_satisfies_and_any_veto_wins(
        self, asked, judged, handlers, allowed
    ):
        for each in handlers:
            judged(each)

        result = service.authorize(ADA, asked)

        assert allowed is result.succeeded is bool(result)
        assert allowed is (result.failure is None)

    def test_a_handler_alone_decides_also_about_nobody(self, asked, judged):
        judged(succeed)

        assert service.authorize(None, asked)
        assert service.authorize(NOBODY, asked)

    def test_all_requirements_must_hold(self, asked, judged):
        judged(succeed)

        assert service.authorize(ADA, Policy(asked, RequireRole("editor")))
        assert not service.authorize(ADA, Policy(asked, RequireRole("admin")))

    def test_what_is_unmet_is_listed_in_order_and_once(self, asked, judged):
        judged(abstain)
        role = RequireRole("admin")
        policy = Policy(role, RequireAuthenticated(), asked, RequireRole("admin"))

        failure = service.authorize(ADA, policy).failure

        assert AuthorizationFailure((role, asked)) == failure

    def test_a_joined_requirement_is_unmet_as_a_whole(self, asked, judged):
        judged(abstain)
        either = any_of(asked, RequireRole("admin"))
        both = all_of(asked, RequireRole("editor"))

        failure = service.authorize(ADA, Policy(either, both)).failure

        assert (either, both) == failure.requirements

    @pytest.mark.parametrize(
        ("joined", "allowed"),
        [
            (lambda a: a | RequireRole("admin"), True),
            (lambda a: a & RequireRole("admin"), False),
            (lambda a: a & RequireRole("editor"), True),
            (lambda a: (a & RequireRole("admin")) | RequireRole("editor"), True),
            (lambda a: (a | RequireRole("admin")) & RequireRole("nobody"), False),
        ],
    )
    def test_requirements_are_joined(self, asked, judged, joined, allowed):
        judged(succeed)

        assert allowed is bool(service.authorize(ADA, joined(asked)))


class TestVeto:
    def test_after_one_nothing_counts_as_unmet_and_the_reason_is_there(
        self, asked, judged
    ):
        judged(fail)
        judged(succeed)

        failure = service.authorize(ADA, Policy(asked, RequireRole("admin"))).failure

        assert (True, ()) == (failure.vetoed, failure.requirements)
        assert [(fail, "because")] == [(e.handler, e.message) for e in failure.reasons]

    def test_reasons_stand_in_the_order_of_the_calls(self, asked, judged):
        judged(fail_too)
        judged(fail)

        reasons = service.authorize(ADA, asked).failure.reasons

        assert [(fail_too, ""), (fail, "because")] == [
            (each.handler, each.message) for each in reasons
        ]

    def test_one_in_an_alternative_vetoes_all(self, asked, judged):
        judged(fail)

        assert not service.authorize(ADA, any_of(RequireRole("editor"), asked))
        assert not service.authorize(ADA, RequireRole("editor") | asked)

    @pytest.mark.parametrize(("after", "calls"), [(True, 2), (False, 1)])
    def test_handlers_after_one_run_unless_told_otherwise(
        self, asked, judged, settings, after, calls
    ):
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "HANDLERS_AFTER_VETO": after}
        called = []

        def first(context, requirement):
            called.append(first)
            context.fail("first")

        def second(context, requirement):
            called.append(second)
            context.succeed(requirement)

        judged(first)
        judged(second)

        assert not service.authorize(ADA, asked)
        assert calls == len(called)

    @pytest.mark.parametrize("after", [True, False])
    def test_without_one_all_run(self, asked, judged, settings, after):
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "HANDLERS_AFTER_VETO": after}
        judged(abstain)
        judged(succeed)

        assert service.authorize(ADA, asked)

    def test_a_veto_cannot_be_taken_back(self, asked):
        context = AuthorizationContext([asked], ADA)
        context.fail("no")

        with pytest.raises(AttributeError):
            context.has_failed = False

    @pytest.mark.parametrize("reason", [None, 5, ValueError("x")])
    def test_a_reason_may_be_anything(self, asked, judged, reason):
        def refuse(context, requirement):
            context.fail(reason)

        judged(refuse)

        assert str(reason) == service.authorize(ADA, asked).failure.reasons[0].message


class TestContext:
    def test_a_handler_sees_what_is_asked_of_whom_about_what(self, asked, judged, rf):
        seen = []
        judged(lambda context, requirement: seen.append((context, requirement)))
        resource, request = object(), rf.get("/")

        service.authorize(
            ADA, Policy(asked, RequireAuthenticated()), resource, request=request
        )

        ((context, requirement),) = seen
        assert asked is requirement
        assert (ADA, resource, request) == (
            context.principal,
            context.resource,
            context.request,
        )
        assert (asked, RequireAuthenticated()) == context.requirements

    def test_every_handler_is_called_for_each_requirement_that_it_judges(self, judged):
        @dataclass(frozen=True)
        class Numbered(Requirement):
            """A requirement with a number."""

            number: int

        called = []
        judged(
            lambda context, r: called.append(r.number) or context.succeed(r), Numbered
        )

        assert service.authorize(ADA, Policy(Numbered(1), Numbered(2), Numbered(1)))
        assert [1, 2] == called

    def test_an_equal_requirement_is_that_requirement(self, asked, judged):
        judged(lambda context, requirement: context.succeed(type(asked)()))

        assert service.authorize(ADA, asked)

    def test_success_of_what_was_not_asked_is_ignored(self, asked, judged):
        judged(lambda context, requirement: context.succeed(RequireRole("admin")))

        failure = service.authorize(ADA, asked).failure

        assert ((asked,), False) == (failure.requirements, failure.vetoed)

    @pytest.mark.parametrize("odd", [None, True, "asked", Other, []])
    def test_success_of_what_is_no_requirement_is_a_type_error(
        self, asked, judged, odd
    ):
        judged(lambda context, requirement: context.succeed(odd))

        with pytest.raises(TypeError, match="requirement"):
            service.authorize(ADA, asked)

    def test_it_can_be_made_by_hand_to_try_a_handler(self, asked):
        context = AuthorizationContext([asked], ADA, "resource")

        succeed(context, asked)
        assert context.has_met(asked)
        assert not context.has_failed

        fail(context, asked)
        assert context.has_failed
        assert ["because"] == [each.message for each in context.reasons]
        assert context.reasons[0].handler() is None


class TestJudges:
    """Requirements of one's own that bring their judge."""

    @pytest.mark.parametrize(
        ("answer", "allowed"),
        [
            (True, True),
            (False, False),
            (None, False),
            (1, False),
            ("yes", False),
            ([1], False),
        ],
    )
    def test_only_true_is_true(self, answer, allowed):
        @dataclass(frozen=True)
        class Judged(Requirement):
            """Answers what it was told to."""

            def judge(self, principal, resource, request):
                return answer

        assert allowed is bool(service.authorize(ADA, Judged()))

    def test_what_the_judge_has_no_opinion_on_a_handler_may(self, judged):
        @dataclass(frozen=True)
        class Judged(Requirement):
            """Has no opinion by itself."""

            def judge(self, principal, resource, request):
                return False

        assert not service.authorize(ADA, Judged())
        judged(succeed, Judged)
        assert service.authorize(ADA, Judged())

    def test_a_handler_may_veto_what_the_judge_met(self, judged):
        judged(fail, RequireAuthenticated)

        assert not service.authorize(ADA, RequireAuthenticated())


class TestResult:
    def test_success_has_no_failure_and_is_true(self):
        assert AuthorizationResult().succeeded
        assert AuthorizationResult()

    def test_failure_is_false(self):
        assert not AuthorizationResult(AuthorizationFailure())

    def test_it_is_frozen(self):
        with pytest.raises(AttributeError):
            AuthorizationResult().failure = None
