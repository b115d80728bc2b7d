"""When a token is valid: exact edges, by an injected clock."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from django_claimsauth.errors import InvalidTokenError
from tests.tokens.minted import ABSENT, NOW, SECONDS, token, validator

MICROSECOND = timedelta(microseconds=1)
MINUTE = timedelta(seconds=60)


def code_at(now, given, **changes):
    try:
        validator(**changes).validate(given, now)
    except InvalidTokenError as error:
        return error.code
    return None


@pytest.mark.parametrize("leeway", [timedelta(0), MINUTE, timedelta(seconds=5)])
def test_the_end_is_exact(leeway):
    end = NOW + timedelta(seconds=600) + leeway

    assert code_at(end - MICROSECOND, token(), leeway=leeway) is None
    assert "token_expired" == code_at(end, token(), leeway=leeway)


@pytest.mark.parametrize("name", ["nbf", "iat"])
@pytest.mark.parametrize("leeway", [timedelta(0), MINUTE, timedelta(seconds=5)])
def test_the_beginning_is_exact(name, leeway):
    given = token(**{"iat": ABSENT, name: SECONDS})

    assert code_at(NOW - leeway, given, leeway=leeway) is None
    assert "token_not_yet_valid" == code_at(
        NOW - leeway - MICROSECOND, given, leeway=leeway
    )


def test_a_minute_of_leeway_is_the_default():
    end = NOW + timedelta(seconds=600)

    assert code_at(end + MINUTE - MICROSECOND, token()) is None
    assert "token_expired" == code_at(end + MINUTE, token())


def test_fractions_of_a_second_count():
    given = token(exp=SECONDS + 0.5)
    half = NOW + timedelta(milliseconds=500)

    assert code_at(half - MICROSECOND, given, leeway=timedelta(0)) is None
    assert "token_expired" == code_at(half, given, leeway=timedelta(0))


def test_any_zone_is_the_same_moment():
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))

    assert code_at(elsewhere, token()) is None


def test_the_systems_clock_is_the_default():
    seconds = int(datetime.now(UTC).timestamp())

    assert validator().validate(token(iat=seconds, exp=seconds + 60))
    assert "token_expired" == code_at(None, token())


def test_a_naive_datetime_is_the_callers_mistake():
    with pytest.raises(ValueError, match="aware"):
        validator().validate(token(), datetime(2026, 1, 2))  # noqa: DTZ001


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_an_end_before_the_beginning_makes_no_sense(name):
    given = token(**{"iat": ABSENT, "exp": SECONDS, name: SECONDS + 1})

    assert "invalid_claim" == code_at(NOW, given)


def test_an_end_at_the_beginning_is_only_short():
    assert code_at(NOW, token(nbf=SECONDS, exp=SECONDS)) is None


def test_an_expired_token_that_begins_later_is_expired():
    assert "token_expired" == code_at(NOW, token(exp=SECONDS - 60, nbf=SECONDS + 99))


class TestMaximumAge:
    age = timedelta(minutes=5)

    def test_the_age_is_exact(self):
        given = token(iat=SECONDS, exp=SECONDS + 3600)
        edge = NOW + self.age + MINUTE

        assert code_at(edge - MICROSECOND, given, max_age=self.age) is None
        assert "token_expired" == code_at(edge, given, max_age=self.age)

    def test_an_age_needs_an_issue(self):
        assert "missing_claim" == code_at(NOW, token(iat=ABSENT), max_age=self.age)


class TestMaximumLifetime:
    day = 24 * 3600

    def test_a_day_is_the_default_and_exact(self):
        assert code_at(NOW, token(exp=SECONDS + self.day)) is None
        assert "invalid_claim" == code_at(NOW, token(exp=SECONDS + self.day + 1))

    def test_without_an_issue_what_is_left_counts(self):
        longest = SECONDS + self.day + 60

        assert code_at(NOW, token(iat=ABSENT, exp=longest)) is None
        assert "invalid_claim" == code_at(NOW, token(iat=ABSENT, exp=longest + 1))

    def test_an_issue_in_the_past_does_not_shorten_a_life(self):
        given = token(iat=SECONDS - 7 * self.day, exp=SECONDS + 60)

        assert "invalid_claim" == code_at(NOW, given)

    def test_it_is_settable_and_none_is_for_ever(self):
        given = token(exp=SECONDS + 30 * self.day)

        assert code_at(NOW, given, max_lifetime=timedelta(days=30)) is None
        assert code_at(NOW, given, max_lifetime=None) is None
        assert "invalid_claim" == code_at(NOW, given, max_lifetime=timedelta(days=29))

    def test_a_token_without_an_end_has_no_length(self):
        assert code_at(NOW, token(exp=ABSENT), accept_missing_expiry=True) is None
