"""Judging over relations: what is loaded, what is asked, and what is saved."""

import pytest
from asgiref.sync import async_to_sync
from django.db.models import Prefetch

from django_claimsauth.authorization import claim, resource, service
from django_claimsauth.claims import ClaimsPrincipal
from tests.rules_app.models import (
    Comment,
    Detail,
    Item,
    Person,
    SoftComment,
    SpecialItem,
    Team,
)

EQUAL = resource.number == claim("n")


def holding(**claims):
    return ClaimsPrincipal.of("bearer", claims)


def met(rule, principal, item):
    return rule.judge(principal, item, None)


@pytest.mark.django_db
class TestRelations:
    @pytest.fixture
    def item(self):
        team = Team.objects.create(code="acme", level=2)
        ann = Person.objects.create(name="ann", team=team)
        item = Item.objects.create(owner=ann, team=team, number=3)
        item.shared_with.add(ann)
        Comment.objects.create(item=item, author=ann, rank=1)
        return Item.objects.get()

    def test_a_way_that_ends_early_leads_to_null(self):
        """Whoever is nobody has no team, and no team no level."""
        alone = Item(number=3)

        assert not met(resource.owner.team.level == 2, holding(), alone)
        assert met(resource.owner.team.level != 2, holding(), alone)

    def test_own_columns_cost_no_query(self, item, django_assert_num_queries):
        """A foreign key is its own column."""
        ann = item.owner_id
        rules = [
            resource.owner_id == ann,
            resource.owner == ann,
            ~resource.owner.is_null(),
            resource.team == "acme",
            resource.pk == item.pk,
        ]

        with django_assert_num_queries(0):
            assert all(met(rule, holding(), item) for rule in rules)

    @pytest.mark.parametrize(
        "rule",
        [
            resource.owner.name == "ann",
            resource.owner.team == "acme",
            resource.team.level == 2,
            resource.shared_with.name == "ann",
            resource.comment_set.rank == 1,
            resource.comment_set.author.name == "ann",
            ~resource.shared_with.is_empty(),
            resource.detail.is_null(),
            resource.detail.label != "x",
        ],
    )
    def test_a_relation_costs_one_query(self, item, rule, django_assert_num_queries):
        """To-one relations are loaded as Django does, to-many ones are asked."""
        with django_assert_num_queries(1):
            assert met(rule, holding(), item)

    def test_an_instance_is_compared_by_its_key(self, item):
        """Whatever the relation's key is."""
        ann = item.owner

        assert met(resource.owner == ann, holding(), item)
        assert met(resource.shared_with.includes(ann), holding(), item)
        assert met(resource.team == item.team, holding(), item)
        assert met(resource.team.in_([item.team, "x"]), holding(), item)

    def test_a_reverse_one_to_one_is_a_relation_to_one(self, item):
        """It is absent or there."""
        detail = Detail.objects.create(item=item, label="x")
        item = Item.objects.get()

        assert met(resource.detail.label == "x", holding(), item)
        assert met(resource.detail == detail, holding(), item)
        assert not met(resource.detail.is_null(), holding(), item)

    def test_an_unsaved_instance_has_no_related_rows(self, item):
        """Not even with the key of one that has."""
        impostor = Item(pk=item.pk, number=3)
        rule = resource.shared_with.includes(item.owner_id)

        assert not met(rule, holding(), impostor)
        assert met(~rule, holding(), impostor)
        assert met(resource.shared_with.is_empty(), holding(), impostor)
        assert not met(rule, holding(), Item())

    @pytest.mark.parametrize(
        "rule",
        [
            resource.shared_with.includes(claim("who")),
            resource.shared_with.name == claim("who"),
            resource.comment_set.rank < claim("who"),
            resource.owner.name == claim("who"),
            resource.team.level >= claim("who"),
        ],
    )
    def test_an_absent_claim_is_unknown_over_relations_too(self, item, rule):
        """Of one of them and of none of them."""
        assert not met(rule, holding(), item)
        assert not met(~rule, holding(), item)
        assert not met(rule, holding(), Item())
        assert not met(~rule, holding(), Item())

    def test_what_is_not_there_is_not_null(self, item):
        """One of the many has no name only where there is one."""
        empty = Team.objects.create(code="empty")
        item.teams.add(empty)
        nameless = resource.teams.members.name.is_null()

        assert not met(nameless, holding(), item)
        assert [] == list(service.narrow(None, nameless, Item.objects.all()))

        Person.objects.create(team=empty, name=None)
        assert met(nameless, holding(), item)
        assert [item] == list(service.narrow(None, nameless, Item.objects.all()))

    def test_none_of_no_values_asks_nothing(self, item, django_assert_num_queries):
        """An empty list includes nobody."""
        rule = resource.shared_with.name.in_([])

        with django_assert_num_queries(0):
            assert not met(rule, holding(), item)
            assert met(~rule, holding(), item)

    def test_a_change_in_memory_counts_before_it_is_saved(self, item):
        """Nobody moves an object to where they may not: the result is judged."""
        other = Team.objects.create(code="other")
        rule = resource.team.members.includes(item.owner_id)

        assert met(rule, holding(), item)
        item.team = other
        assert not met(rule, holding(), item)
        item.team = None
        assert not met(rule, holding(), item)
        assert met(~rule, holding(), item)

    def test_a_prefetch_of_some_does_not_hide_the_others(self, item):
        """`.all()` of a filtered prefetch would say that nobody is there."""
        none = Prefetch("shared_with", Person.objects.none())
        prefetched = Item.objects.prefetch_related(none).get()

        assert met(resource.shared_with.includes(item.owner_id), holding(), prefetched)

    def test_a_default_manager_that_hides_rows_changes_no_rule(self, item):
        """A list would be narrowed over all rows, and an object must be judged so."""
        SoftComment.everything.create(item=item, deleted=True, text="x")

        assert met(resource.soft_comments.text == "x", holding(), item)

    def test_deferred_and_derived_instances_count(self, item):
        """A path reads what the class inherits and loads what was deferred."""
        special = SpecialItem.objects.create(number=3, extra=1, owner=item.owner)
        deferred = Item.objects.only("pk").get(pk=item.pk)

        assert met(EQUAL, holding(n=3), deferred)
        assert met(EQUAL, holding(n=3), special)
        assert met((resource.extra == 1), holding(), special)
        assert met(resource.owner.name == "ann", holding(), special)
        special.shared_with.add(item.owner)
        assert met(resource.shared_with.includes(item.owner_id), holding(), special)
        assert met(resource.specialitem.extra == 1, holding(), special.item_ptr)

    def test_a_missing_row_behind_a_key_is_null(self, item):
        """A key that leads nowhere leads to nothing."""
        item.owner_id = 999_999

        assert not met(resource.owner.name == "ann", holding(), item)
        assert met(resource.owner.name.is_null(), holding(), item)


@pytest.mark.django_db
def test_a_rule_over_a_relation_is_judged_off_the_event_loop():
    """It may ask the database, which refuses to wait on the loop."""
    team = Team.objects.create(code="acme", level=2)
    item = Item.objects.get(pk=Item.objects.create(team=team, number=3).pk)
    rule = (resource.team.level == 2) & (resource.number == 3)

    assert async_to_sync(service.aauthorize)(holding(), rule, item)
