"""Requirements as data: frozen, hashable, printable, joined."""

import pickle
from dataclasses import dataclass

import pytest

from django_claimsauth.authorization import (
    RequireAuthenticated,
    RequireClaim,
    Requirement,
    RequireRole,
    RequireScope,
    all_of,
    any_of,
)
from django_claimsauth.authorization.requirements import AllOf, AnyOf, checked
from django_claimsauth.errors import EmptyPolicyError


@dataclass(frozen=True)
class MinimumAge(Requirement):
    """As in the documentation."""

    years: int


@dataclass
class Thawed(Requirement):
    """A dataclass that somebody forgot to freeze."""

    years: int


A, B, C = RequireRole("a"), RequireRole("b"), MinimumAge(21)


class TestJoining:
    def test_operators_and_functions_say_the_same(self):
        assert any_of(A, B) == A | B
        assert all_of(A, B) == A & B

    def test_what_is_joined_alike_is_flat(self):
        assert any_of(A, B, C) == (A | B) | C == A | (B | C)
        assert all_of(A, B, C) == (A & B) & C == all_of(A, all_of(B, C))

    def test_what_is_joined_otherwise_is_nested(self):
        assert any_of(all_of(A, B), C) == A & B | C
        assert A & B | C != A & (B | C)

    def test_order_and_kind_count(self):
        assert A | B != B | A
        assert A | B != A & B
        assert A | B != A

    def test_one_alone_is_joined_with_nothing(self):
        assert (A,) == any_of(A).requirements

    @pytest.mark.parametrize("odd", [None, "a", True, 1, MinimumAge, [A]])
    def test_anything_else_is_a_type_error(self, odd):
        for join in (
            lambda: A | odd,
            lambda: A & odd,
            lambda: odd | A,
            lambda: odd & A,
        ):
            with pytest.raises(TypeError):
                join()
        with pytest.raises(TypeError):
            any_of(A, odd)
        with pytest.raises(TypeError):
            all_of(odd)

    @pytest.mark.parametrize("join", [any_of, all_of])
    def test_nothing_to_join_is_refused(self, join):
        with pytest.raises(EmptyPolicyError, match=join.__name__):
            join()

    def test_the_parts_are_those_of_the_parts(self):
        assert [A, B, C] == list(((A & B) | C).parts())


class TestTruth:
    """`a and b` is `b`: half of what was asked would be dropped unseen."""

    @pytest.mark.parametrize("requirement", [A, C, A | B, A & B])
    def test_asking_for_it_is_a_type_error(self, requirement):
        for ask in (
            bool,
            lambda r: not r,
            lambda r: r and A,
            lambda r: r or A,
            lambda r: A if r else B,
        ):
            with pytest.raises(TypeError, match="neither true nor false"):
                ask(requirement)


class TestNegation:
    def test_one_of_ones_own_cannot_be_negated(self):
        with pytest.raises(
            TypeError, match=r"MinimumAge\(years=21\) cannot be negated"
        ):
            _ = ~C

    def test_what_holds_one_cannot_either(self):
        with pytest.raises(TypeError, match="cannot be negated"):
            _ = ~(A | C)
        with pytest.raises(TypeError, match="cannot be negated"):
            _ = ~(A & C)

    def test_joined_ones_are_negated_part_by_part(self):
        assert all_of(~A, ~B) == ~(A | B)
        assert any_of(~A, ~B) == ~(A & B)
        assert A | B == ~~(A | B)


class TestChecked:
    @pytest.mark.parametrize("requirement", [A, C, A | B, RequireAuthenticated()])
    def test_a_requirement_is_returned_as_it_is(self, requirement):
        assert requirement is checked(requirement)

    @pytest.mark.parametrize("odd", [MinimumAge, RequireRole, Requirement])
    def test_a_class_is_told_apart(self, odd):
        with pytest.raises(TypeError, match=rf"not the class: {odd.__name__}\("):
            checked(odd)

    @pytest.mark.parametrize("odd", [int, None, "a", 1, (A,), object])
    def test_anything_else_is_a_type_error(self, odd):
        with pytest.raises(TypeError, match=r"[Rr]equirement"):
            checked(odd)

    @pytest.mark.parametrize("odd", [Thawed(21), MinimumAge(["21"])])
    def test_what_cannot_be_hashed_says_what_to_do(self, odd):
        with pytest.raises(TypeError, match="frozen"):
            checked(odd)


class TestValue:
    @pytest.mark.parametrize(
        "requirement",
        [
            A,
            C,
            A | B,
            A & B | C,
            RequireClaim("x", *[True, {"a": [1]}]),
            RequireScope("s"),
        ],
        ids=repr,
    )
    def test_a_pickled_one_is_equal_and_hashes_alike(self, requirement):
        again = pickle.loads(pickle.dumps(requirement))

        assert requirement == again
        assert hash(requirement) == hash(again)

    def test_they_print_as_they_are_written(self):
        shown = repr((A & B) | C)

        assert (
            "any_of(all_of(RequireRole('a'), RequireRole('b')), MinimumAge(years=21))"
            == shown
        )

    @pytest.mark.parametrize("requirement", [A, A | B, A & B])
    @pytest.mark.parametrize("name", ["roles", "requirements", "x"])
    def test_they_are_frozen(self, requirement, name):
        with pytest.raises(AttributeError):
            setattr(requirement, name, ())

    def test_they_are_what_they_say(self):
        assert isinstance(A | B, AnyOf)
        assert isinstance(A & B, AllOf)
        assert A != ("a",)
        assert RequireRole("a") != RequireScope("a")
