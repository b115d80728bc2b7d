"""Revoking one token, a session, all of a user's; by flows and by what a user does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from django_claimsauth import signals
from django_claimsauth.errors import InvalidGrantError
from django_claimsauth.tokens import flows
from django_claimsauth.tokens.models import NotBefore, RevokedToken, TokenFamily
from tests.tokens.changed import bearer_options

HOUR = timedelta(hours=1)


@pytest.fixture(name="told")
def _told():
    told = []

    def note(**facts):
        told.append({k: v for k, v in facts.items() if k not in {"signal", "sender"}})

    signals.token_revoked.connect(note)
    yield told
    signals.token_revoked.disconnect(note)


def test_an_access_token_goes_alone(user, ask, told):
    pair, other = flows.issue(user), flows.issue(user)

    assert flows.revoke(pair.access_token) is True

    assert "token_revoked" == ask(pair.access_token).code
    assert ask(other.access_token).succeeded
    assert ask(flows.rotate(pair.refresh_token).access_token).succeeded
    row = RevokedToken.objects.get()
    assert ("https://issuer.test", "revoked") == (row.issuer, row.reason)
    assert [{"reason": "revoked", "jti": row.jti}] == told


def test_revoking_it_again_says_that_nothing_was_done(user, told):
    pair = flows.issue(user)
    flows.revoke(pair.access_token)

    assert flows.revoke(pair.access_token) is False
    assert 1 == RevokedToken.objects.count() == len(told)


def test_a_refresh_token_takes_its_session_with_it(user, ask, told):
    pair, other = flows.issue(user), flows.issue(user)
    new = flows.rotate(pair.refresh_token)

    # The spent one will do: whoever signs out may not have the newest.
    assert flows.revoke(pair.refresh_token) is True

    assert "token_revoked" == ask(new.access_token).code
    with pytest.raises(InvalidGrantError):
        flows.rotate(new.refresh_token)
    assert ask(other.access_token).succeeded
    assert flows.revoke(new.refresh_token) is False
    assert [{"reason": "revoked", "sid": pair.sid}] == told


@pytest.mark.parametrize(
    "token",
    ["", "x" * 43, "a.b.c", "a.b", "\0", "\ud800", "\ud800.", "x" * 1_000_000, None, 5],
)
def test_what_is_no_token_of_ours_is_not_revoked(db, token, told):
    assert flows.revoke(token) is False
    assert [] == told


def test_an_expired_access_token_needs_no_row(user):
    pair = flows.issue(user, now=datetime.now(UTC) - HOUR)

    assert flows.revoke(pair.access_token) is False
    assert not RevokedToken.objects.exists()


def test_the_same_token_in_another_spelling_is_not_alive_again(user, ask):
    pair = flows.issue(user)
    flows.revoke(pair.access_token)

    for spelling in ("=", "!!!!", "."):
        assert not ask(pair.access_token + spelling).succeeded


def test_a_token_for_another_audience_of_ours_is_revoked_as_well(user, settings, ask):
    bearer_options(settings, "reports", audiences=["https://reports.test"])
    pair = flows.issue(user, scheme="reports")

    assert flows.revoke(pair.access_token)

    assert "token_revoked" == ask(pair.access_token, "reports").code


class TestAllOfAUsers:
    """`revoke_all`, and that what comes after it counts."""

    def test_every_session_ends_and_others_do_not(self, user, other, ask, told):
        pairs = [flows.issue(user), flows.issue(user)]
        theirs = flows.issue(other)

        assert 2 == flows.revoke_all(user)

        assert {"token_revoked"} == {ask(each.access_token).code for each in pairs}
        assert ask(theirs.access_token).succeeded
        assert [{"reason": "revoked", "user_id": user.pk}] == told

    def test_who_signs_in_again_at_once_is_signed_in(self, user, ask):
        for _ in range(3):
            flows.revoke_all(user)
            pair = flows.issue(user)
            assert ask(pair.access_token).succeeded
            assert flows.rotate(pair.refresh_token)

        assert 1 == NotBefore.objects.count()

    def test_a_session_committed_late_is_older_than_the_stamp(self, user, ask):
        pair = flows.issue(user)
        flows.revoke_all(user)
        TokenFamily.objects.update(revoked_at=None)

        assert "token_revoked" == ask(pair.access_token).code


class TestOneSession:
    """`revoke_session`, also for one's own alone."""

    def test_it_ends_and_says_so_once(self, user, ask):
        pair = flows.issue(user)

        assert flows.revoke_session(pair.sid) is True
        assert flows.revoke_session(pair.sid) is False
        assert "token_revoked" == ask(pair.access_token).code
        assert "signed_out" == TokenFamily.objects.get().reason

    def test_somebody_else_s_does_not(self, user, other, ask):
        pair = flows.issue(user)

        assert flows.revoke_session(pair.sid, user=other) is False
        assert ask(pair.access_token).succeeded


class TestWithTheUser:
    """What is done to a user is done to the user's sessions."""

    def test_another_password_ends_every_session(self, user, ask, told):
        pair = flows.issue(user)
        user.set_password("another")
        user.save()

        assert "token_revoked" == ask(pair.access_token).code
        assert "password_changed" == TokenFamily.objects.get().reason
        assert [{"reason": "password_changed", "user_id": user.pk}] == told

    def test_who_signs_in_with_it_is_signed_in(self, user, ask):
        user.set_password("another")
        user.save(update_fields=["password"])
        pair = flows.issue(user)
        user.first_name = "Alice"
        user.save()

        assert ask(pair.access_token).succeeded

    def test_deactivation_ends_every_session(self, user, ask):
        pair = flows.issue(user)
        user.is_active = False
        user.save()
        user.is_active = True
        user.save()

        assert "token_revoked" == ask(pair.access_token).code
        assert "user_ended" == TokenFamily.objects.get().reason

    def test_deactivation_behind_django_s_back_counts_at_once(self, user, ask):
        pair = flows.issue(user)
        get_user_model().objects.update(is_active=False)

        assert "token_revoked" == ask(pair.access_token).code

    def test_a_deactivated_user_without_sessions_leaves_no_stamp(self, user):
        user.is_active = False
        user.save()

        assert not NotBefore.objects.exists()

    def test_deletion_ends_every_session(self, user, ask):
        pair = flows.issue(user)
        user.delete()

        assert "token_revoked" == ask(pair.access_token).code
        assert not TokenFamily.objects.exists()

    def test_what_has_nothing_to_do_with_it_costs_nothing(
        self, user, django_assert_num_queries
    ):
        with django_assert_num_queries(1):
            user.save(update_fields=["last_login"])

    def test_fixtures_are_loaded_without_a_look_at_tokens(self, user, ask):
        pair = flows.issue(user)
        user.password = "raw"
        user.save_base(raw=True)

        assert ask(pair.access_token).succeeded
