"""Writing rules: what they are, how they print, and what cannot be written."""

import copy
import pickle
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from operator import invert
from uuid import UUID

import pytest

from django_claimsauth.authorization import (
    Policy,
    Requirement,
    RequireRole,
    claim,
    now,
    policies,
    resource,
)
from django_claimsauth.authorization.rules import Path, Rule
from tests.rules_app.models import Team

OWN = resource.owner_id == claim("sub")


class Color(Enum):
    RED = "red"


class Rank(int, Enum):
    FIRST = 1


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        (OWN, "(resource.owner_id == claim('sub'))"),
        (resource.owner_id != claim("sub"), "(resource.owner_id != claim('sub'))"),
        (~OWN, "(resource.owner_id != claim('sub'))"),
        (~~OWN, "(resource.owner_id == claim('sub'))"),
        (resource.a.b <= 3, "(resource.a.b <= 3)"),
        (~(resource.a < 3), "~(resource.a < 3)"),
        (resource.a.in_(["x", claim("y")]), "resource.a.in_(['x', claim('y')])"),
        (~resource.a.is_null(), "~resource.a.is_null()"),
        (resource.a.includes(claim("sub")), "resource.a.includes(claim('sub'))"),
        (resource.a.is_empty(), "resource.a.is_empty()"),
        (resource.a > now(), "(resource.a > now())"),
        (
            resource.a >= now() - timedelta(days=1),
            "(resource.a >= now() + datetime.timedelta(days=-1))",
        ),
        (
            ~(OWN | RequireRole("x")),
            "all_of((resource.owner_id != claim('sub')), ~RequireRole('x'))",
        ),
        (
            ~(OWN & RequireRole("x")),
            "any_of((resource.owner_id != claim('sub')), ~RequireRole('x'))",
        ),
    ],
)
def test_a_rule_prints_as_it_is_written(rule, shown):
    """What the log and an explanation show can be read as a rule."""
    assert shown == repr(rule)


def test_the_claim_may_stand_first():
    """Python turns the comparison around, and the rule is the same."""
    assert (claim("sub") == resource.owner_id) == OWN
    assert (claim("level") > resource.level) == (resource.level < claim("level"))
    assert (now() >= resource.day) == (resource.day <= now())


def test_rules_compare_by_structure():
    """A policy that is added twice is no redefinition when its rules are equal."""
    assert OWN == (resource.owner_id == claim("sub"))
    assert hash(OWN) == hash(resource.owner_id == claim("sub"))
    assert (resource.a == 1) != (resource.a == True)  # noqa: E712
    assert (resource.a == 3) != (resource.a == Decimal(3))
    assert OWN != (resource.owner_id == claim("Sub"))
    assert OWN != ~OWN
    assert OWN != "a str"
    assert resource.a.in_([1, 2]) == resource.a.in_({2, 1})
    assert resource.a.in_([1]) != resource.a.in_([True])
    assert resource.a.in_([1]) != (resource.a == 1)
    assert Policy(OWN | RequireRole("x")) == Policy(
        (resource.owner_id == claim("sub")) | RequireRole("x")
    )
    assert {OWN: 1}[resource.owner_id == claim("sub")] == 1


def test_a_name_may_be_added_again_with_an_equal_rule(policy):
    """Reloading a module is harmless."""
    policy("own", resource.owner_id == claim("sub"))

    policies.add("own", resource.owner_id == claim("sub"))

    assert (OWN,) == policies["own"].requirements


@pytest.mark.parametrize(
    "value",
    [
        OWN,
        ~(resource.a.in_([1, claim("x")])),
        resource.a < now(timedelta(days=1)),
        OWN | RequireRole("x"),
        ~(OWN & RequireRole("x")),
    ],
)
def test_rules_are_copied_and_pickled(value):
    """They are data."""
    assert value == copy.deepcopy(value)
    assert value == pickle.loads(pickle.dumps(value))


def test_paths_and_claims_are_copied_and_pickled():
    """What a rule is written with is data as well."""
    path = pickle.loads(pickle.dumps(copy.deepcopy(resource.a.b)))
    reference = pickle.loads(pickle.dumps(copy.copy(claim("sub"))))

    assert (path == reference) == (resource.a.b == claim("sub"))


def test_rules_are_frozen():
    """Nobody changes a policy by changing its rule."""
    with pytest.raises(AttributeError):
        OWN.negated = True
    with pytest.raises(AttributeError, match="compares"):
        resource.owner_id = 3
    with pytest.raises(AttributeError):
        claim("sub").type = "x"
    with pytest.raises(AttributeError):
        now().offset = timedelta(1)


@pytest.mark.parametrize(
    "truth",
    [
        lambda: bool(OWN),
        lambda: OWN and RequireRole("x"),
        lambda: RequireRole("x") and OWN,
        lambda: RequireRole("x") or OWN,
        lambda: not OWN,
        lambda: not RequireRole("x"),
        lambda: bool(OWN | RequireRole("x")),
        lambda: bool(resource.a),
        lambda: resource.a and OWN,
        lambda: bool(claim("sub")),
        lambda: not claim("sub"),
        lambda: bool(now()),
        lambda: 1 < resource.a < 3,
        lambda: "x" in resource.tags,
        lambda: resource.a in [resource.b, resource.c],
        lambda: claim("sub") in resource.shared_with,
    ],
)
def test_truth_of_what_is_not_judged_is_an_error(truth):
    """`a and b` is `b` in Python: half of what is asked would be gone."""
    with pytest.raises(TypeError):
        truth()


