"""Narrowing a queryset: one query, composed with what the view does, and no more."""

import pytest
from django.db.models import Count, F, OuterRef, Subquery, Value

from django_claimsauth.authorization import (
    RequireAuthenticated,
    RequireRole,
    claim,
    resource,
    service,
)
from django_claimsauth.claims import ClaimsPrincipal
from tests.rules_app.models import Comment, Item, Label, Person, Team

NOBODY = ClaimsPrincipal.anonymous()
EDITOR = ClaimsPrincipal.of("bearer", {"roles": "editor"})
OWN = resource.owner_id == claim("sub")
SHARED = resource.shared_with.includes(claim("sub"))


@pytest.fixture
def people(db):
    team = Team.objects.create(code="acme", level=1)
    return [Person.objects.create(name=name, team=team) for name in ("ann", "bob")]


@pytest.fixture
def items(people):
    """Two of ann's, one of bob's, one of nobody's; all but the last are shared."""
    ann, bob = people
    owners = [ann, ann, bob, None]
    found = [
        Item.objects.create(number=number, owner=owner, team=ann.team)
        for number, owner in enumerate(owners)
    ]
    for item in found[:3]:
        item.shared_with.set([ann, bob])
        Comment.objects.create(item=item, author=ann, rank=1)
        Comment.objects.create(item=item, author=bob, rank=2)
    return found


@pytest.fixture
def ann(people):
    return ClaimsPrincipal.of("bearer", {"sub": str(people[0].pk), "roles": "reader"})


def numbers(queryset):
    return [item.number for item in queryset.order_by("number")]


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (OWN, [0, 1]),
        (~OWN, [2, 3]),
        (SHARED, [0, 1, 2]),
        (~SHARED, [3]),
        (SHARED & ~OWN, [2]),
        (OWN & RequireRole("reader"), [0, 1]),
        (OWN & RequireRole("editor"), []),
        (OWN | RequireRole("editor"), [0, 1]),
        (OWN | RequireRole("reader"), [0, 1, 2, 3]),
        (~(OWN | RequireRole("editor")), [2, 3]),
        (~(OWN & RequireRole("reader")), [2, 3]),
        (resource.comment_set.rank > 1, [0, 1, 2]),
        (resource.shared_with.name == "bob", [0, 1, 2]),
        ((resource.shared_with.name == "ann") & (resource.shared_with.name == "bob"),
         [0, 1, 2]),
        (resource.owner.name != "ann", [2, 3]),
        (resource.owner.team.level == 1, [0, 1, 2]),
        (resource.owner.is_null(), [3]),
        (resource.shared_with.is_empty(), [3]),
        (resource.number.in_([1, 3, 99]), [1, 3]),
        (resource.number.in_([]), []),
        (~resource.number.in_([]), [0, 1, 2, 3]),
        ((resource.number > 0) & (resource.number > 1), [2, 3]),
        ((resource.number > 0) & OWN, [1]),
    ],
)  # fmt: skip
def test_narrowing_is_one_query_that_repeats_no_row(
    items, ann, rule, kept, django_assert_max_num_queries
):
    """Joins over to-many relations would repeat rows, and lose some under `~`."""
    with django_assert_max_num_queries(1):
        assert kept == numbers(service.narrow(ann, rule, Item.objects.all()))


def test_the_anonymous_principal_keeps_what_needs_no_claim(items):
    """Absent claims keep nothing, also under `~`."""
    for rule in (
        OWN,
        ~OWN,
        SHARED,
        ~SHARED,
        RequireAuthenticated() & (resource.number > 0),
    ):
        assert [] == numbers(service.narrow(NOBODY, rule, Item.objects.all()))
    assert [2, 3] == numbers(
        service.narrow(None, resource.number >= 2, Item.objects.all())
    )


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (resource.number < claim("n"), [0, 1, 2]),
        (resource.number <= claim("n"), [0, 1, 2, 3]),
        (resource.number > claim("n"), [2, 3]),
        (resource.number >= claim("n"), [1, 2, 3]),
        (~(resource.number > claim("n")), [0, 1]),
        (resource.number == claim("n"), [1, 3]),
        (resource.number != claim("n"), [0, 2]),
        (resource.number.in_([2, claim("n")]), [1, 2, 3]),
        (~resource.number.in_([2, claim("n")]), [0]),
        (resource.number.in_([2, claim("absent")]), [2]),
        (~resource.number.in_([2, claim("absent")]), []),
    ],
)
def test_several_values_of_a_claim_mean_any_of_them(items, rule, kept):
    """Under `~`, none of them; and nothing while one is unknown."""
    principal = ClaimsPrincipal.of("bearer", {"n": [1, 3, "junk"]})

    assert kept == numbers(service.narrow(principal, rule, Item.objects.all()))
    assert kept == [i.number for i in items if service.authorize(principal, rule, i)]


