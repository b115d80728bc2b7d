"""Judging instances of models by rules: NULLs, absent claims, unsaved objects."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db.models import F
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from django_claimsauth.authorization import (
    RequireRole,
    claim,
    now,
    resource,
    service,
)
from django_claimsauth.claims import ClaimsPrincipal
from tests.rules_app.models import Item, Person, Team

CLOCK = datetime(2026, 5, 6, 22, 30, tzinfo=UTC)


def holding(**claims):
    return ClaimsPrincipal.of("bearer", claims)


def met(rule, principal, item):
    return rule.judge(principal, item, None)


NUMBER = resource.number
EQUAL = NUMBER == claim("n")


@pytest.mark.parametrize(
    ("rule", "claims", "number", "expected"),
    [
        (EQUAL, {"n": 3}, 3, True),
        (EQUAL, {"n": 3}, 4, False),
        (EQUAL, {"n": [1, 3]}, 3, True),
        (EQUAL, {"n": ["x", 3]}, 3, True),
        (EQUAL, {"n": 3}, None, False),
        (EQUAL, {}, 3, False),
        (EQUAL, {}, None, False),
        (~EQUAL, {"n": 3}, 4, True),
        (~EQUAL, {"n": [1, 3]}, 3, False),
        (~EQUAL, {"n": 3}, None, True),
        (~EQUAL, {}, 3, False),
        (~EQUAL, {"n": "x"}, 3, False),
        (~~EQUAL, {}, 3, False),
        (NUMBER != claim("n"), {}, None, False),
        (NUMBER < claim("n"), {"n": [1, 9]}, 5, True),
        (NUMBER < claim("n"), {"n": 5}, 5, False),
        (NUMBER <= claim("n"), {"n": 5}, 5, True),
        (NUMBER > claim("n"), {"n": [1, 9]}, 5, True),
        (NUMBER >= claim("n"), {"n": 9}, 5, False),
        (NUMBER < claim("n"), {"n": 5}, None, False),
        (~(NUMBER < claim("n")), {"n": 5}, None, True),
        (~(NUMBER < claim("n")), {}, 3, False),
        (NUMBER.in_(claim("n")), {"n": [1, 2]}, 2, True),
        (NUMBER.in_(claim("n")), {}, 2, False),
        (~NUMBER.in_(claim("n")), {}, 2, False),
        (NUMBER.in_([2, claim("n")]), {}, 2, True),
        (NUMBER.in_([2, claim("n")]), {}, 3, False),
        (~NUMBER.in_([2, claim("n")]), {}, 3, False),
        (~NUMBER.in_([2, claim("n")]), {"n": 4}, 3, True),
        (NUMBER.in_([]), {}, 3, False),
        (~NUMBER.in_([]), {}, 3, True),
        (NUMBER.is_null(), {}, None, True),
        (NUMBER.is_null(), {}, 3, False),
        (~NUMBER.is_null(), {}, 3, True),
        (NUMBER == 10**30, {}, 3, False),
        (NUMBER != 10**30, {}, 3, False),
    ],
)
def test_three_values_become_met_or_not(rule, claims, number, expected):
    """Unknown is not met, and stays not met under `~`; NULL equals nothing."""
    assert expected is met(rule, holding(**claims), Item(number=number))


@pytest.mark.parametrize(
    "rule", [EQUAL, ~EQUAL, NUMBER.is_null(), ~NUMBER.is_null(), NUMBER != 3]
)
def test_without_a_resource_no_rule_is_met(rule):
    """An endpoint that forgot to pass it must not open."""
    assert not service.authorize(holding(n=3), rule)
    assert not service.authorize(holding(n=3), rule, None)


def test_claims_nobody_vouches_for_are_absent():
    """An identity that is not authenticated satisfies nothing."""
    stranger = ClaimsPrincipal.of(None, {"n": 3})

    assert not met(EQUAL, stranger, Item(number=3))
    assert not met(~EQUAL, stranger, Item(number=4))


def test_a_rule_without_claims_holds_for_anybody():
    """What is published is published."""
    published = resource.text == "published"

    assert met(published, ClaimsPrincipal.anonymous(), Item(text="published"))


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        (resource.ownr_id == 1, r"Item has no column or relation 'ownr_id'.*owner_id"),
        (resource.owner.nme == "x", "Person has no column or relation 'nme'"),
        (resource.text.length == 1, r"'text' has no column or relation 'length'"),
        (resource.computed == "x", "'computed'"),
        (resource.save == "x", "'save'"),
        (resource.comment.text == "x", "comment_set"),
        (resource.text__iexact == "x", "text__iexact"),
    ],
)
def test_a_path_that_leads_nowhere_is_an_error_whoever_asks(rule, hint):
    """A typo that only ever said no would never be found."""
    for requirement in (rule, ~rule, RequireRole("editor") | rule):
        with pytest.raises(AttributeError, match=hint):
            service.authorize(holding(roles="editor"), requirement, Item())


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        (resource.shared_with == 1, "includes"),
        (resource.shared_with.is_null(), "includes"),
        (resource.comment_set < 1, "includes"),
        (resource.owner.includes(1), "one at most"),
        (resource.owner.is_empty(), "one at most"),
        (resource.text.includes("x"), "one at most"),
        (resource.document == "x", "JSONField"),
        (resource.document.is_null(), "JSONField"),
        (resource.flag < True, "no order"),
        (resource.token > claim("x"), "no order"),
        (resource.number == now(), "no date"),
        (resource.text == now(), "no date"),
        (resource.number == "abc", "no value"),
        (resource.text == 3, "no value"),
        (resource.flag == 1, "no value"),
        (resource.number == True, "no value"),  # noqa: E712
        (resource.moment == datetime(2026, 1, 1), "no value"),  # noqa: DTZ001
        (resource.day == CLOCK, "no value"),
        (resource.moment == date(2026, 1, 1), "no value"),
        (resource.owner == Team(code="x"), "does not lead"),
        (resource.number == Person(pk=1), "does not lead"),
    ],
)
def test_what_a_column_cannot_be_asked_is_an_error(rule, hint):
    """The developer's mistake, found by the first judgement."""
    with pytest.raises((TypeError, ValueError), match=hint):
        met(rule, holding(), Item())


