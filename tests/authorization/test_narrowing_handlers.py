"""Handlers of one's own in a queryset: their forms, and what has none."""

from dataclasses import dataclass

import pytest
from django.db.models import Exists, F, OuterRef, Q

from django_claimsauth.authorization import (
    RequireAssertion,
    Requirement,
    RequireRole,
    claim,
    handles,
    resource,
    service,
)
from django_claimsauth.authorization.handlers import registry
from django_claimsauth.authorization.narrowing import narrow
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import ConfigurationError, NotNarrowableError
from tests.rules_app.models import Comment, Item, Person, Team

ANN = ClaimsPrincipal.of("bearer", {"n": 1, "roles": "reader"})
NOBODY = ClaimsPrincipal.anonymous()
RULE = resource.number == claim("n")


@dataclass(frozen=True)
class AtLeast(Requirement):
    """The number is at least this."""

    number: int


@dataclass(frozen=True)
class Judged(Requirement):
    """A requirement with a judge of its own, which reads the resource."""

    number: int

    def judge(self, principal, resource, request):
        return resource is None or resource.number == self.number


@dataclass(frozen=True)
class JudgedAndNarrowed(Judged):
    def narrow(self, principal):
        return Q(number=self.number)


@pytest.fixture
def handled():
    """Return a function that registers a handler with a queryset form, for a test."""
    made = []

    def register(requirement, judge, form=None, **kwargs):
        function = handles(requirement, **kwargs)(judge)
        made.append(function)
        if form is not None:
            function.narrow(form)
        return function

    yield register
    for function in made:
        registry.remove(function)


@pytest.fixture
def items(db):
    people = [Person.objects.create(name=name) for name in "ab"]
    for number in range(4):
        item = Item.objects.create(number=number)
        item.shared_with.set(people)
        Comment.objects.create(item=item, rank=number)
        Comment.objects.create(item=item, rank=9)
    return list(Item.objects.order_by("number"))


def numbers(queryset):
    return [item.number for item in queryset.order_by("number")]


def allowed(principal, policy, items):
    return [i.number for i in items if service.authorize(principal, policy, i)]


def at_least(context, requirement):
    if context.resource is not None and context.resource.number >= requirement.number:
        context.succeed(requirement)


def form(principal, requirement):
    return Q(number__gte=requirement.number)


def kept(policy, principal=ANN):
    return numbers(service.narrow(principal, policy, Item.objects.all()))


class TestForms:
    def test_a_form_narrows_beside_rules(self, items, handled):
        """The handler's half and the rule's half are one condition."""
        handled(AtLeast, at_least, form)

        for policy, expected in (
            (AtLeast(2), [2, 3]),
            (AtLeast(2) | RULE, [1, 2, 3]),
            (AtLeast(1) & RULE, [1]),
            (AtLeast(1) & RequireRole("reader"), [1, 2, 3]),
        ):
            assert expected == kept(policy) == allowed(ANN, policy, items)

    def test_any_handler_satisfies(self, items, handled):
        """Their forms are alternatives."""

        def first(context, requirement):
            if context.resource.number == 0:
                context.succeed(requirement)

        handled(AtLeast, at_least, form)
        handled(AtLeast, first, lambda principal, requirement: Q(number=0))

        assert [0, 3] == kept(AtLeast(3)) == allowed(ANN, AtLeast(3), items)

    def test_a_handler_class_has_a_method_narrow(self, items, handled):
        """It is made once, as it is for judging."""

        class Handler:
            def handle(self, context, requirement):
                at_least(context, requirement)

            def narrow(self, principal, requirement):
                return form(principal, requirement)

        handled(AtLeast, Handler)

        assert [3] == kept(AtLeast(3))

    @pytest.mark.parametrize(
        "asked",
        [
            Q(shared_with__name__in=["a", "b"]),
            Q(comment__rank__gte=2) | Q(number=99),
            Q(Q(comment__rank=9) & Q(number__gte=0)),
            ~Q(comment__rank=77),
            Q(number__lte=F("comment__rank")),
            Q(team__members__name="x") | Q(comment__rank=9),
        ],
    )
    def test_a_form_over_many_repeats_no_row(self, items, handled, asked):
        """Who writes a form need not think of it."""
        handled(AtLeast, at_least, lambda principal, requirement: asked)

        assert [0, 1, 2, 3] == kept(AtLeast(0))

    def test_a_form_may_be_an_expression(self, items, handled):
        """Wrapped in a Q."""
        ranked = Exists(Comment.objects.filter(item=OuterRef("pk"), rank=2))
        handled(AtLeast, at_least, lambda principal, requirement: Q(ranked))

        assert [2] == kept(AtLeast(2))

    @pytest.mark.parametrize(
        ("answer", "expected"),
        [
            (True, [0, 1, 2, 3]),
            (False, []),
            (Q(), [0, 1, 2, 3]),
            (~Q(), []),
            (Q(pk__in=[]), []),
            (Q(unknown_name=1), None),
        ],
    )
    def test_a_form_may_answer_for_all_rows(self, items, handled, answer, expected):
        """An empty Q is every row; Django takes ~Q() for every row as well, we not."""
        handled(AtLeast, at_least, lambda principal, requirement: answer)

        if expected is None:
            with pytest.raises(Exception, match="unknown_name"):
                kept(AtLeast(0))
        else:
            assert expected == kept(AtLeast(0))
            assert expected or [1] == kept(AtLeast(0) | RULE)

    @pytest.mark.parametrize("answer", [None, "x", 1, [], Item, (Q(), None)])
    def test_a_form_that_returns_no_q_is_an_error(self, items, handled, answer):
        """A forgotten return keeps nothing and is found."""
        handled(AtLeast, at_least, lambda principal, requirement: answer)

        with pytest.raises(TypeError, match=r"form of AtLeast\(number=0\)"):
            kept(AtLeast(0) | RequireRole("reader"))

    def test_a_veto_counts_in_alternatives_as_well(self, items, handled):
        """As in judging: what a handler vetoes is refused, whatever else holds."""

        def judge(context, requirement):
            if context.resource.number == 1:
                context.fail("no")
            at_least(context, requirement)

        handled(
            AtLeast,
            judge,
            lambda principal, requirement: (
                form(principal, requirement),
                Q(number=1) | Q(comment__rank=99),
            ),
        )

        for policy in (
            AtLeast(0),
            AtLeast(3) | RULE,
            RequireRole("reader") | AtLeast(3),
        ):
            assert kept(policy) == allowed(ANN, policy, items)
        assert [0, 2, 3] == kept(AtLeast(0))

    def test_a_vetoed_row_is_one_that_its_form_keeps(self, items, handled):
        """`~Q` of a member of a JSON object would drop the rows without it as well."""
        Item.objects.filter(number__lt=2).update(document={"locked": True})
        Item.objects.filter(number=2).update(document={})
        vetoed = Q(document__locked=True)
        handled(AtLeast, at_least, lambda principal, requirement: (True, vetoed))

        assert [2, 3] == kept(AtLeast(0))

    def test_a_veto_of_all_keeps_nothing(self, items, handled):
        """Not even for those who hold the other alternative."""
        handled(AtLeast, at_least, lambda principal, requirement: (True, True))

        assert [] == kept(AtLeast(0) | RequireRole("reader"))

    def test_a_handler_of_everything_is_asked_of_rules_too(self, items, handled):
        """One that vetoes the banned, say."""

        def banned(context, requirement):
            if context.principal.has_claim("banned"):
                context.fail("banned")

        handled(
            Requirement,
            banned,
            lambda principal, requirement: (False, principal.has_claim("banned")),
        )
        principal = ClaimsPrincipal.of("bearer", {"n": 1, "banned": True})

        assert [1] == kept(RULE)
        assert [] == kept(RULE, principal) == allowed(principal, RULE, items)


