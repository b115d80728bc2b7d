"""An endpoint's several declarations as one policy, by the reference's rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_claimsauth.authorization import (
    Policy,
    RequireAuthenticated,
    RequireClaim,
    RequireRole,
    all_of,
    any_of,
    combine,
    service,
)
from django_claimsauth.authorization.policies import AuthorizeData, policies
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import UnknownPolicyError

A, B = RequireRole("a"), RequireRole("b")
PLAIN = AuthorizeData()
DEFAULT = Policy(RequireClaim("default"), schemes=["d"])


def entry(policy=None, roles=None, schemes=None):
    return AuthorizeData.of(policy, roles, schemes)


class TestRequirements:
    def test_nothing_declared_is_no_policy(self):
        assert combine() is None

    def test_every_entry_must_hold(self, policy):
        policy("x", A)

        assert Policy(A, B) == combine("x", B)
        assert Policy(A, RequireRole("c", "d")) == combine(
            entry("x"), entry(roles=["c", "d"])
        )

    def test_roles_of_one_entry_are_alternatives_and_of_two_are_not(self):
        combined = combine(entry(roles=["a", "b"]), entry(roles=["c"]))

        assert (RequireRole("a", "b"), RequireRole("c")) == combined.requirements

    def test_policy_and_roles_of_one_entry_must_both_hold(self):
        assert Policy(A, B) == combine(entry(A, roles=["b"]))

    def test_the_same_asked_twice_is_asked_once(self):
        assert Policy(A) == combine(A, Policy(A), entry(roles=["a"]))

    def test_an_unknown_policy_is_an_error(self):
        with pytest.raises(UnknownPolicyError, match="'nowhere'"):
            combine("nowhere")

    @pytest.mark.parametrize("odd", [None, 5, RequireRole, ["x"]])
    def test_what_is_no_entry_is_a_type_error(self, odd):
        with pytest.raises(TypeError):
            combine(odd) if odd is not None else policies.combine(odd)


class TestDefault:
    """The default policy joins an entry that names neither policy nor roles."""

    def test_a_plain_entry_asks_for_the_default(self):
        assert Policy(RequireAuthenticated()) == combine(PLAIN)
        assert DEFAULT == combine(PLAIN, default=DEFAULT)

    def test_schemes_alone_ask_for_it_too(self):
        combined = combine(entry(schemes=["x"]), default=DEFAULT)

        assert Policy(RequireClaim("default"), schemes=["d", "x"]) == combined

    @pytest.mark.parametrize(
        "named", [entry(A), entry(roles=["a"]), entry(A, schemes=["x"]), A]
    )
    def test_an_entry_that_names_policy_or_roles_does_not(self, named):
        assert (A,) == combine(named, default=DEFAULT).requirements

    def test_beside_a_named_policy_a_plain_entry_still_asks_for_it(self, policy):
        policy("x", A)

        assert (A, RequireClaim("default")) == combine(
            "x", PLAIN, default=DEFAULT
        ).requirements

    def test_beside_a_requirement_a_plain_entry_still_asks_for_it(self):
        combined = combine(A, PLAIN, default=DEFAULT)

        assert (A, RequireClaim("default")) == combined.requirements

    def test_beside_a_policy_object_it_does_not_join(self):
        assert Policy(A) == combine(PLAIN, Policy(A), default=DEFAULT)
        assert Policy(A, schemes=["x"]) == combine(
            entry(schemes=["x"]), Policy(A), default=DEFAULT
        )

    def test_a_custom_one_takes_the_place_of_authenticated(self):
        assert (
            RequireAuthenticated() not in combine(PLAIN, default=DEFAULT).requirements
        )


class TestSchemes:
    def test_they_are_united_in_first_seen_order(self, policy):
        policy("x", A, schemes=["two", "one"])

        combined = combine(
            entry("x", schemes=["three"]), entry(B, schemes=["one", "four"])
        )

        assert ("two", "one", "three", "four") == combined.schemes

    def test_none_named_is_none(self):
        assert () == combine(A, PLAIN).schemes


roles = st.sampled_from("abc")
requirements = st.recursive(
    st.builds(RequireRole, roles),
    lambda each: st.builds(
        lambda join, parts: join(*parts),
        st.sampled_from([any_of, all_of]),
        st.lists(each, min_size=1, max_size=3),
    ),
    max_leaves=6,
)
holders = st.builds(
    lambda held: ClaimsPrincipal.of("x", {"roles": sorted(held)}), st.sets(roles)
)


def holds(requirement, principal):
    """Judge by hand."""
    parts = getattr(requirement, "requirements", None)
    if parts is None:
        return principal.is_in_role(requirement.roles[0])
    judge = any if requirement == any_of(*parts) else all
    return judge(holds(each, principal) for each in parts)


class TestLaws:
    @given(requirements, holders)
    def test_a_joined_requirement_holds_exactly_when_python_says_so(
        self, requirement, principal
    ):
        assert holds(requirement, principal) is bool(
            service.authorize(principal, requirement)
        )

    @given(st.lists(requirements, min_size=1, max_size=3), holders)
    def test_a_combined_policy_holds_exactly_when_every_entry_does(
        self, entries, principal
    ):
        each = [bool(service.authorize(principal, entry)) for entry in entries]

        assert all(each) is bool(service.authorize(principal, combine(*entries)))

    @given(st.lists(requirements, min_size=1, max_size=3), holders)
    def test_what_is_unmet_is_exactly_what_does_not_hold(self, asked, principal):
        result = service.authorize(principal, Policy(*asked))

        unmet = [each for each in dict.fromkeys(asked) if not holds(each, principal)]
        assert unmet == list(result.failure.requirements if result.failure else ())

    @given(requirements, holders)
    def test_a_negated_one_holds_exactly_when_it_does_not(self, requirement, principal):
        assert bool(service.authorize(principal, requirement)) is not bool(
            service.authorize(principal, ~requirement)
        )
