"""A claim: a type, a value in its JSON type, and who says so."""

import copy
import json
import math
import pickle
import subprocess
import sys
from enum import IntEnum, StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_claimsauth.claims import (
    LOCAL_ISSUER,
    MAX_OBJECT_DEPTH,
    Claim,
    JSONObject,
)
from tests.claims.values import claim_values, json_type, objects


class Role(StrEnum):
    """Roles as an enum."""

    ADMIN = "admin"


class Blank(str):
    """A text that claims to equal everything and hashes alone."""

    __slots__ = ()

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 1


class Level(IntEnum):
    """The same of numbers."""

    HIGH = 3


def nested(depth):
    value = {}
    for _ in range(depth - 1):
        value = {"in": value}
    return value


class TestMaking:
    def test_it_has_what_it_was_given_and_a_local_issuer(self):
        claim = Claim("sub", "42")

        assert ("sub", "42", LOCAL_ISSUER) == (claim.type, claim.value, claim.issuer)

    def test_an_issuer_is_kept(self):
        assert "https://login.test" == Claim("sub", "42", "https://login.test").issuer

    @pytest.mark.parametrize("value", ["", "a", 0, -1, 1.5, True, False, {}, {"a": 1}])
    def test_every_json_scalar_and_object_is_a_value(self, value):
        kept = Claim("x", value).value

        assert value == kept
        assert type(value) in {type(kept), dict}

    @pytest.mark.parametrize(
        "value",
        [None, [], ["a"], ("a",), {"a"}, b"a", object(), 1j, {"a": b""}, {1: "a"}],
        ids=lambda value: type(value).__name__,
    )
    def test_what_has_no_json_type_is_a_type_error(self, value):
        with pytest.raises(TypeError):
            Claim("x", value)

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    @pytest.mark.parametrize("wrap", [lambda v: v, lambda v: {"a": [{"b": v}]}])
    def test_numbers_that_json_lacks_are_refused(self, value, wrap):
        with pytest.raises(ValueError, match="finite"):
            Claim("x", wrap(value))

    @pytest.mark.parametrize("type_", [None, 1, b"sub", ["sub"], object()])
    def test_a_type_that_is_no_str_is_a_type_error(self, type_):
        with pytest.raises(TypeError, match="type is a str"):
            Claim(type_, "42")

    def test_an_empty_type_is_refused(self):
        with pytest.raises(ValueError, match="empty"):
            Claim("", "42")

    @pytest.mark.parametrize("issuer", [None, 1, b"x"])
    def test_an_issuer_that_is_no_str_is_a_type_error(self, issuer):
        with pytest.raises(TypeError, match="issuer is a str"):
            Claim("sub", "42", issuer)

    def test_an_object_is_nested_as_deep_as_the_wall_and_no_deeper(self):
        Claim("x", nested(MAX_OBJECT_DEPTH))

        with pytest.raises(ValueError, match="deeper"):
            Claim("x", nested(MAX_OBJECT_DEPTH + 1))

    def test_an_object_within_itself_is_refused(self):
        value = {}
        value["again"] = [value]

        with pytest.raises(ValueError, match="deeper"):
            Claim("x", value)

    @given(
        st.one_of(st.none(), st.binary(), st.sets(st.text()), st.floats(), st.text())
    )
    def test_nothing_but_a_type_or_value_error_comes_of_odd_input(self, odd):
        for args in [(odd, "v"), ("t", odd), ("t", "v", odd), ("t", {"a": odd})]:
            try:
                Claim(*args)
            except (TypeError, ValueError):
                continue


