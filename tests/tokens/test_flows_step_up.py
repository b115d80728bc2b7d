"""Step-up: the same session, proved again a moment ago."""

from datetime import timedelta

import jwt
import pytest
from django.utils import timezone

from django_claimsauth.errors import InvalidGrantError
from django_claimsauth.tokens import flows
from django_claimsauth.tokens.models import TokenFamily

NOW = timezone.now().replace(microsecond=0)
BEFORE = NOW - timedelta(hours=2)


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


@pytest.fixture(name="pair")
def _pair(user):
    return flows.issue(user, amr=["pwd"], scopes=["a", "b"], now=BEFORE)


def lift(user, pair, **changed):
    arguments = {"amr": ["hwk", "user", "mfa"], "now": NOW}
    return flows.step_up(user, pair.sid, **(arguments | changed))


def test_it_lifts_what_the_session_s_tokens_say(user, pair, ask):
    access = lift(user, pair)

    claims = claims_of(access.token)
    assert int(NOW.timestamp()) == claims["auth_time"]
    assert ["hwk", "user", "mfa"] == claims["amr"]
    assert (pair.sid, "a b") == (claims["sid"], claims["scope"])
    assert ask(access.token).succeeded


def test_it_outlives_a_refresh(user, pair):
    lift(user, pair)

    claims = claims_of(flows.rotate(pair.refresh_token, now=NOW).access_token)

    assert int(NOW.timestamp()) == claims["auth_time"]
    assert ["hwk", "user", "mfa"] == claims["amr"]


def test_it_widens_no_scope(user, pair):
    assert "a" == claims_of(lift(user, pair, scope="a").token)["scope"]


def test_it_changes_no_other_session(user, pair):
    other = flows.issue(user, amr=["pwd"], now=BEFORE)

    lift(user, pair)

    family = TokenFamily.objects.get(sid=other.sid)
    assert (None, "pwd") == (family.authenticated_at, family.amr)


def test_a_session_that_is_not_one_s_own_stays(user, other, pair):
    with pytest.raises(InvalidGrantError, match="no_session"):
        lift(other, pair)

    assert TokenFamily.objects.get(sid=pair.sid).authenticated_at is None


def test_a_session_that_has_ended_stays_so(user, pair):
    flows.revoke_session(pair.sid)

    with pytest.raises(InvalidGrantError, match="no_session"):
        lift(user, pair)


def test_a_user_who_is_inactive_gets_nothing(user, pair):
    user.is_active = False
    user.save()

    with pytest.raises(InvalidGrantError, match="inactive_user"):
        lift(user, pair)
