"""Which functions judge which requirements, for which resources."""

import functools
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import pytest
from django.db.models import Q
from django.utils.functional import SimpleLazyObject

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


class ProxyDocument(Document):
    """The same table."""

    class Meta:
        app_label = "elsewhere"
        proxy = True


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


class TestResources:
    @pytest.mark.parametrize(
        ("resource", "about", "called"),
        [
            (Document, Document(), True),
            (Document, ProxyDocument(), True),
            (ProxyDocument, Document(), False),
            (Document, SimpleLazyObject(Document), True),
            (Document, None, False),
            (Document, "document", False),
            (Document, Document, False),
            ((str, int), 1, True),
            ((str, int), "1", True),
            ((str, int), 1.5, False),
            (object, object(), True),
            (object, None, False),
            (type(None), None, False),
            (None, None, True),
            (None, "anything", True),
        ],
        ids=str,
    )
    def test_a_typed_handler_is_asked_about_its_own_alone(
        self, resource, about, called
    ):
        handles(Edit, resource=resource)(succeed)

        assert called is allowed(Edit(), about)

    def test_a_deferred_instance_is_one(self, db):
        Document.objects.create(title="a")
        handles(Edit, resource=Document)(succeed)

        assert allowed(Edit(), Document.objects.defer("title").get())

    def test_a_value_may_be_a_resource(self):
        @handles(Edit, resource=int)
        def even(context, requirement):
            if context.resource % 2 == 0:
                context.succeed(requirement)

        assert not allowed(Edit(), 1)
        assert allowed(Edit(), 2)

    def test_typed_and_untyped_ones_stand_beside_each_other(self):
        handles(Edit, resource=Document)(lambda context, requirement: context.fail("x"))
        handles(Edit)(succeed)

        assert allowed(Edit())
        assert not allowed(Edit(), Document())

    def test_the_same_function_may_judge_two_types(self):
        handles(Edit, resource=str)(succeed)
        handles(Edit, resource=int)(succeed)

        assert allowed(Edit(), "x")
        assert allowed(Edit(), 1)
        assert not allowed(Edit(), 1.5)


class TestNarrow:
    def test_a_queryset_form_is_the_function_s_for_every_registration(self):
        @handles(Edit)
        @handles(RequireRole)
        def anything(context, requirement):
            context.succeed(requirement)

        @anything.narrow
        def every_row(principal, requirement):
            return Q()

        handles(Publish)(anything)
        forms = [h.narrow for h in registry.handlers if h.function is anything]

        assert [every_row] * 3 == forms

    def test_a_class_may_bring_its_own(self):
        @handles(Edit)
        class Judge:
            """Judges and narrows."""

            def handle(self, context, requirement):
                context.succeed(requirement)

            def narrow(self, principal, requirement):
                return Q()

        (handler,) = (h for h in registry.handlers if h.function is Judge)
        assert Q() == handler.narrow(ADA, Edit())

    @pytest.mark.parametrize("odd", [None, Q(), "every_row"])
    def test_a_form_is_a_function(self, odd):
        def judge(context, requirement):
            context.succeed(requirement)

        handles(Edit)(judge)

        with pytest.raises(TypeError, match="queryset form"):
            judge.narrow(odd)


def test_a_handler_s_name_says_where_it_is():
    handler = registry.add(succeed, Edit)

    assert f"{__name__}.succeed" == handler.name


def test_an_instance_s_name_is_what_it_shows():
    handler = registry.add(functools.partial(succeed), Edit)

    assert "functools.partial" in handler.name
