"""Which functions judge which requirements, for which resources."""

import functools
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import pytest

from django_claimsauth.authorization import (
    Policy,
    Requirement,
    RequireRole,
    handles,
    service,
)
from django_claimsauth.authorization.handlers import registry
from django_claimsauth.claims import ClaimsPrincipal
from tests.app.models import Document

ADA = ClaimsPrincipal.of("x", {"sub": "1"})


@dataclass(frozen=True)
class Edit(Requirement):
    """May edit."""

    what: str = "all"


@dataclass(frozen=True)
class Publish(Edit):
    """May publish, which is a way to edit."""


@runtime_checkable
class Owned(Protocol):
    """A protocol with data, which no class can be asked about."""

    owner: str


@pytest.fixture(autouse=True)
def handlers_of_the_test():
    before = list(registry.handlers)
    yield
    registry.handlers[:] = before
    registry.changed()


def allowed(requirement, resource=None):
    return bool(service.authorize(ADA, requirement, resource))


def succeed(context, requirement):
    context.succeed(requirement)


class TestRegistering:
    def test_the_function_is_returned_unchanged(self):
        assert succeed is handles(Edit)(succeed)

    def test_a_function_registered_twice_counts_once(self):
        called = []

        def count(context, requirement):
            called.append(requirement)

        handles(Edit)(count)
        handles(Edit)(count)
        allowed(Edit())

        assert 1 == len(called)

    def test_one_function_may_judge_several_requirements(self):
        @handles(Edit)
        @handles(RequireRole)
        def anything(context, requirement):
            context.succeed(requirement)

        assert allowed(Policy(Edit(), RequireRole("admin")))

    def test_handlers_are_called_in_the_order_of_their_registration(self):
        called = []
        for name in "abc":
            handles(Edit)(lambda context, requirement, name=name: called.append(name))
        allowed(Edit())

        assert ["a", "b", "c"] == called

    def test_one_that_is_forgotten_judges_no_more(self):
        handles(Edit)(succeed)
        handles(Edit)(lambda context, requirement: None)
        assert allowed(Edit())

        registry.remove(succeed)
        assert not allowed(Edit())

    @pytest.mark.parametrize("odd", [None, Edit(), "Edit", int, object, (Edit,)])
    def test_it_takes_the_class_of_a_requirement(self, odd):
        with pytest.raises(TypeError, match="takes a Requirement class"):
            handles(odd)(succeed)

    @pytest.mark.parametrize("odd", [None, "function", 5])
    def test_it_decorates_what_can_be_called(self, odd):
        with pytest.raises(TypeError, match="decorates"):
            handles(Edit)(odd)

    @pytest.mark.parametrize("odd", ["Document", Document(), 5, (), (Document, "x")])
    def test_a_resource_is_a_class_or_several(self, odd):
        with pytest.raises(TypeError, match="resource="):
            handles(Edit, resource=odd)(succeed)

    @pytest.mark.parametrize(
        "odd",
        [
            lambda: None,
            lambda context: None,
            lambda self, context, requirement: None,
            lambda context, *, requirement: None,
        ],
    )
    def test_one_that_takes_other_arguments_is_refused_when_it_is_written(self, odd):
        before = list(registry.handlers)

        with pytest.raises(TypeError, match=r"called with \(context, requirement\)"):
            handles(Edit)(odd)
        assert before == registry.handlers

    def test_one_that_does_not_tell_its_arguments_is_taken(self):
        handles(Edit)(max)

        assert registry.handlers[-1].function is max

    def test_a_protocol_that_cannot_be_asked_is_refused_when_it_is_written(self):
        with pytest.raises(TypeError):
            handles(Edit, resource=Owned)(succeed)


class TestKinds:
    def test_a_bound_method_and_its_removal(self):
        class Judge:
            """Judges by what it knows."""

            def judge(self, context, requirement):
                context.succeed(requirement)

        judge = Judge()
        handles(Edit)(judge.judge)
        handles(Edit)(judge.judge)
        handles(Edit)(lambda context, requirement: None)

        assert allowed(Edit())
        registry.remove(judge.judge)
        assert not allowed(Edit())

    def test_a_class_with_a_handle_is_made_once(self):
        made = []

        @handles(Edit)
        class Judge:
            """Judges by its handle."""

            def __init__(self):
                made.append(self)

            def handle(self, context, requirement):
                context.fail("no")

        failure = service.authorize(ADA, Edit()).failure
        service.authorize(ADA, Edit())

        assert 1 == len(made)
        assert Judge is failure.reasons[0].handler

    def test_a_class_that_can_be_called(self):
        @handles(Edit)
        class Judge:
            """Judges when called."""

            def __call__(self, context, requirement):
                context.succeed(requirement)

        assert allowed(Edit())

    def test_a_class_that_can_judge_nothing_is_refused(self):
        with pytest.raises(TypeError, match="handle"):

            @handles(Edit)
            class Judge:
                """Has no handle."""

    def test_a_partial_and_an_instance(self):
        class Judge:
            """Judges when called."""

            def __call__(self, context, requirement):
                context.succeed(requirement)

        handles(Edit)(Judge())
        handles(RequireRole)(functools.partial(succeed))

        assert allowed(Policy(Edit(), RequireRole("admin")))


class TestRequirements:
    def test_a_handler_of_a_class_judges_its_subclasses(self):
        handles(Edit)(succeed)

        assert allowed(Publish())

    def test_a_handler_of_a_subclass_does_not_judge_the_class(self):
        handles(Edit)(lambda context, requirement: None)
        handles(Publish)(succeed)

        assert allowed(Publish())
        assert not allowed(Edit())

    def test_a_handler_of_every_requirement_judges_the_built_in_ones_too(self):
        handles(Requirement)(succeed)

        assert allowed(Policy(Edit(), RequireRole("admin")))

    def test_a_handler_that_comes_later_is_asked_from_then_on(self):
        """Plans that were made before are old."""
        handles(Edit)(lambda context, requirement: None)
        assert not allowed(Edit())

        handles(Edit)(succeed)
        assert allowed(Edit())


def test_a_handler_s_name_says_where_it_is():
    handler = registry.add(succeed, Edit)

    assert f"{__name__}.succeed" == handler.name


def test_an_instance_s_name_is_what_it_shows():
    handler = registry.add(functools.partial(succeed), Edit)

    assert "functools.partial" in handler.name
