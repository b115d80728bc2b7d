"""Texts compare code point by code point, on every database and collation."""

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from django_claimsauth.authorization import claim, resource, service
from django_claimsauth.claims import ClaimsPrincipal
from tests.rules_app.generated import LIKE_ACME
from tests.rules_app.models import Item, Team

ACME = ClaimsPrincipal.of("bearer", {"text": "acme", "others": ["acme", "other"]})
ALIKE = [*LIKE_ACME, "", " ", "other"]


@pytest.fixture
def items(db):
    return [Item.objects.create(text=text, note=text) for text in ALIKE]


def texts(rule, principal=ACME):
    return {item.text for item in service.narrow(principal, rule, Item.objects.all())}


def judged(rule, items, principal=ACME):
    return {item.text for item in items if service.authorize(principal, rule, item)}


@pytest.mark.parametrize("column", [resource.text, resource.note])
def test_equal_means_the_same_code_points(items, column):
    """MariaDB's default collation takes half of these for "acme": another's tenant."""
    assert {"acme"} == texts(column == claim("text"))
    assert {"acme", "other"} == texts(column.in_(claim("others")))
    assert set(ALIKE) - {"acme"} == texts(column != claim("text"))
    assert set(ALIKE) - {"acme", "other"} == texts(~column.in_(claim("others")))


@pytest.mark.parametrize("value", ALIKE)
@pytest.mark.parametrize("operator", ["__lt__", "__le__", "__gt__", "__ge__"])
def test_order_is_that_of_code_points(items, value, operator):
    """Python's own, which no language's dictionary has."""
    rule = getattr(resource.text, operator)(value)

    assert judged(rule, items) == texts(rule)
    assert judged(~rule, items) == texts(~rule)


def test_a_text_key_is_exact_through_relations(db):
    """A foreign key to it compares as exactly as the key."""
    team = Team.objects.create(code="acme")
    item = Item.objects.create(team=team)
    item.teams.add(team)
    shouting = ClaimsPrincipal.of("bearer", {"text": "ACME"})

    for rule in (
        resource.team == claim("text"),
        resource.team_id == claim("text"),
        resource.team.code == claim("text"),
        resource.teams.includes(claim("text")),
        resource.team.in_([claim("text"), "acme ", "x"]),
    ):
        assert [] == list(service.narrow(shouting, rule, Item.objects.all()))
        assert [item] == list(service.narrow(ACME, rule, Item.objects.all()))


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "\ud800", "a\udfff"])
def test_a_claim_that_no_database_holds_is_absent(items, text):
    """PostgreSQL refuses NUL, and no driver encodes a lone surrogate."""
    principal = ClaimsPrincipal.of("bearer", {"text": text})

    for rule in (resource.text == claim("text"), resource.text < claim("text")):
        assert set() == texts(rule, principal)
        assert set() == texts(~rule, principal)


PLANS = {"sqlite": ["SEARCH"], "postgresql": ["Index"], "mysql": ["'const'", "'range'"]}


def plan_of(queryset):
    sql, params = queryset.query.sql_with_params()
    word = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # A small table is read whole; the question is whether an index would do.
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"{word} {sql}", params)
        return str(cursor.fetchall())


@pytest.mark.parametrize("claim_type", ["text", "others"])
def test_the_index_of_a_text_column_is_used(db, claim_type):
    """An exact look-up must not read the whole table."""
    codes = [*(f"t{number}" for number in range(2000)), "acme", "other"]
    Team.objects.bulk_create(Team(code=code) for code in codes)
    rule = resource.code == claim(claim_type)

    plan = plan_of(service.narrow(ACME, rule, Team.objects.all()))

    assert any(word in plan for word in PLANS[connection.vendor]), plan


ANY_CASE = {
    "sqlite": "NOCASE",
    "mysql": "utf8mb4_general_ci",
    "postgresql": "claimsauth_any_case",
}


@pytest.fixture
def collated(transactional_db):
    """Return a function that makes a model whose text has a collation of its own."""
    made = []

    def make(collation):
        with isolate_apps("tests.rules_app"):

            class Collated(models.Model):  # noqa: DJ008
                text = models.CharField(max_length=20, db_collation=collation)

                class Meta:
                    app_label = "rulesapp"

        with connection.schema_editor() as editor:
            editor.create_model(Collated)
        made.append(Collated)
        return Collated

    yield make
    for model in made:
        with connection.schema_editor() as editor:
            editor.delete_model(model)


@pytest.fixture
def any_case(collated):
    """Return a model with a column whose own collation knows no case."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE COLLATION IF NOT EXISTS claimsauth_any_case (provider = icu, "
                "locale = 'und-u-ks-level2', deterministic = false)"
            )
    return collated(ANY_CASE[connection.vendor])


def test_a_columns_own_collation_does_not_count(any_case):
    """Whoever chose it wanted searches to be lenient, and not permissions."""
    any_case.objects.bulk_create(
        [any_case(text=text) for text in ("acme", "ACME", "Z")]
    )
    assert 2 == any_case.objects.filter(text="acme").count()

    def kept(rule):
        narrowed = service.narrow(ACME, rule, any_case.objects.order_by("pk"))
        return [each.text for each in narrowed]

    assert ["acme"] == kept(resource.text == claim("text"))
    assert ["ACME", "Z"] == kept(resource.text != claim("text"))
    assert ["acme"] == kept(resource.text.in_(claim("others")))
    assert ["ACME", "Z"] == kept(resource.text < claim("text"))


@pytest.mark.mariadb
@pytest.mark.parametrize("collation", ["latin1_swedish_ci", "utf8mb3_general_ci"])
def test_a_claim_that_an_older_character_set_cannot_hold_is_another_text(
    collated, collation
):
    """MariaDB calls the plain comparison an illegal mix of collations."""
    model = collated(collation)
    model.objects.bulk_create(
        [model(text=text) for text in ("acme", "ACME", "acm\u00e9")]
    )

    def kept(rule, *texts):
        principal = ClaimsPrincipal.of("bearer", {"text": list(texts)})
        narrowed = service.narrow(principal, rule, model.objects.order_by("pk"))
        return [each.text for each in narrowed]

    equal = resource.text == claim("text")
    assert [] == kept(equal, "\U0001f600")
    assert ["acme"] == kept(equal, "\U0001f600", "acme", "\u0663")
    assert ["acm\u00e9"] == kept(equal, "acm\u00e9")
    assert ["ACME", "acm\u00e9"] == kept(~equal, "acme", "\u0663")
    assert ["acme", "ACME", "acm\u00e9"] == kept(
        resource.text < claim("text"), "\u0663"
    )