def test_a_constant_is_judged_by_its_own_type():
    """Decimal(3) equals 3 in Python, and is no value of a column of integers."""
    three = Item(number=3)

    assert [False, True, False] == [
        met(NUMBER == each, holding(), three) for each in (Decimal(3), 3, Decimal(3))
    ]


@pytest.mark.parametrize(
    ("attribute", "value", "rule"),
    [
        ("number", "3", NUMBER == 3),
        ("number", 3.0, NUMBER == 3),
        ("number", Decimal(3), None),
        ("number", "three", None),
        ("number", True, None),
        ("number", F("number") + 1, None),
        ("text", 3, None),
        ("moment", datetime(2026, 1, 1), None),  # noqa: DTZ001
        ("day", CLOCK, None),
        ("flag", 1, None),
        ("price", Decimal("NaN"), None),
    ],
)
def test_an_attribute_that_is_no_value_of_its_column_satisfies_nothing(
    attribute, value, rule
):
    """Unsaved, an instance holds anything; only what fits is compared."""
    item = Item(**{attribute: value})

    if rule is not None:
        assert met(rule, holding(), item)
        return
    constant = {"text": "x", "moment": CLOCK, "day": date(2026, 1, 1), "flag": False}
    column = getattr(resource, attribute)
    rule = column == constant.get(attribute, 7)
    if attribute == "price":
        assert not met(rule, holding(), item)
        assert not met(column > 0, holding(), item)
        return
    orders = [] if attribute == "flag" else [column < rule.terms[0]]
    for each in (rule, *orders):
        assert not met(each, holding(), item)
        assert not met(~each, holding(), item)


def test_moments_compare_across_time_zones():
    """22:30 in London's winter is the next day in the far east, and the same moment."""
    local = CLOCK.astimezone(ZoneInfo("Pacific/Kiritimati"))

    assert met(resource.moment == CLOCK, holding(), Item(moment=local))
    assert met(resource.moment == claim("at"), holding(at="2026-05-06T22:30:00Z"),
               Item(moment=local))  # fmt: skip


@pytest.mark.parametrize(("offset", "expected"), [(0, True), (-1, False), (1, True)])
def test_dates_are_compared_with_the_clock(offset, expected, settings):
    """Of a date, the day in the project's time zone counts, not the visitor's."""
    settings.TIME_ZONE = "UTC"
    today = now(timedelta(days=offset), clock=lambda: CLOCK)
    item = Item(day=CLOCK.date(), moment=CLOCK)

    # There it is tomorrow already.
    with timezone.override("Pacific/Kiritimati"):
        assert expected is met(resource.day <= today, holding(), item)
        assert expected is met(resource.moment <= today, holding(), item)


def test_now_is_read_at_each_judgement():
    """A rule that is written once a process is not frozen in time."""
    times = iter([CLOCK - timedelta(1), CLOCK + timedelta(1)])
    past = resource.moment <= now(clock=lambda: next(times))

    assert not met(past, holding(), Item(moment=CLOCK))
    assert met(past, holding(), Item(moment=CLOCK))
    assert met(resource.moment <= now(), holding(), Item(moment=CLOCK - timedelta(999)))


@pytest.mark.parametrize("use_tz", [True, False])
def test_without_time_zones_moments_are_naive(use_tz, settings):
    """`USE_TZ = False` stores local time; an aware claim becomes that."""
    settings.USE_TZ = use_tz
    settings.TIME_ZONE = "UTC"
    naive = Item(moment=CLOCK.replace(tzinfo=None))

    for at in ("2026-05-06T22:30:00+00:00", "2026-05-07T00:30:00+02:00"):
        principal = holding(at=at)
        assert met(resource.moment == claim("at"), principal, naive) is not use_tz


def test_a_lazy_object_is_judged_as_what_it_wraps():
    """Django hands out lazy users; a rule reads through."""
    lazy = SimpleLazyObject(lambda: Item(number=3))

    assert met(EQUAL, holding(n=3), lazy)


def test_a_model_class_is_no_instance():
    """Passing the class by mistake allows nothing."""
    assert not met(NUMBER != 3, holding(), Item)
    assert not met(NUMBER == 3, holding(), Item)


def test_what_principals_and_rules_share_is_converted_once():
    """Two rules over the same claim and type of column read one memo."""
    principal = holding(n=3)

    met(EQUAL, principal, Item(number=3))
    met(~EQUAL, principal, Item(number=3))
    met(NUMBER.in_(claim("n")), principal, Item(number=3))

    assert 1 == len(principal.memo)