class TestNotNarrowable:
    @pytest.mark.parametrize("principal", [ANN, NOBODY])
    def test_a_handler_without_a_form_is_named_whoever_asks(self, handled, principal):
        """Also where the answer would not have depended on it."""
        handled(AtLeast, at_least)

        for policy in (
            AtLeast(1),
            RequireRole("reader") | AtLeast(1),
            RequireRole("nobody") & AtLeast(1),
        ):
            with pytest.raises(
                NotNarrowableError, match=r"at_least.*@at_least\.narrow"
            ):
                service.narrow(principal, policy, Item.objects.all())

    def test_one_of_two_handlers_without_a_form_is_enough(self, handled):
        """It might have allowed more, or vetoed."""
        handled(AtLeast, at_least, form)
        handled(AtLeast, lambda context, requirement: None)

        with pytest.raises(NotNarrowableError, match="lambda"):
            service.narrow(ANN, AtLeast(1), Item.objects.all())

    def test_a_built_in_with_a_handler_without_a_form_is_refused(self, handled):
        """The handler may succeed where the role does not."""
        handled(RequireRole, lambda context, requirement: None)

        with pytest.raises(NotNarrowableError):
            service.narrow(ANN, RequireRole("reader"), Item.objects.all())

    def test_an_assertion_is_refused_by_its_handlers_name(self):
        """A function of the context has no queryset form."""
        with pytest.raises(NotNarrowableError, match="judge_assertion"):
            service.narrow(ANN, RequireAssertion(lambda c: True), Item.objects.all())

    def test_a_judge_of_ones_own_is_never_asked_without_a_resource(self, items):
        """It would be taken for a constant; its class may have a form."""
        with pytest.raises(NotNarrowableError, match=r"no method narrow\(principal\)"):
            service.narrow(ANN, Judged(1), Item.objects.all())

        assert [1] == kept(JudgedAndNarrowed(1))

    def test_nothing_that_judges_is_an_error(self):
        """As it is in judging."""
        with pytest.raises(NotNarrowableError, match="AtLeast"):
            service.narrow(ANN, AtLeast(1), Item.objects.all())

    def test_a_handler_for_other_resources_satisfies_nothing(self, items, handled):
        """It would not be asked of these either."""
        handled(AtLeast, at_least, resource=Team)

        policy = AtLeast(0) | RULE
        assert [1] == kept(policy) == allowed(ANN, policy, items)

    def test_it_is_an_error_of_configuration(self):
        """So that checks and the test kit find it."""
        assert issubclass(NotNarrowableError, ConfigurationError)


def test_forms_may_be_handed_in(items):
    """The registry is the default, and not the only source."""
    asked = []

    def forms(requirement, model):
        asked.append((requirement, model))
        return [form]

    narrowed = narrow(AtLeast(2), ANN, Item.objects.all(), handler_narrowings=forms)

    assert [2, 3] == numbers(narrowed)
    assert [(AtLeast(2), Item)] == asked