def test_what_is_always_allowed_leaves_the_queryset_as_it_is(items):
    """The editor's list is the view's own, word for word."""
    queryset = Item.objects.filter(number__gt=1).order_by("-number")
    narrowed = service.narrow(EDITOR, OWN | RequireRole("editor"), queryset)

    assert str(queryset.query) == str(narrowed.query)


def test_what_is_never_allowed_asks_nothing(items, django_assert_num_queries):
    """And is an empty queryset like any other."""
    narrowed = service.narrow(EDITOR, OWN, Item.objects.order_by("number"))

    with django_assert_num_queries(0):
        assert [] == list(narrowed)
        assert 0 == narrowed.filter(number=1).count()


def test_a_generic_relation_is_one_to_many(items, ann):
    """Of its own kind of objects, and of no other's with the same key."""
    item = items[0]
    Label.objects.create(content_object=item, text="x")
    Label.objects.create(content_object=item.owner, text="x")
    keys = ClaimsPrincipal.of(
        "bearer", {"n": [label.pk for label in Label.objects.all()]}
    )

    for rule in (
        resource.labels.text == "x",
        ~resource.labels.is_empty(),
        resource.labels.includes(claim("n")),
    ):
        assert [0] == numbers(service.narrow(keys, rule, Item.objects.all()))
        assert [1, 2, 3] == numbers(service.narrow(keys, ~rule, Item.objects.all()))
        assert [item] == [each for each in items if service.authorize(keys, rule, each)]
    with pytest.raises(AttributeError, match="content_object"):
        service.narrow(ann, resource.content_object == "x", Label.objects.all())


