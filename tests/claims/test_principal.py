"""A principal: every identity, and look-ups that see the authenticated ones."""

import copy
import pickle
from enum import StrEnum
from uuid import uuid4

import pytest

from django_claimsauth.claims import Claim, ClaimsIdentity, ClaimsPrincipal


class Name(StrEnum):
    """Types and roles as an enum."""

    ROLES = "roles"
    ADMIN = "admin"


def identity(*claims, scheme="bearer", **types):
    return ClaimsIdentity([Claim(t, v) for t, v in claims], scheme, **types)


def nobody(*claims):
    return identity(*claims, scheme=None)


class TestPrimary:
    def test_an_empty_principal_has_none(self):
        principal = ClaimsPrincipal()

        assert (None, (), ()) == (
            principal.identity,
            principal.identities,
            principal.claims,
        )
        assert (None, None) == (principal.subject, principal.name)
        assert not principal.is_authenticated

    def test_anonymous_has_no_identities(self):
        assert ClaimsPrincipal() == ClaimsPrincipal.anonymous()

    def test_one_identity_is_that_very_object(self):
        only = identity(("sub", "1"))

        assert only is ClaimsPrincipal([only]).identity

    def test_it_is_the_first_authenticated_one(self):
        first, second, third = nobody(("sub", "0")), identity(("sub", "1")), identity()

        principal = ClaimsPrincipal([first, second, third])

        assert second is principal.identity
        assert ("1", True) == (principal.subject, principal.is_authenticated)
        assert (first, second, third) == principal.identities

    def test_it_is_the_first_where_none_is_authenticated(self):
        first = nobody(("sub", "0"), ("name", "Eve"))

        principal = ClaimsPrincipal([first, nobody()])

        assert first is principal.identity
        assert ("0", "Eve", False) == (
            principal.subject,
            principal.name,
            principal.is_authenticated,
        )

    def test_a_principal_of_another_s_identities_has_the_same_objects(self):
        principal = ClaimsPrincipal([identity(("sub", "1")), nobody()])

        again = ClaimsPrincipal(principal.identities)

        assert all(map(lambda a, b: a is b, principal.identities, again.identities))


class TestLookUps:
    def test_what_nobody_vouches_for_satisfies_nothing(self):
        """Else one's own handler is satisfied by what nobody authenticated."""
        principal = ClaimsPrincipal(
            [nobody(("roles", "admin")), identity(("sub", "1"))]
        )

        assert principal.find_first("roles") is None
        assert () == principal.find_all("roles") == principal.values("roles")
        assert not principal.has_claim("roles")
        assert not principal.has_claim("roles", "admin")
        assert not principal.is_in_role("admin")
        assert Claim("roles", "admin") in principal.claims

    def test_claims_come_in_the_order_of_identities_and_claims(self):
        principal = ClaimsPrincipal(
            [identity(("a", 2), ("b", 9), ("a", 1)), identity(("a", 2), scheme="s")]
        )

        assert (2, 1, 2) == principal.values("a")
        assert (Claim("a", 2), Claim("a", 1), Claim("a", 2)) == principal.find_all("a")
        assert 2 == principal.find_first("a").value
        assert [2, 9, 1, 2] == [each.value for each in principal.claims]

    def test_types_and_values_are_case_sensitive(self):
        principal = ClaimsPrincipal([identity(("permission", "read"))])

        assert principal.find_first("PERMISSION") is None
        assert principal.has_claim("permission", "read")
        assert not principal.has_claim("permission", "Read")

    def test_type_and_value_are_those_of_one_claim(self):
        principal = ClaimsPrincipal([identity(("a", "x"), ("b", "y"))])

        assert not principal.has_claim("a", "y")

    @pytest.mark.parametrize(
        ("held", "asked", "has"),
        [
            (True, True, True),
            (True, 1, False),
            (1, True, False),
            (1, 1.0, True),
            ("1", 1, False),
            ({"a": [1]}, {"a": [1.0]}, True),
            ({"a": 1}, {"a": True}, False),
            ("admin", Name.ADMIN, True),
            ("x", uuid4(), False),
            (1, float("nan"), False),
            ("x", b"x", False),
            ({"a": 1}, {"a": b""}, False),
        ],
    )
    def test_values_compare_by_json_type(self, held, asked, has):
        principal = ClaimsPrincipal([identity(("x", held))])

        assert has is principal.has_claim("x", asked)

    @pytest.mark.parametrize(
        "ask", ["find_first", "find_all", "values", "has_claim"], ids=str
    )
    @pytest.mark.parametrize("odd", [None, 1, b"sub", ["sub"], {}])
    def test_a_type_that_is_no_str_is_a_type_error(self, ask, odd):
        with pytest.raises(TypeError):
            getattr(ClaimsPrincipal.anonymous(), ask)(odd)

    @pytest.mark.parametrize("odd", [None, ["a"], ("a",), {"a"}, frozenset("a")])
    def test_a_value_of_none_or_a_list_is_a_type_error(self, odd):
        principal = ClaimsPrincipal.of("x", {"roles": "a"})

        with pytest.raises(TypeError):
            principal.has_claim("roles", odd)
        with pytest.raises(TypeError):
            principal.is_in_role(odd)

    def test_an_enums_member_finds_its_value(self):
        principal = ClaimsPrincipal.of("x", {"roles": ["admin"]})

        assert ("admin",) == principal.values(Name.ROLES)
        assert principal.is_in_role(Name.ADMIN)


