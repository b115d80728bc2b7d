"""Policies: requirements that must all hold, and the schemes that are accepted."""

import pickle

import pytest

from django_claimsauth.authorization import (
    Policy,
    RequireAuthenticated,
    RequireClaim,
    Requirement,
    RequireRole,
)
from django_claimsauth.authorization.policies import AuthorizeData, policy_like
from django_claimsauth.errors import EmptyPolicyError

A, B = RequireRole("a"), RequireRole("b")


class TestMaking:
    def test_it_has_its_requirements_and_schemes_in_order(self):
        policy = Policy(A, B, schemes=["bearer", "api_key"])

        assert (A, B) == policy.requirements
        assert ("bearer", "api_key") == policy.schemes

    def test_schemes_count_once_in_first_seen_order_and_requirements_stay(self):
        policy = Policy(A, A, schemes=["b", "a", "b"])

        assert ("b", "a") == policy.schemes
        assert (A, A) == policy.requirements

    def test_another_policy_hands_over_what_it_asks_and_accepts(self):
        policy = Policy(Policy(A, schemes=["x"]), B, schemes=["y", "x"])

        assert (A, B) == policy.requirements
        assert ("x", "y") == policy.schemes

    @pytest.mark.parametrize("schemes", [(), ["bearer"]])
    def test_without_a_requirement_it_is_refused(self, schemes):
        with pytest.raises(EmptyPolicyError, match="allow_anonymous"):
            Policy(schemes=schemes)

    @pytest.mark.parametrize(
        "odd", [None, "name", RequireRole, Requirement, 1, [A], True]
    )
    def test_what_is_no_requirement_is_a_type_error(self, odd):
        with pytest.raises(TypeError):
            Policy(odd)
        with pytest.raises(TypeError):
            Policy(A, odd)

    @pytest.mark.parametrize(
        "odd", ["bearer", "", b"bearer", None, 5, [1], [None], [["a"]]]
    )
    def test_schemes_are_a_list_of_str(self, odd):
        with pytest.raises(TypeError):
            Policy(A, schemes=odd)

    @pytest.mark.parametrize("blank", ["", " "])
    def test_a_scheme_is_not_blank(self, blank):
        with pytest.raises(ValueError, match="blank"):
            Policy(A, schemes=["bearer", blank])

    @pytest.mark.parametrize("name", ["requirements", "schemes", "x"])
    def test_it_is_frozen(self, name):
        with pytest.raises(AttributeError):
            setattr(Policy(A), name, ())


class TestValue:
    def test_equal_policies_are_equal_and_hash_alike(self):
        assert Policy(A, schemes=["x"]) == Policy(RequireRole("a"), schemes=("x",))
        assert 1 == len({Policy(A), Policy(A)})

    @pytest.mark.parametrize(
        "other", [Policy(B), Policy(A, B), Policy(A, schemes=["x"]), A, (A,)]
    )
    def test_different_ones_are_not(self, other):
        assert Policy(A) != other

    def test_one_of_booleans_is_not_one_of_numbers(self):
        assert Policy(RequireClaim("x", *[True])) != Policy(RequireClaim("x", 1))

    def test_it_prints_as_it_is_written(self):
        assert "Policy(RequireRole('a'))" == repr(Policy(A))
        shown = repr(Policy(A, schemes=["x"]))
        assert "Policy(RequireRole('a'), schemes=['x'])" == shown

    def test_a_pickled_one_is_equal(self):
        policy = Policy(A, RequireAuthenticated(), schemes=["x"])

        assert policy == pickle.loads(pickle.dumps(policy))


class TestPolicyLike:
    @pytest.mark.parametrize("policy", ["name", Policy(A), A])
    def test_a_name_a_policy_and_a_requirement_are_returned(self, policy):
        assert policy is policy_like(policy)

    @pytest.mark.parametrize("odd", [None, 1, b"x", RequireRole, Policy, ["name"], ()])
    def test_anything_else_is_a_type_error(self, odd):
        with pytest.raises(TypeError):
            policy_like(odd)

    @pytest.mark.parametrize("blank", ["", "  "])
    def test_a_blank_name_is_refused(self, blank):
        with pytest.raises(ValueError, match="blank"):
            policy_like(blank)


class TestAuthorizeData:
    def test_it_says_what_one_declaration_says(self):
        data = AuthorizeData.of("staff", roles=["a", "b", "a"], schemes=["x"])

        assert AuthorizeData("staff", ("a", "b"), ("x",)) == data
        assert AuthorizeData() == AuthorizeData.of()
        assert AuthorizeData() == AuthorizeData.of(schemes=[])

    @pytest.mark.parametrize("name", ["roles", "schemes"])
    @pytest.mark.parametrize("odd", ["admin", "", b"admin", 5, [1], [None]])
    def test_a_str_for_a_list_is_a_type_error(self, name, odd):
        with pytest.raises(TypeError):
            AuthorizeData.of(**{name: odd})

    @pytest.mark.parametrize("roles", [[], ()])
    def test_no_role_at_all_is_refused(self, roles):
        with pytest.raises(ValueError, match="roles= is empty"):
            AuthorizeData.of(roles=roles)

    @pytest.mark.parametrize("name", ["roles", "schemes"])
    def test_a_blank_one_is_refused(self, name):
        with pytest.raises(ValueError, match="blank"):
            AuthorizeData.of(**{name: ["a", " "]})

    @pytest.mark.parametrize("odd", [1, RequireRole, ["staff"], True])
    def test_a_policy_is_what_can_be_one(self, odd):
        with pytest.raises(TypeError):
            AuthorizeData.of(odd)