class TestEquality:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (True, 1),
            (False, 0),
            (True, "True"),
            ("1", 1),
            ({"a": True}, {"a": 1}),
            ({"a": [True]}, {"a": [1]}),
            ({"a": None}, {}),
            ({}, {"a": {}}),
            ("read", "Read"),
        ],
    )
    def test_values_of_different_json_types_differ(self, one, other):
        assert Claim("x", one) != Claim("x", other)
        assert 2 == len({Claim("x", one), Claim("x", other)})

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (1, 1.0),
            ({"a": 1}, {"a": 1.0}),
            ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
            ({"a": [1, {"b": None}]}, {"a": (1.0, {"b": None})}),
            (Role.ADMIN, "admin"),
            (Level.HIGH, 3),
        ],
    )
    def test_the_same_json_value_is_the_same_claim(self, one, other):
        assert Claim("x", one) == Claim("x", other)
        assert hash(Claim("x", one)) == hash(Claim("x", other))

    def test_types_are_case_sensitive(self):
        assert Claim("permission", "read") != Claim("PERMISSION", "read")

    def test_the_issuer_counts(self):
        assert Claim("sub", "42") != Claim("sub", "42", "https://login.test")

    def test_nothing_else_equals_a_claim(self):
        assert Claim("sub", "42") != ("sub", "42", LOCAL_ISSUER)

    @given(claim_values, claim_values)
    def test_equality_is_that_of_json_and_hashes_agree(self, one, other):
        same = json_type(one) == json_type(other)

        assert same is (Claim("x", one) == Claim("x", other))
        if same:
            assert hash(Claim("x", one)) == hash(Claim("x", other))


class TestFrozen:
    @pytest.mark.parametrize("name", ["type", "value", "issuer", "key", "new"])
    def test_no_attribute_can_be_set(self, name):
        with pytest.raises(AttributeError):
            setattr(Claim("sub", "42"), name, "43")

    def test_an_object_is_a_copy_that_cannot_be_changed(self):
        given = {"roles": ["a"], "in": {"b": 1}}
        claim = Claim("x", given)
        given["roles"].append("admin")
        given["in"]["b"] = 2

        assert {"roles": ("a",), "in": {"b": 1}} == claim.value
        with pytest.raises(TypeError):
            claim.value["roles"] = ("admin",)
        with pytest.raises(TypeError):
            claim.value["in"]["b"] = 2

    def test_a_text_with_ideas_of_its_own_is_kept_as_text(self):
        claim = Claim(Blank("a"), Blank("b"), Blank("c"))

        assert Claim("a", "b", "c") == claim
        assert Claim("x", "y", "z") != claim
        assert {str} == {type(claim.type), type(claim.value), type(claim.issuer)}

    def test_an_enums_member_is_kept_as_its_value(self):
        claim = Claim(Role.ADMIN, Role.ADMIN)

        assert (str, str) == (type(claim.type), type(claim.value))
        assert int is type(Claim("x", Level.HIGH).value)


class TestCopies:
    @given(claim_values)
    def test_copying_and_pickling_keep_the_claim(self, value):
        claim = Claim("x", value, "https://login.test")

        assert claim == pickle.loads(pickle.dumps(claim))
        assert claim == copy.deepcopy(claim)

    def test_a_claim_from_another_process_is_found(self):
        """The hash of a str is each process's own; a shared cache has no hashes."""
        code = (
            "import pickle, sys; from django_claimsauth.claims import Claim;"
            "sys.stdout.buffer.write(pickle.dumps(Claim('x', {'a': 'b'})))"
        )
        run = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": "1"},
        )

        here = {Claim("x", {"a": "b"}), Claim("x", {})}
        assert pickle.loads(run.stdout) in here

    def test_it_prints_as_it_is_written(self):
        assert "Claim('sub', '42')" == repr(Claim("sub", "42"))
        assert "Claim('sub', '42', issuer='i')" == repr(Claim("sub", "42", "i"))


class TestJSONObject:
    @pytest.mark.parametrize("odd", ["ab", [("a", 1)], 1, None])
    def test_it_is_made_of_a_mapping(self, odd):
        with pytest.raises(TypeError):
            JSONObject(odd)

    def test_it_reads_like_a_mapping(self):
        value = JSONObject({"a": [1, None]})

        assert (1, ["a"], (1, None)) == (len(value), list(value), value["a"])
        assert "{'a': (1, None)}" == repr(value)
        assert '{"a": [1, null]}' == json.dumps(dict(value))

    @pytest.mark.parametrize("other", [{"a": b""}, {1: 1}, {"a": math.nan}, "a", 1])
    def test_what_is_no_json_is_not_equal_and_no_error(self, other):
        assert JSONObject({"a": 1}) != other

    @given(objects)
    def test_it_equals_and_hashes_by_its_members(self, members):
        value = JSONObject(members)

        assert value == members
        assert value == JSONObject(value)
        assert hash(value) == hash(JSONObject(dict(reversed(members.items()))))
