"""Judging objects that are no models: attributes compare by JSON type."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from django_claimsauth.authorization import claim, now, resource
from django_claimsauth.claims import ClaimsPrincipal

MOMENT = datetime(2026, 5, 6, tzinfo=UTC)


@dataclass
class Tag:
    name: str | None = None


@dataclass
class Thing:
    owner: object = None
    tag: Tag | None = None
    tags: object = field(default_factory=list)


def met(rule, thing, **claims):
    return rule.judge(ClaimsPrincipal.of("bearer", claims), thing, None)


EQUAL = resource.owner == claim("sub")


@pytest.mark.parametrize(
    ("owner", "claims", "equal", "unequal"),
    [
        ("42", {"sub": "42"}, True, False),
        ("42", {"sub": "43"}, False, True),
        ("42", {"sub": ["43", "42"]}, True, False),
        (42, {"sub": 42}, True, False),
        (42, {"sub": 42.0}, True, False),
        (42, {"sub": "42"}, False, False),
        ("42", {"sub": 42}, False, False),
        (True, {"sub": 1}, False, False),
        (1, {"sub": True}, False, False),
        (True, {"sub": True}, True, False),
        (True, {"sub": False}, False, True),
        (42, {"sub": ["42", 42]}, True, False),
        (42, {"sub": ["42", 43]}, False, True),
        ("42", {}, False, False),
        (None, {}, False, False),
        (None, {"sub": "42"}, False, True),
        (float("nan"), {"sub": 1}, False, False),
        (1, {"sub": 10**400}, False, True),
        (1.5, {"sub": [10**400, 1.5]}, True, False),
        (10**400, {"sub": 10**400}, True, False),
        (UUID(int=1), {"sub": str(UUID(int=1))}, False, False),
        (Decimal(1), {"sub": 1}, False, False),
        ([], {"sub": "42"}, TypeError, TypeError),
    ],
)
def test_values_compare_where_their_types_are_the_same(owner, claims, equal, unequal):
    """What cannot be compared is unknown: neither equal nor different."""
    for rule, expected in ((EQUAL, equal), (~EQUAL, unequal)):
        if expected is TypeError:
            with pytest.raises(TypeError, match="includes"):
                met(rule, Thing(owner), **claims)
        else:
            assert expected is met(rule, Thing(owner), **claims)


@pytest.mark.parametrize(
    ("rule", "owner", "expected"),
    [
        (resource.owner < claim("n"), 3, True),
        (resource.owner < claim("n"), 9, False),
        (~(resource.owner < claim("n")), 9, True),
        (resource.owner < claim("n"), "3", False),
        (~(resource.owner < claim("n")), "3", False),
        (~(resource.owner < claim("n")), None, True),
        (resource.owner < claim("absent"), 3, False),
        (~(resource.owner < claim("absent")), 3, False),
        (~(resource.owner < claim("absent")), None, False),
        (resource.owner <= True, False, False),
        (resource.owner >= "b", "c", True),
        (resource.owner.in_(["a", claim("absent")]), "a", True),
        (~resource.owner.in_(["a", claim("absent")]), "b", False),
        (~resource.owner.in_(["a", "c"]), "b", True),
        (~resource.owner.in_([]), "b", True),
        (resource.owner.in_([]), "b", False),
        (resource.owner.is_null(), None, True),
        (~resource.owner.is_null(), None, False),
        (resource.owner == now(clock=lambda: MOMENT), MOMENT, True),
        (resource.owner <= now(), MOMENT, True),
        (resource.owner <= now(), MOMENT.replace(tzinfo=None), False),
        (~(resource.owner <= now()), MOMENT.replace(tzinfo=None), False),
        (resource.owner <= now(), MOMENT.date(), False),
        (resource.owner == UUID(int=1), UUID(int=1), True),
    ],
)
def test_orders_sets_and_nulls(rule, owner, expected):
    """As with models, in three values."""
    assert expected is met(rule, Thing(owner), n=5)


def test_constants_compare_as_claims_do():
    """Of the same type, or not at all."""
    rule = resource.owner == 42

    assert met(rule, Thing(42))
    assert met(rule, Thing(42.0))
    assert met(~rule, Thing(43))
    assert not met(rule, Thing("42"))
    assert not met(~rule, Thing("42"))
    assert met(~rule, Thing(None))


def test_a_principals_claims_are_sorted_once():
    """Two rules over one claim read one memo."""
    principal = ClaimsPrincipal.of("bearer", {"sub": ["42", 7]})

    assert EQUAL.judge(principal, Thing("42"), None)
    assert EQUAL.judge(principal, Thing(7), None)
    assert (resource.tag != claim("sub")).judge(principal, Thing(tag="x"), None)

    assert 1 == len(principal.memo)


def test_paths_walk_attributes_and_stop_at_none():
    """A relation that is absent leads to nothing."""
    rule = resource.tag.name == "x"

    assert met(rule, Thing(tag=Tag("x")))
    assert not met(rule, Thing(tag=Tag("y")))
    assert not met(rule, Thing())
    assert met(~rule, Thing())
    assert met(resource.tag.name.is_null(), Thing())


@pytest.mark.parametrize("kind", [list, tuple, set, frozenset])
def test_a_path_over_many_means_one_of_them(kind):
    """And its negation none of them."""
    several = Thing(tags=kind(["a", "b"]))
    includes = resource.tags.includes(claim("tag"))

    assert met(includes, several, tag="a")
    assert not met(includes, several, tag="c")
    assert met(~includes, several, tag="c")
    assert not met(includes, several)
    assert not met(~includes, several)
    assert not met(~includes, several, tag=1)
    assert met(~includes, Thing(tags=kind()), tag="a")
    assert not met(~includes, Thing(tags=kind()))
    assert met(resource.tags.is_empty(), Thing(tags=kind()))
    assert met(~resource.tags.is_empty(), several)
    assert met(resource.tags.is_empty(), Thing(tags=None))


def test_a_path_goes_on_through_many():
    """Each of them is asked for the rest."""
    several = Thing(tags=[Tag("a"), Tag(None)])

    assert met(resource.tags.name == "a", several)
    assert met(resource.tags.name.is_null(), several)
    assert not met(resource.tags.name.is_null(), Thing(tags=[]))
    assert not met(resource.tags.name == "b", several)
    assert met(resource.tags.name != "b", several)


@pytest.mark.parametrize("rule", [resource.ownr == "x", resource.tag.nme == "x"])
def test_an_attribute_that_is_not_there_is_an_error(rule):
    """A typo is found, and never allows."""
    for each in (rule, ~rule):
        with pytest.raises(AttributeError, match=r"asks for 'ownr|asks for 'nme"):
            met(each, Thing(tag=Tag()))


@pytest.mark.parametrize(
    "rule", [resource.owner.includes("x"), resource.owner.is_empty()]
)
def test_one_is_not_many(rule):
    """A str is no collection of letters."""
    with pytest.raises(TypeError, match="no list"):
        met(rule, Thing(owner="xyz"))
