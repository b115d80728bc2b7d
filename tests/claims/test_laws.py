"""Laws that hold for every principal."""

import pickle

from hypothesis import given

from django_claimsauth.claims import Claim, ClaimsIdentity, ClaimsPrincipal
from tests.claims.values import (
    claim_values,
    claims,
    identities,
    json_type,
    principals,
    types,
)


def vouched(principal):
    return [
        (each, claim)
        for each in principal.identities
        if each.is_authenticated
        for claim in each.claims
    ]


@given(principals, types)
def test_what_is_found_is_what_a_filter_keeps(principal, type_):
    kept = tuple(claim for _, claim in vouched(principal) if claim.type == type_)

    assert kept == principal.find_all(type_)
    assert (kept[0] if kept else None) == principal.find_first(type_)
    assert [each.value for each in kept] == list(principal.values(type_))
    assert bool(kept) is principal.has_claim(type_)


@given(principals, types, claim_values)
def test_a_claim_is_there_exactly_when_a_filter_finds_it(principal, type_, value):
    wanted = Claim(type_, value)
    found = any(
        (claim.type, claim.key) == (wanted.type, wanted.key)
        for _, claim in vouched(principal)
    )

    assert found is principal.has_claim(type_, value)


@given(principals, claim_values)
def test_a_role_is_held_by_an_identitys_own_type(principal, role):
    held = [
        claim.value
        for each, claim in vouched(principal)
        if each.role_type == claim.type
    ]
    as_given = json_type(role)

    plain = [json_type(unfrozen(each)) for each in held]
    assert (as_given in plain) is principal.is_in_role(role)


def unfrozen(value):
    if hasattr(value, "items"):
        return {name: unfrozen(each) for name, each in value.items()}
    return [unfrozen(each) for each in value] if isinstance(value, tuple) else value


@given(principals, principals, principals)
def test_merging_is_associative(a, b, c):
    assert a.merge(b).merge(c) == a.merge(b.merge(c))


@given(principals)
def test_merging_with_who_says_nothing_returns_the_very_same_object(principal):
    silent = ClaimsPrincipal([ClaimsIdentity(), ClaimsIdentity([], "")])
    says = any(each.is_authenticated or each.claims for each in principal.identities)

    assert principal is principal.merge(silent)
    assert (principal if says else silent) is silent.merge(principal)


@given(principals, principals)
def test_a_merged_principal_has_what_either_says_in_order(a, b):
    merged = a.merge(b)

    assert a.claims + b.claims == merged.claims
    assert vouched(a) + vouched(b) == vouched(merged)


@given(identities, claims)
def test_with_claims_adds_and_changes_nothing(identity, claim):
    before = identity.claims

    assert (*before, claim) == identity.with_claims(claim).claims
    assert before == identity.claims


@given(principals, principals)
def test_equal_principals_hash_alike_and_answer_alike(a, b):
    if a != b:
        assert a.identities != b.identities
        return
    assert hash(a) == hash(b)
    assert a.roles == b.roles


@given(principals)
def test_a_pickled_principal_is_the_same(principal):
    again = pickle.loads(pickle.dumps(principal))

    assert principal == again
    assert principal.roles == again.roles


def test_merging_takes_principals():
    for odd in (None, "x", ClaimsIdentity()):
        try:
            ClaimsPrincipal().merge(odd)
        except TypeError:
            continue
        raise AssertionError(odd)
