"""An identity: the claims that one scheme vouches for."""

import pickle
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_claimsauth.claims import Claim, ClaimsIdentity
from tests.claims.values import identities

NAME = Claim("name", "Ada")


class Type(StrEnum):
    """Types as an enum."""

    BEARER = "bearer"
    NAME = "name"
    ROLE = "role"


class TestAuthenticated:
    def test_by_default_it_is_nobody(self):
        identity = ClaimsIdentity()

        assert not identity.is_authenticated
        assert (None, None, ()) == (
            identity.authentication_type,
            identity.name,
            identity.claims,
        )
        assert ("name", "roles") == (identity.name_type, identity.role_type)

    def test_an_empty_authentication_type_is_kept_and_is_nobodys(self):
        identity = ClaimsIdentity([NAME], "")

        assert "" == identity.authentication_type
        assert not identity.is_authenticated

    def test_an_authentication_type_without_claims_is_enough(self):
        assert ClaimsIdentity([], "bearer").is_authenticated

    def test_claims_without_a_type_are_not_but_have_a_name(self):
        identity = ClaimsIdentity([NAME, Claim("sub", "1")])

        assert not identity.is_authenticated
        assert ("Ada", "1") == (identity.name, identity.subject)


class TestTypes:
    def test_another_name_type_does_not_read_the_default_one(self):
        assert ClaimsIdentity([NAME], "x", name_type="email").name is None

    def test_the_name_is_the_first_of_its_type(self):
        claims = [Claim("email", "a@x"), NAME, Claim("email", "b@x")]

        assert "a@x" == ClaimsIdentity(claims, "x", name_type="email").name

    @pytest.mark.parametrize("empty", ["", None])
    def test_empty_types_are_the_defaults(self, empty):
        identity = ClaimsIdentity([NAME], "x", name_type=empty, role_type=empty)

        assert ("name", "roles") == (identity.name_type, identity.role_type)

    def test_types_may_be_an_enums_members(self):
        identity = ClaimsIdentity([NAME], Type.BEARER, Type.NAME, Type.ROLE)

        types = (identity.authentication_type, identity.name_type, identity.role_type)
        assert ("bearer", "name", "role") == types
        assert {str} == set(map(type, types))

    @pytest.mark.parametrize("place", range(1, 4))
    @pytest.mark.parametrize("odd", [1, True, b"x", ["x"]])
    def test_a_type_that_is_no_str_is_a_type_error(self, place, odd):
        args = [[], "x", "name", "roles"]
        args[place] = odd

        with pytest.raises(TypeError, match="str or None"):
            ClaimsIdentity(*args)


class TestClaims:
    def test_duplicates_stay_in_their_order(self):
        claims = [Claim("a", 1), Claim("b", 2), Claim("a", 1)]

        assert tuple(claims) == ClaimsIdentity(iter(claims)).claims

    def test_a_class_of_claims_of_ones_own_will_do(self):
        class Stamped(Claim):
            """A claim with more to it."""

        stamped = Stamped("sub", "1")

        assert (stamped, NAME) == ClaimsIdentity([stamped, NAME]).claims

    @pytest.mark.parametrize(
        "odd", ["ab", b"ab", {"sub": "1"}, None, 1, NAME, [NAME, "x"], [None]], ids=repr
    )
    def test_what_is_no_iterable_of_claims_is_a_type_error(self, odd):
        with pytest.raises(TypeError, match="iterable of Claim"):
            ClaimsIdentity(odd)

    def test_with_claims_gives_a_new_one_that_has_them_last(self):
        identity = ClaimsIdentity([NAME], "bearer", "email", "groups")

        richer = identity.with_claims(Claim("groups", "a"), Claim("groups", "b"))

        assert (NAME,) == identity.claims
        assert (NAME, Claim("groups", "a"), Claim("groups", "b")) == richer.claims
        assert ("bearer", "email", "groups") == (
            richer.authentication_type,
            richer.name_type,
            richer.role_type,
        )

    @pytest.mark.parametrize("odd", [None, "x", [NAME], ("a", "b")])
    def test_with_claims_takes_claims(self, odd):
        with pytest.raises(TypeError):
            ClaimsIdentity().with_claims(odd)


class TestValue:
    @pytest.mark.parametrize(
        "other",
        [
            ClaimsIdentity([NAME], "session"),
            ClaimsIdentity([], "bearer"),
            ClaimsIdentity([NAME], "bearer", name_type="email"),
            ClaimsIdentity([NAME], "bearer", role_type="groups"),
            (NAME,),
        ],
    )
    def test_whatever_differs_makes_another(self, other):
        assert ClaimsIdentity([NAME], "bearer") != other

    @given(identities)
    def test_a_copy_is_equal_and_hashes_alike(self, identity):
        again = pickle.loads(pickle.dumps(identity))

        assert identity == again
        assert hash(identity) == hash(again)

    @given(
        identities, st.sampled_from(["claims", "name_type", "is_authenticated", "x"])
    )
    def test_it_is_frozen(self, identity, name):
        with pytest.raises(AttributeError):
            setattr(identity, name, ())

    def test_it_prints_its_claims_and_its_scheme(self):
        shown = repr(ClaimsIdentity([NAME], "bearer"))

        assert "ClaimsIdentity([Claim('name', 'Ada')], 'bearer')" == shown
