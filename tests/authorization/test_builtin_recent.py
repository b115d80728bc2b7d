"""Recent authentication: when, and how, the caller proved who they are."""

from datetime import timedelta

import pytest

from django_claimsauth.authorization import RequireRecentAuthentication, service
from django_claimsauth.claims import ClaimsPrincipal

NOW = 1_700_000_000
TEN = timedelta(minutes=10)


def recent(within=TEN, **kwargs):
    return RequireRecentAuthentication(within, clock=lambda: float(NOW), **kwargs)


def allowed(requirement, scheme="x", /, **claims):
    return bool(service.authorize(ClaimsPrincipal.of(scheme, claims), requirement))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOW, True),
        (NOW - 599, True),
        (NOW - 600, True),
        (NOW - 600.5, False),
        (NOW - 601, False),
        (NOW + 60, True),
        (NOW + 61, False),
        (0, False),
        (-1, False),
        (10**400, False),
        (-(10**400), False),
        (1e308, False),
        (str(NOW), False),
        (True, False),
        ({"at": NOW}, False),
    ],
)
def test_it_holds_for_so_long_and_no_longer(at, expected):
    assert expected is allowed(recent(), auth_time=at)


def test_without_a_time_it_does_not_hold():
    assert not allowed(recent())
    assert not service.authorize(None, recent())


def test_what_nobody_vouches_for_does_not_count():
    assert not allowed(recent(), None, auth_time=NOW)


@pytest.mark.parametrize(
    ("amr", "expected"),
    [
        (["hwk"], True),
        (["pwd", "hwk"], True),
        (["pwd"], False),
        ([], False),
        (["HWK"], False),
        ([True, {"hwk": 1}], False),
    ],
)
def test_a_method_must_have_been_used(amr, expected):
    assert expected is allowed(recent(methods=("hwk",)), auth_time=NOW, amr=amr)


def test_each_of_several_methods_must_have_been():
    both = recent(methods=["pwd", "otp"])

    assert allowed(both, auth_time=NOW, amr=["otp", "pwd"])
    assert not allowed(both, auth_time=NOW, amr=["pwd"])


def test_time_and_method_are_those_of_one_identity():
    """An old sign-in by key and a new one by password are no new one by key."""
    old = ClaimsPrincipal.of("a", {"auth_time": 1, "amr": "hwk"})
    new = ClaimsPrincipal.of("b", {"auth_time": NOW, "amr": "pwd"})

    assert not service.authorize(old.merge(new), recent(methods=("hwk",)))
    assert service.authorize(old.merge(new), recent(methods=("pwd",)))


def test_the_challenge_says_how_recent_in_whole_seconds():
    assert 600 == recent().max_age


def test_two_that_ask_the_same_by_one_clock_are_equal():
    one = RequireRecentAuthentication(TEN)

    assert RequireRecentAuthentication(TEN) == one
    assert hash(RequireRecentAuthentication(TEN)) == hash(one)
    assert RequireRecentAuthentication(TEN, ("hwk",)) != one
    assert "clock" not in repr(one)


def test_each_is_judged_by_its_own_clock():
    now = RequireRecentAuthentication(TEN, clock=lambda: float(NOW))
    later = RequireRecentAuthentication(TEN, clock=lambda: NOW + 601.0)

    assert [True, False, True] == [
        allowed(each, auth_time=NOW) for each in (now, later, now)
    ]


@pytest.mark.parametrize("odd", [None, 600, "10m", 1.5])
def test_within_is_a_timedelta(odd):
    with pytest.raises(TypeError, match="is a timedelta, not"):
        RequireRecentAuthentication(odd)


@pytest.mark.parametrize("odd", [timedelta(0), timedelta(seconds=-1)])
def test_within_is_positive(odd):
    with pytest.raises(ValueError, match="positive"):
        RequireRecentAuthentication(odd)


@pytest.mark.parametrize("odd", ["hwk", [1], [None], None, 5])
def test_methods_are_a_list_of_str(odd):
    with pytest.raises(TypeError):
        RequireRecentAuthentication(TEN, methods=odd)


def test_a_method_is_not_blank():
    with pytest.raises(ValueError, match="blank"):
        RequireRecentAuthentication(TEN, methods=[" "])
