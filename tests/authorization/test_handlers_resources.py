"""Handlers for some resources, and handlers that have a queryset form."""

from dataclasses import dataclass

import pytest
from django.db.models import Q
from django.utils.functional import SimpleLazyObject

from django_claimsauth.authorization import Requirement, RequireRole, handles, service
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


@pytest.fixture(autouse=True)
def handlers_of_the_test():
    before = list(registry.handlers)
    yield
    registry.handlers[:] = before
    registry.changed()


def allowed(requirement, resource=None):
    return bool(service.authorize(ADA, requirement, resource))


def abstain(context, requirement):
    """Have no opinion."""


def succeed(context, requirement):
    context.succeed(requirement)


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
        ids=lambda each: getattr(each, "__name__", type(each).__name__),
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

    def test_who_judges_what_can_be_asked(self):
        handles(Edit, resource=Document)(succeed)
        handles(Edit)(abstain)
        handles(Publish)(succeed)

        def judging(requirement, kind):
            return [each.function for each in registry.judging(requirement, kind)]

        assert [succeed, abstain] == judging(Edit(), Document)
        assert [abstain] == judging(Edit(), str)
        assert [abstain, succeed] == judging(Publish(), type(None))
        assert [] == judging(RequireRole("a"), Document)

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
        # Of its own instance, also where the class judges something else.
        again = registry.add(Judge, RequireRole)
        assert again.narrow.__self__ is again.call.__self__

    @pytest.mark.parametrize("odd", [None, Q(), "every_row"])
    def test_a_form_is_a_function(self, odd):
        def judge(context, requirement):
            context.succeed(requirement)

        handles(Edit)(judge)

        with pytest.raises(TypeError, match="queryset form"):
            judge.narrow(odd)