class TestComposition:
    def test_the_views_filters_stay(self, items, ann):
        """An alternative in the rule does not widen what the view asked for."""
        rule = OWN | (resource.number == 3)
        queryset = Item.objects.filter(number__lt=3).exclude(number=0)

        assert [1] == numbers(service.narrow(ann, rule, queryset))
        assert [1] == numbers(service.narrow(ann, rule, queryset.filter(pk__gt=0)))

    def test_order_pages_and_related_objects_stay(
        self, items, ann, django_assert_num_queries
    ):
        """Pagination counts and slices the narrowed list."""
        queryset = Item.objects.select_related("owner__team").order_by("-number")
        narrowed = service.narrow(ann, SHARED, queryset)

        assert 3 == narrowed.count()
        with django_assert_num_queries(1):
            page = list(narrowed[1:3])
            assert [1, 0] == [item.number for item in page]
            assert ["acme", "acme"] == [item.owner.team.code for item in page]

    def test_aggregates_count_each_row_once(self, items, ann):
        """Narrowed before or after: the rule joins nothing that multiplies."""
        counted = Item.objects.annotate(comments=Count("comment"))
        before = service.narrow(ann, SHARED, Item.objects.all())

        for queryset in (
            service.narrow(ann, SHARED & (resource.owner.team.level == 1), counted),
            before.annotate(comments=Count("comment")),
        ):
            assert [2, 2, 2] == [item.comments for item in queryset]
        assert {"n": 3} == before.aggregate(n=Count("pk"))

    def test_values_distinct_and_subqueries_work(self, items, ann):
        """It is a queryset, wherever one goes."""
        narrowed = service.narrow(ann, SHARED, Item.objects.all())

        assert {0, 1, 2} == set(narrowed.values_list("number", flat=True))
        assert 3 == narrowed.distinct().count()
        assert 6 == Comment.objects.filter(item__in=narrowed).count()
        newest = narrowed.filter(owner=OuterRef("pk")).order_by("-number")
        people = Person.objects.annotate(newest=Subquery(newest.values("number")[:1]))
        assert [1, 2] == list(people.order_by("pk").values_list("newest", flat=True))

    def test_it_may_be_joined_with_another(self, items, ann):
        """`|`, `&` and union() of narrowed querysets."""
        own = service.narrow(ann, OWN, Item.objects.all())
        third = service.narrow(ann, resource.number == 3, Item.objects.all())

        assert [0, 1, 3] == numbers(own | third)
        assert [] == numbers(own & third)
        assert 3 == own.union(third).count()

    def test_it_may_be_updated_and_deleted(self, items, ann):
        """In bulk as well, nothing but what is allowed is touched."""
        narrowed = service.narrow(ann, SHARED & ~OWN, Item.objects.all())

        assert 1 == narrowed.update(big=7)
        assert [2] == numbers(Item.objects.filter(big=7))
        narrowed.delete()
        assert [0, 1, 3] == numbers(Item.objects.all())

    def test_related_managers_narrow(self, items, ann, people):
        """Nested resources start from their parent."""
        assert [0, 1] == numbers(service.narrow(ann, OWN, people[0].shared.all()))
        assert [] == numbers(service.narrow(ann, OWN, people[1].items.all()))

    def test_an_annotation_of_another_name_does_not_matter(self, items, ann):
        """Nor does a filter on it."""
        queryset = Item.objects.annotate(double=F("number") * 2).filter(double__gt=0)

        assert [1] == numbers(service.narrow(ann, OWN, queryset))

    def test_an_annotation_in_a_columns_place_is_refused(self, items, ann, people):
        """Django would compare the rule with it: everybody's rows would be ann's."""
        queryset = Item.objects.values("pk").annotate(owner_id=Value(people[0].pk))
        assert 4 == queryset.filter(owner_id=people[0].pk).count()

        for rule in (OWN, OWN | RequireRole("reader")):
            with pytest.raises(TypeError, match=r"hide columns.*owner_id"):
                service.narrow(ann, rule, queryset)


@pytest.mark.parametrize("rule", [OWN, OWN & RequireRole("x"), RequireRole("editor")])
def test_a_slice_or_a_union_is_refused_whoever_asks(db, rule):
    """Rows were counted before they were judged."""
    for principal in (NOBODY, EDITOR):
        with pytest.raises(TypeError, match="slice"):
            service.narrow(principal, rule, Item.objects.all()[:10])
        with pytest.raises(TypeError, match="union"):
            service.narrow(principal, rule, Item.objects.union(Item.objects.all()))


@pytest.mark.parametrize(
    "rule",
    [
        resource.ownr == claim("sub"),
        (resource.ownr == claim("sub")) & RequireRole("nobody"),
        RequireRole("editor") | (resource.ownr == claim("sub")),
    ],
)
def test_a_typo_is_found_whoever_asks(rule):
    """By the first test, and not by the first non-editor."""
    for principal in (NOBODY, EDITOR):
        with pytest.raises(AttributeError, match="'ownr'"):
            service.narrow(principal, rule, Item.objects.all())


def test_claims_by_the_thousand_are_one_query(items, django_assert_num_queries):
    """A chain of ORs would be too deep for SQLite."""
    many = ClaimsPrincipal.of(
        "bearer", {"n": list(range(2, 3000)), "t": [f"t{n}" for n in range(3000)]}
    )
    rule = resource.number.in_(claim("n")) & (resource.text != claim("t"))

    with django_assert_num_queries(1):
        assert [2, 3] == numbers(service.narrow(many, rule, Item.objects.all()))


def test_a_rule_on_a_foreign_key_joins_nothing(ann):
    """It is the condition that one would write by hand."""
    for rule in (
        OWN,
        resource.owner == claim("sub"),
        resource.owner.pk == claim("sub"),
    ):
        assert "JOIN" not in str(service.narrow(ann, rule, Item.objects.all()).query)
    shared = str(service.narrow(ann, SHARED, Item.objects.all()).query)
    assert "EXISTS" in shared
    assert "JOIN" not in shared
