"""Refreshing: one successor, a window for retries, reuse, expiry, and who may not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from django_claimsauth import signals
from django_claimsauth.errors import InvalidGrantError
from django_claimsauth.tokens import flows, own
from django_claimsauth.tokens.models import RefreshToken, TokenFamily
from tests.tokens.changed import tokens_settings

NOW = datetime(2026, 3, 4, 5, 6, 7, 891011, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def cause_of(token, now=NOW, **arguments):
    with pytest.raises(InvalidGrantError) as error:
        flows.rotate(token, now=now, **arguments)
    assert error.value.code in {"invalid_grant", "invalid_scope"}
    return error.value.cause


@pytest.fixture(name="pair")
def _pair(user):
    return flows.issue(user, scopes=["read", "write"], client="web", now=NOW)


def test_a_refresh_gives_a_new_pair_of_the_same_session(pair):
    later = NOW + timedelta(hours=1)

    new = flows.rotate(pair.refresh_token, now=later)

    assert new.refresh_token not in {pair.refresh_token, new.access_token}
    assert 43 == len(new.refresh_token)
    claims = own.own_validator().validate(new.access_token, later)
    assert pair.sid == claims["sid"] == new.sid
    assert int(NOW.timestamp()) == claims["auth_time"]
    assert int(later.timestamp()) == claims["iat"]
    assert ("read write", "web") == (claims["scope"], claims["client_id"])


def test_a_token_has_one_successor_and_is_spent(pair):
    flows.rotate(pair.refresh_token, now=NOW)

    old, new = RefreshToken.objects.order_by("pk")
    assert (NOW, None) == (old.used_at, new.used_at)
    assert old.pk == new.parent_id
    assert old.salt != new.salt


def test_what_a_user_may_is_asked_again(pair, user):
    user.groups.create(name="new")
    user.groups.create(name="another")

    new = flows.rotate(pair.refresh_token, now=NOW)

    assert ["another", "new"] == own.own_validator().validate(new.access_token, NOW)[
        "roles"
    ]


def test_a_refresh_is_told_of_once(pair):
    told = []

    def note(**facts):
        told.append(facts)

    signals.token_refreshed.connect(note)
    try:
        flows.rotate(pair.refresh_token, now=NOW)
        flows.rotate(pair.refresh_token, now=NOW)
    finally:
        signals.token_refreshed.disconnect(note)

    (facts,) = told
    assert (pair.sid, "web") == (facts["sid"], facts["client"])


def test_three_statements_beside_the_transaction_s_own(pair, django_assert_num_queries):
    transaction = 2  # SAVEPOINT and RELEASE inside the test's own transaction

    flows.rotate(pair.refresh_token, now=NOW)
    successor = flows.rotate(pair.refresh_token, now=NOW)
    with django_assert_num_queries(3 + transaction):
        flows.rotate(successor.refresh_token, now=NOW)


class TestRetries:
    """The answer was lost: the same token again, in a while."""

    def test_a_retry_within_the_window_gets_the_same_successor(self, pair):
        new = flows.rotate(pair.refresh_token, now=NOW)

        again = flows.rotate(pair.refresh_token, now=NOW + 9 * SECOND)

        assert new.refresh_token == again.refresh_token
        assert new.access_token != again.access_token
        assert new.refresh_expires_at == again.refresh_expires_at
        assert 2 == RefreshToken.objects.count()

    def test_the_window_ends_exactly(self, pair):
        flows.rotate(pair.refresh_token, now=NOW)

        assert "reused" == cause_of(pair.refresh_token, NOW + 10 * SECOND)

    def test_once_the_successor_was_used_there_is_no_retry(self, pair):
        new = flows.rotate(pair.refresh_token, now=NOW)
        newest = flows.rotate(new.refresh_token, now=NOW)

        assert "reused" == cause_of(pair.refresh_token, NOW + SECOND)
        assert "revoked" == cause_of(newest.refresh_token, NOW + SECOND)

    def test_a_window_of_nothing_allows_no_retry(self, pair, settings):
        tokens_settings(settings, REFRESH_RETRY_WINDOW=timedelta(0))
        flows.rotate(pair.refresh_token, now=NOW)

        assert "reused" == cause_of(pair.refresh_token, NOW)

    def test_a_retry_may_ask_for_less(self, pair):
        flows.rotate(pair.refresh_token, now=NOW)

        assert (
            "read" == flows.rotate(pair.refresh_token, scopes=["read"], now=NOW).scope
        )

    def test_a_changed_secret_key_still_finds_the_successor(self, pair, settings):
        new = flows.rotate(pair.refresh_token, now=NOW)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another one"

        again = flows.rotate(pair.refresh_token, now=NOW)

        assert new.refresh_token == again.refresh_token

    def test_a_forgotten_secret_key_finds_none_and_harms_nobody(self, pair, settings):
        new = flows.rotate(pair.refresh_token, now=NOW)
        settings.SECRET_KEY = "another one"

        assert "successor_lost" == cause_of(pair.refresh_token)
        assert flows.rotate(new.refresh_token, now=NOW)

    def test_with_a_pepper_it_is_the_pepper_that_derives(self, user, settings):
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "PEPPER": "of the server"}
        pair = flows.issue(user, now=NOW)
        new = flows.rotate(pair.refresh_token, now=NOW)
        settings.SECRET_KEY = "another one"

        again = flows.rotate(pair.refresh_token, now=NOW)

        assert new.refresh_token == again.refresh_token

    def test_a_successor_that_the_pepper_does_not_derive_harms_nobody(
        self, user, settings
    ):
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "PEPPER": "of the server"}
        pair = flows.issue(user, now=NOW)
        flows.rotate(pair.refresh_token, now=NOW)
        RefreshToken.objects.filter(used_at=None).update(digest="0" * 64)

        assert "successor_lost" == cause_of(pair.refresh_token)


class TestReuse:
    """A spent token comes again: somebody else has it."""

    def test_reuse_ends_the_family_and_what_was_issued_from_it(self, user, ask):
        pair = flows.issue(user)
        new = flows.rotate(pair.refresh_token)
        later = datetime.now(UTC) + timedelta(seconds=11)

        assert "reused" == cause_of(pair.refresh_token, later)

        assert "revoked" == cause_of(new.refresh_token, later)
        assert "revoked" == cause_of(pair.refresh_token, later)
        assert "token_revoked" == ask(new.access_token).code
        assert "token_revoked" == ask(pair.access_token).code
        assert "reused" == TokenFamily.objects.get().reason

    def test_other_sessions_of_the_user_live_on(self, pair, user):
        other = flows.issue(user, now=NOW)
        flows.rotate(pair.refresh_token, now=NOW)
        cause_of(pair.refresh_token, NOW + 11 * SECOND)

        assert flows.rotate(other.refresh_token, now=NOW + 12 * SECOND)

    def test_a_spent_token_whose_successor_is_gone_is_reused(self, pair):
        flows.rotate(pair.refresh_token, now=NOW)
        RefreshToken.objects.filter(used_at=None).delete()

        assert "reused" == cause_of(pair.refresh_token)

    def test_with_the_policy_user_all_of_the_user_s_end(self, pair, user, settings):
        tokens_settings(settings, REUSE_POLICY="user")
        other = flows.issue(user, now=NOW)
        flows.rotate(pair.refresh_token, now=NOW)
        cause_of(pair.refresh_token, NOW + 11 * SECOND)

        assert "revoked" == cause_of(other.refresh_token, NOW + 12 * SECOND)

    def test_reuse_is_told_of_once(self, pair, user):
        told = []

        def note(**facts):
            told.append(facts)

        flows.rotate(pair.refresh_token, now=NOW)
        signals.refresh_reuse_detected.connect(note)
        try:
            for _ in range(3):
                cause_of(pair.refresh_token, NOW + 11 * SECOND)
        finally:
            signals.refresh_reuse_detected.disconnect(note)

        (facts,) = told
        assert (user.pk, pair.sid) == (facts["user_id"], facts["sid"])

    def test_a_receiver_that_fails_undoes_nothing(self, pair):
        def fail(**facts):
            raise RuntimeError("no mail today")

        flows.rotate(pair.refresh_token, now=NOW)
        signals.refresh_reuse_detected.connect(fail)
        try:
            cause_of(pair.refresh_token, NOW + 11 * SECOND)
        finally:
            signals.refresh_reuse_detected.disconnect(fail)

        assert TokenFamily.objects.get().revoked_at is not None

    def test_who_loses_the_race_to_report_it_reports_nothing(self, pair):
        flows.rotate(pair.refresh_token, now=NOW)
        told = []

        def first(execute, sql, params, many, context):
            # Another process ends the family after this one has found it alive.
            if sql.startswith("UPDATE"):
                with connection.cursor() as cursor:
                    cursor.cursor.execute(
                        "UPDATE claimsauth_tokenfamily SET revoked_at='2026-01-01'"
                    )
            return execute(sql, params, many, context)

        signals.refresh_reuse_detected.connect(told.append, weak=False)
        try:
            with connection.execute_wrapper(first):
                cause_of(pair.refresh_token, NOW + 11 * SECOND)
        finally:
            signals.refresh_reuse_detected.disconnect(told.append)

        assert [] == told

    def test_a_family_of_many_generations_dies_by_one_statement(
        self, pair, django_assert_num_queries
    ):
        family = TokenFamily.objects.get()
        RefreshToken.objects.bulk_create(
            RefreshToken(
                family=family,
                digest=f"{place:064}",
                expires_at=family.expires_at,
                used_at=NOW,
            )
            for place in range(10_000)
        )

        with django_assert_num_queries(1):
            flows.revoke_session(pair.sid)

        assert "revoked" == cause_of(pair.refresh_token)


class TestExpiry:
    """Idle and absolute, each to the microsecond."""

    def test_a_token_expires_when_it_was_idle_too_long(self, pair):
        end = NOW + timedelta(days=14)

        assert "expired" == cause_of(pair.refresh_token, end)
        assert flows.rotate(pair.refresh_token, now=end - timedelta(microseconds=1))

    def test_no_rotation_extends_the_absolute_expiry(self, pair):
        absolute = NOW + timedelta(days=90)
        now = NOW
        while now + timedelta(days=13) < absolute:
            now += timedelta(days=13)
            pair = flows.rotate(pair.refresh_token, now=now)

        assert absolute == TokenFamily.objects.get().expires_at
        assert absolute == pair.refresh_expires_at
        assert "expired" == cause_of(pair.refresh_token, absolute)

    def test_an_expired_token_may_not_be_spent(self, pair):
        cause_of(pair.refresh_token, NOW + timedelta(days=14))

        assert RefreshToken.objects.get().used_at is None