class TestRoles:
    def test_each_identity_counts_by_its_own_role_type(self):
        principal = ClaimsPrincipal(
            [identity(("Role", "a"), role_type="Role"), identity(scheme="s")]
        )

        assert principal.is_in_role("a")

    def test_a_role_under_another_identitys_type_does_not_count(self):
        principal = ClaimsPrincipal(
            [identity(("Role", "a")), identity(role_type="Role", scheme="s")]
        )

        assert not principal.is_in_role("a")

    def test_roles_are_case_sensitive_and_keep_their_json_type(self):
        principal = ClaimsPrincipal.of("x", {"roles": ["admin", True, {"a": 1}]})

        assert principal.is_in_role("admin")
        assert principal.is_in_role({"a": 1})
        assert not principal.is_in_role("Admin")
        assert not principal.is_in_role("True")
        assert not principal.is_in_role(1)


class TestOf:
    def test_a_list_spreads_one_level_and_null_is_left_out(self):
        principal = ClaimsPrincipal.of(
            "bearer",
            {"sub": "42", "roles": ["a", None, "b"], "email": None, "n": ("c",)},
        )

        assert ("a", "b") == principal.values("roles")
        assert ("c",) == principal.values("n")
        assert not principal.has_claim("email")
        assert "bearer" == principal.identity.authentication_type

    def test_a_set_spreads_in_one_order(self):
        values = ClaimsPrincipal.of("x", {"roles": {"c", "a", "b"}}).values("roles")

        assert ("a", "b", "c") == values

    def test_a_list_in_a_list_is_no_value(self):
        with pytest.raises(TypeError):
            ClaimsPrincipal.of("x", {"roles": [["a"]]})

    def test_issuer_and_types_are_those_given(self):
        principal = ClaimsPrincipal.of(
            "x",
            {"email": "a@x", "g": "r"},
            issuer="i",
            name_type="email",
            role_type="g",
        )

        assert {"i"} == {each.issuer for each in principal.claims}
        assert "a@x" == principal.name
        assert principal.is_in_role("r")

    @pytest.mark.parametrize("scheme", [None, ""])
    def test_without_a_scheme_nobody_vouches(self, scheme):
        assert not ClaimsPrincipal.of(scheme, {"sub": "1"}).has_claim("sub")

    @pytest.mark.parametrize("odd", [None, "sub", [("sub", "1")], 1])
    def test_claims_are_a_mapping(self, odd):
        with pytest.raises(TypeError):
            ClaimsPrincipal.of("x", odd)

    @pytest.mark.parametrize("odd", [{"": 1}, {"x": float("nan")}])
    def test_a_claim_that_cannot_be_is_a_value_error(self, odd):
        with pytest.raises(ValueError, match="claim"):
            ClaimsPrincipal.of("x", odd)


class TestMaking:
    @pytest.mark.parametrize(
        "odd", ["ab", None, 1, identity(), [identity(), None], [Claim("a", 1)], {}]
    )
    def test_what_is_no_iterable_of_identities_is_a_type_error(self, odd):
        with pytest.raises(TypeError, match="iterable of ClaimsIdentity"):
            ClaimsPrincipal(odd)

    @pytest.mark.parametrize("name", ["identities", "claims", "identity", "name", "x"])
    def test_it_is_frozen(self, name):
        with pytest.raises(AttributeError):
            setattr(ClaimsPrincipal.of("x", {"sub": "1"}), name, ())

    def test_a_copy_is_equal_and_remembers_nothing_of_the_first(self):
        principal = ClaimsPrincipal.of("x", {"sub": "1", "roles": ["a"]})
        principal.memo["user"] = object()

        for again in (pickle.loads(pickle.dumps(principal)), copy.copy(principal)):
            assert principal == again
            assert hash(principal) == hash(again)
            assert {} == again.memo

    def test_what_was_computed_of_it_is_kept(self):
        principal = ClaimsPrincipal.of("x", {"sub": "1"})
        principal.memo["answer"] = 42

        assert 42 == principal.memo["answer"]

    def test_it_equals_nothing_else(self):
        assert ClaimsPrincipal() != ()

    def test_it_prints_its_identities(self):
        shown = repr(ClaimsPrincipal.of("x", {"sub": "1"}))

        assert "ClaimsPrincipal([ClaimsIdentity([Claim('sub', '1')], 'x')])" == shown
