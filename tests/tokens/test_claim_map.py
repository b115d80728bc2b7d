"""From a token's members to claims, under mapped names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_claimsauth.claims import Claim
from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens.claim_map import claims_of
from tests.tokens.foreign import ALPHA, handler, principal_of, token_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def pairs(claims, claim_map=None):
    return [(each.type, each.value) for each in claims_of(claims, "me", claim_map)]


class TestWithoutAMap:
    """The default: the principal says what the token says."""

    def test_types_are_kept_and_arrays_are_several(self):
        claims = {"n": 1, "x": 1.5, "ok": True, "o": {"a": [1]}, "l": [1, "a", False]}

        assert [
            ("n", 1),
            ("x", 1.5),
            ("ok", True),
            ("o", {"a": (1,)}),
            ("l", 1),
            ("l", "a"),
            ("l", False),
        ] == pairs(claims)

    @pytest.mark.parametrize("name", ["scope", "scp"])
    def test_scopes_part_at_the_space_alone(self, name):
        scopes = [value for _, value in pairs({name: "a  b\u00a0c\u2003d\te "})]

        assert ["a", "b\u00a0c\u2003d\te"] == scopes

    def test_other_texts_stay_whole(self):
        assert [("roles", "a b")] == pairs({"roles": "a b"})


class TestMap:
    """What is mapped stands under its new name, and nothing else does."""

    def test_a_claim_gets_another_name(self):
        assert [("roles", "a"), ("roles", "b"), ("x", 1)] == pairs(
            {"groups": ["a", "b"], "x": 1}, {"groups": "roles"}
        )

    def test_a_path_reaches_into_objects(self):
        claims = {"realm_access": {"roles": ["a"]}, "x": {"y": {"roles": "b"}}}
        claim_map = {("realm_access", "roles"): "roles", ("x", "y", "roles"): "roles"}

        found = pairs(claims, claim_map)

        assert [("roles", "a"), ("roles", "b")] == found[2:]
        assert ["realm_access", "x"] == [type for type, _ in found[:2]]

    @pytest.mark.parametrize(
        "claims",
        [
            {},
            {"realm_access": None},
            {"realm_access": "roles"},
            {"realm_access": ["roles"]},
            {"realm_access": {"roles": None}},
            {"realm_access": {"roles": [["a"]]}},
            {"realm_access.roles": ["a"]},
        ],
    )
    def test_a_path_that_leads_nowhere_is_no_claim(self, claims):
        claim_map = {("realm_access", "roles"): "roles"}

        assert "roles" not in [type for type, _ in pairs(claims, claim_map)]

    def test_what_the_token_says_under_a_mapped_name_is_left_out(self):
        """Else a member that users may choose at the issuer would count as well."""
        claims = {"roles": ["admin"], "groups": ["guest"]}

        assert [("roles", "guest")] == pairs(claims, {"groups": "roles"})

    def test_unless_the_map_names_it_too(self):
        claims = {"roles": ["admin"], "groups": ["guest"]}
        claim_map = {"groups": "roles", "roles": "roles"}

        assert [("roles", "admin"), ("roles", "guest")] == pairs(claims, claim_map)

    def test_another_subject_replaces_the_first(self):
        claims = {"sub": "pairwise", "oid": "object"}

        assert [("sub", "object")] == pairs(claims, {"oid": "sub"})
        assert [] == pairs({"sub": "pairwise"}, {"oid": "sub"})

    def test_a_mapped_scope_is_parted(self):
        assert [("scope", "a"), ("scope", "b")] == pairs(
            {"scp": "a b"}, {"scp": "scope"}
        )

    @pytest.mark.parametrize(
        "claim_map",
        [
            [],
            "groups",
            {"": "x"},
            {"x": ""},
            {"x": None},
            {"x": ["y"]},
            {5: "x"},
            {(): "x"},
            {("a", ""): "x"},
            {("a", 1): "x"},
            {"iss": "x"},
            {"x": "iss"},
        ],
    )
    def test_what_is_no_map_is_found_at_start(self, claim_map):
        with pytest.raises(SettingsError):
            handler(claim_map=claim_map)


def test_a_scheme_maps_what_its_option_says(db):
    scheme = handler(claim_map={"groups": "roles"}, name_type="mail")
    token = token_of(ALPHA, groups=["a", 5], roles="admin", mail="a@b.example")

    principal = principal_of(scheme, token)

    assert ("a", 5) == principal.values("roles")
    assert not principal.is_in_role("admin")
    assert "a@b.example" == principal.name
    assert Claim("roles", "a", ALPHA) == principal.find_first("roles")


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=5))
def test_whatever_a_token_says_makes_claims_or_nothing(claims):
    claim_map = {"a": "b", ("c", "d"): "b", ("a", "a", "a"): "e"}

    for each in claims_of(claims, "me", claim_map):
        assert isinstance(each, Claim)
        assert each.type
