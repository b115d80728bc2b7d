"""Claims that are made when somebody looks at them, and not before."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from django_claimsauth.claims import Claim, ClaimsIdentity, ClaimsPrincipal

CLAIMS = (Claim("sub", "42"), Claim("name", "ada"), Claim("roles", "admin"))


class Maker:
    """Makes the claims, and counts how often."""

    def __init__(self, claims=CLAIMS):
        self.claims = claims
        self.count = 0

    def __call__(self):
        self.count += 1
        return iter(self.claims)


@pytest.fixture(name="make")
def _make():
    return Maker()


def deferred(make):
    return ClaimsIdentity.deferred(make, "bearer")


def test_they_are_not_made_for_whom_nobody_looks_at(make):
    principal = ClaimsPrincipal([deferred(make)])

    assert principal.is_authenticated
    assert principal.is_authenticated
    assert "bearer" == principal.identity.authentication_type
    assert 0 == make.count


def test_they_are_made_once(make):
    principal = ClaimsPrincipal([deferred(make)])

    assert principal.is_in_role("admin")
    assert ("42", "ada") == (principal.subject, principal.name)
    assert CLAIMS == principal.claims == principal.identity.claims
    assert 1 == make.count


def test_it_is_as_an_identity_that_was_made_of_them(make):
    known = ClaimsIdentity(CLAIMS, "bearer")

    assert known == deferred(make)
    assert hash(known) == hash(deferred(make))
    assert repr(known) == repr(deferred(make))
    assert known == pickle.loads(pickle.dumps(ClaimsIdentity.deferred(list, "bearer")
                                              .with_claims(*CLAIMS)))  # fmt: skip


def test_it_grows_as_others_do(make):
    more = Claim("tenant", "acme")

    assert (*CLAIMS, more) == deferred(make).with_claims(more).claims


def test_what_is_made_has_to_be_claims():
    identity = deferred(Maker(["admin"]))

    with pytest.raises(TypeError, match="An iterable of Claim"):
        identity.claims  # noqa: B018


def test_threads_that_look_at_once_see_the_same():
    barrier = Barrier(8)

    def make():
        barrier.wait(timeout=10)
        return iter(CLAIMS)

    principal = ClaimsPrincipal([deferred(make)])
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: principal.identity.claims, range(8)))

    assert [CLAIMS] * 8 == found
