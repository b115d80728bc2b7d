"""Revocation by a snapshot in the process, and what a process remembers of its own."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import OperationalError, connection

from django_claimsauth.errors import InvalidGrantError
from django_claimsauth.tokens import flows
from django_claimsauth.tokens.local import LocalRevocations, local
from django_claimsauth.tokens.models import RevokedToken
from django_claimsauth.tokens.snapshot import (
    CACHE_KEY,
    Snapshot,
    announce,
    snapshot,
)
from tests.tokens import minted
from tests.tokens.changed import bearer_options, tokens_settings


@pytest.fixture(autouse=True)
def _nothing_is_known():
    local.clear()
    yield
    local.clear()


def out_of_reach(execute, sql, params, many, context):
    raise OperationalError("could not connect to server")


class TestBounded:
    """A snapshot in the process, read again when it is due."""

    @pytest.fixture(autouse=True)
    def _bounded(self, settings):
        tokens_settings(settings, REVOCATION="bounded")

    def test_a_foreign_token_is_looked_for_by_jti_alone(self, db, settings, ask):
        bearer_options(
            settings,
            "foreign",
            authority="https://login.example",
            keys=minted.key_set("ES256"),
            audiences=["https://api.test"],
            max_lifetime=None,
        )
        token = minted.token(iss="https://login.example", exp=4_000_000_000)

        assert ask(token, "foreign").succeeded

    def test_the_hot_path_asks_nobody(self, user, ask, django_assert_num_queries):
        token = flows.issue(user).access_token
        ask(token)

        with django_assert_num_queries(0):
            assert ask(token).succeeded

    @pytest.mark.parametrize(
        "revoke",
        [
            lambda user, pair: flows.revoke(pair.access_token),
            lambda user, pair: flows.revoke(pair.refresh_token),
            lambda user, pair: flows.revoke_session(pair.sid),
            lambda user, pair: flows.revoke_all(user),
            lambda user, pair: user.delete(),
        ],
        ids=["token", "refresh token", "session", "user", "deletion"],
    )
    def test_the_process_that_revokes_sees_it_at_once(self, user, ask, revoke):
        pair = flows.issue(user)
        assert ask(pair.access_token).succeeded
        revoke(user, pair)

        assert "token_revoked" == ask(pair.access_token).code

    def test_reuse_is_seen_at_once(self, user, ask):
        pair = flows.issue(user)
        new = flows.rotate(flows.rotate(pair.refresh_token).refresh_token)
        with pytest.raises(InvalidGrantError, match="reused"):
            flows.rotate(pair.refresh_token)

        assert "token_revoked" == ask(new.access_token).code

    def test_another_process_sees_it_when_its_snapshot_is_due(self, user):
        seconds = [0.0]
        elsewhere = Snapshot(clock=lambda: seconds[0])
        pair = flows.issue(user)
        facts = (None, pair.sid, str(user.pk), datetime.now(UTC).timestamp())
        assert elsewhere.stands(*facts)
        flows.revoke_session(pair.sid)

        seconds[0] = 4.999
        assert elsewhere.stands(*facts)
        seconds[0] = 5.0
        assert not elsewhere.stands(*facts)

    def test_each_kind_is_in_the_snapshot(self, user):
        pair, token = flows.issue(user), flows.issue(user)
        flows.revoke(token.access_token)
        digest = RevokedToken.objects.get().digest
        flows.revoke_all(user, now=datetime.now(UTC) + timedelta(seconds=5))
        now = datetime.now(UTC).timestamp()
        elsewhere = Snapshot()

        assert not elsewhere.stands(digest, None, "", now)
        assert not elsewhere.stands(None, pair.sid, "", now)
        assert not elsewhere.stands(None, None, str(user.pk), now)
        assert elsewhere.stands(None, None, str(user.pk), now + 10)
        assert elsewhere.stands("other", "other", "other", now)

    def test_a_due_snapshot_out_of_reach_is_an_outage(self, user, ask):
        token = flows.issue(user).access_token

        with connection.execute_wrapper(out_of_reach):
            assert "temporarily_unavailable" == ask(token).code
            assert "temporarily_unavailable" == ask(token).code

    def test_a_store_that_failed_is_left_alone_for_a_second(self, db):
        seconds, tries = [0.0], []

        def fail(execute, sql, params, many, context):
            tries.append(sql)
            raise OperationalError("down")

        elsewhere = Snapshot(clock=lambda: seconds[0])
        with connection.execute_wrapper(fail):
            for seconds[0] in (0.0, 0.5, 0.999, 1.0):
                with pytest.raises(OperationalError):
                    elsewhere.stands(None, "x", "", 0)

        assert 2 == len(tries)

    def test_who_waited_for_another_s_reading_reads_no_more(
        self, db, django_assert_num_queries
    ):
        elsewhere = Snapshot()
        elsewhere.stands(None, "x", "", 0)

        with django_assert_num_queries(0):
            elsewhere._refresh(None)


class TestSharedCache:
    """`REVOCATION_CACHE`: a change is announced, and seen at the next request."""

    @pytest.fixture(autouse=True)
    def _announced(self, settings):
        tokens_settings(settings, REVOCATION="bounded", REVOCATION_CACHE="default")

    @pytest.mark.django_db(transaction=True)
    def test_another_process_sees_it_at_its_next_request(self, user):
        elsewhere = Snapshot()
        pair = flows.issue(user)
        facts = (None, pair.sid, str(user.pk), datetime.now(UTC).timestamp())
        assert elsewhere.stands(*facts)

        flows.revoke_session(pair.sid)

        assert not elsewhere.stands(*facts)

    @pytest.mark.django_db(transaction=True)
    def test_a_flushed_cache_forgets_no_revocation(self, user):
        elsewhere = Snapshot()
        pair = flows.issue(user)
        flows.revoke_session(pair.sid)
        facts = (None, pair.sid, str(user.pk), 0)
        assert not elsewhere.stands(*facts)

        caches["default"].delete(CACHE_KEY)

        assert not elsewhere.stands(*facts)

    def test_a_cache_that_is_away_costs_the_immediacy_alone(self, user, ask, settings):
        tokens_settings(settings, REVOCATION="bounded", REVOCATION_CACHE="broken")
        settings.CACHES = {
            **settings.CACHES,
            "broken": {"BACKEND": "tests.tokens.broken_cache.BrokenCache"},
        }
        pair = flows.issue(user)
        assert ask(pair.access_token).succeeded

        flows.revoke_session(pair.sid)
        announce()

        assert "token_revoked" == ask(pair.access_token).code


class TestLocalMemory:
    """What a process remembers of its own revocations, and for how long."""

    def test_what_can_refuse_nothing_any_more_is_swept(self):
        seconds = [0.0]
        memory = LocalRevocations(clock=lambda: seconds[0])
        memory.SWEEP_FROM = 3
        for place in range(3):
            memory.add("sid", str(place), until=10 + place, at=0)

        seconds[0] = 11.0
        memory.add("sid", "new", until=100, at=11)

        assert 2 == len(memory.entries)
        assert memory.refuses(None, "2", "", 0)
        assert not memory.refuses(None, "0", "", 0)

    def test_a_subject_s_stamp_is_by_the_second(self):
        memory = LocalRevocations()
        memory.add("sub", "1", until=100, at=10.9)

        assert memory.refuses(None, None, "1", 9)
        assert not memory.refuses(None, None, "1", 10)
        assert not memory.refuses(None, None, "2", 9)


def test_settings_that_change_forget_the_snapshot(db, settings):
    tokens_settings(settings, REVOCATION="bounded")
    snapshot.stands(None, "x", "", 0)

    tokens_settings(settings, REVOCATION="strict")

    assert float("-inf") == snapshot._due_at


def test_without_a_shared_cache_nothing_is_announced(settings):
    tokens_settings(settings, REVOCATION="bounded")

    announce()

    assert caches["default"].get(CACHE_KEY) is None