@pytest.mark.parametrize(
    "joined",
    [
        lambda: resource.a == claim("x") | RequireRole("editor"),
        lambda: resource.a == claim("x") & OWN,
        lambda: resource.a == 1 | OWN,
        lambda: resource.a == 1 & OWN,
        lambda: OWN | resource.b == 2,
        lambda: OWN & resource.b == 2,
        lambda: RequireRole("x") | resource.b == 2,
        lambda: ~resource.a == 1,
        lambda: ~claim("x"),
        lambda: resource.a | resource.b == 1,
    ],
)
def test_a_join_without_parentheses_is_an_error_that_says_so(joined):
    """`|` binds stronger than `==`; the halves would be something else."""
    with pytest.raises(TypeError, match=r"parentheses|stronger"):
        joined()


@pytest.mark.parametrize("other", [True, None, "x", lambda: True])
def test_a_rule_is_joined_with_requirements_alone(other):
    """What is no requirement is refused, on either side."""
    with pytest.raises(TypeError):
        OWN | other
    with pytest.raises(TypeError):
        other & OWN


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        (lambda: resource.a == None, r"is_null"),  # noqa: E711
        (lambda: resource.a != None, r"is_null"),  # noqa: E711
        (lambda: resource.a == [1], r"in_\("),
        (lambda: resource.a == {1}, r"in_\("),
        (lambda: resource.a == resource.b, "Two paths"),
        (lambda: resource.a == object(), "compared with"),
        (lambda: resource.a == print, "compared with"),
        (lambda: resource.a == b"x", "compared with"),
        (lambda: resource.a.in_("abc"), "list of values"),
        (lambda: resource.a.in_(3), "list of values"),
        (lambda: resource.a.in_(now()), "list of values"),
        (lambda: resource.a.in_([None]), "is_null"),
        (lambda: resource.a.includes([1]), r"in_\("),
        (lambda: resource == 1, "an attribute"),
        (resource.is_null, "an attribute"),
        (lambda: claim("tier") == "gold", "RequireClaim"),
        (lambda: claim("a") == claim("b"), "RequireClaim"),
        (lambda: claim("a") < 3, "RequireClaim"),
        (lambda: claim(3), "a str"),
        (lambda: now(3), "timedelta"),
        (lambda: now() + 3, "timedelta|unsupported"),
        (lambda: resource["no name"], "attribute's name"),
        (lambda: resource[0], "attribute's name"),
        (lambda: resource.a == Team(code=None), "without primary key"),
        (lambda: hash(resource.a), "unhashable"),
        (lambda: hash(claim("a")), "unhashable"),
        (lambda: list(resource.a), "not iterable"),
    ],
)
def test_what_means_nothing_is_refused_when_it_is_written(written, hint):
    """A rule that could only surprise is never made."""
    with pytest.raises(TypeError, match=hint):
        written()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_number_is_compared_with(value):
    """JSON has no NaN either."""
    with pytest.raises(ValueError, match="nothing"):
        resource.a.in_([value])


@pytest.mark.parametrize("type", ["", "  "])
def test_a_blank_claim_type_is_refused(type):
    """Nothing would ever satisfy it."""
    with pytest.raises(ValueError, match="blank"):
        claim(type)


def test_private_attributes_are_not_read():
    """Python's protocols look for them, and find none."""
    with pytest.raises(AttributeError, match="private"):
        getattr(resource, "_state")  # noqa: B009
    assert not hasattr(resource.a, "__len__")


def test_an_attribute_named_as_a_method_is_reached_by_its_name():
    """A model may well have a column `includes`."""
    assert (resource["includes"].a == 1) == Rule(("includes", "a"), "==", (1,))


@pytest.mark.parametrize(
    "value",
    [
        "x",
        1,
        1.5,
        True,
        Decimal(1),
        date(2026, 1, 1),
        datetime(2026, 1, 1, tzinfo=UTC),
        UUID(int=1),
        Rank.FIRST,
    ],
)
def test_constants_are_terms(value):
    """They are kept as they are."""
    assert (value,) == (resource.a == value).terms


def test_an_enumerations_member_is_its_value():
    """A plain Enum compares with nothing that a column holds."""
    assert (resource.a == Color.RED) == (resource.a == "red")


def test_a_rule_knows_what_it_reads():
    """The explanation and the event loop ask."""
    rule = resource.a.in_([claim("x"), claim("y"), claim("x"), 3])

    assert rule.claim_types == ("x", "y")
    assert rule.about_resource
    assert rule.pure
    assert not (resource.tenant.slug == "x").pure
    assert not resource.members.includes(1).pure
    assert not resource.members.is_empty().pure


def test_rules_and_composites_of_them_are_requirements():
    """They go wherever a requirement goes."""
    assert isinstance(OWN, Requirement)
    assert isinstance(RequireRole("x") & OWN, Requirement)
    assert isinstance(resource, Path)


def test_what_only_handlers_judge_is_not_negated(asked):
    """A handler without an opinion is not the contrary of one that succeeds."""
    with pytest.raises(TypeError, match="cannot be negated"):
        invert(asked)
    with pytest.raises(TypeError, match="cannot be negated"):
        invert(OWN | asked)
