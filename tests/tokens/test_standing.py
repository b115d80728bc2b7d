"""Revocation at each request: strict, bounded, off; one look-up, closed on outage."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from django_claimsauth.tokens import flows
from django_claimsauth.tokens.issuance import issue_one_time
from django_claimsauth.tokens.issuing import Grant, mint
from django_claimsauth.tokens.local import local
from django_claimsauth.tokens.models import (
    RevokedToken,
    TokenFamily,
    revoked_token_digest,
)
from tests.tokens import minted
from tests.tokens.changed import bearer_options, tokens_settings

FOREIGN = "https://login.example"


@pytest.fixture(autouse=True)
def _nothing_is_known():
    local.clear()
    yield
    local.clear()


def out_of_reach(execute, sql, params, many, context):
    raise OperationalError("could not connect to server")


class TestStrict:
    """The default: the database says, each time."""

    def test_one_look_up_for_token_session_and_user(
        self, user, ask, django_assert_num_queries
    ):
        token = flows.issue(user).access_token

        for _ in range(2):
            with django_assert_num_queries(1):
                assert ask(token).succeeded

    def test_an_unreachable_store_is_an_outage_and_no_open_door(self, user, ask):
        token = flows.issue(user).access_token

        with connection.execute_wrapper(out_of_reach):
            code = ask(token).code

        assert "temporarily_unavailable" == code
        assert ask(token).succeeded

    def test_garbage_costs_no_query(self, db, ask, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert "malformed_token" == ask("garbage").code
            assert "unknown_key" == ask(minted.token()).code

    def test_a_session_that_was_deleted_is_dead(self, user, ask):
        token = flows.issue(user).access_token
        TokenFamily.objects.all().delete()

        assert "token_revoked" == ask(token).code

    def test_a_session_is_its_user_s_alone(self, user, other, ask):
        family = TokenFamily.objects.get(sid=flows.issue(user).sid)
        grant = Grant(subject=str(other.pk), sid=family.sid)

        assert "token_revoked" == ask(mint(grant, now=datetime.now(UTC)).token).code

    def test_a_foreign_token_is_revoked_by_issuer_and_jti(self, db, settings, ask):
        bearer_options(
            settings,
            "foreign",
            authority=FOREIGN,
            keys=minted.key_set("ES256"),
            audiences=["https://api.test"],
            max_lifetime=None,
            check_revocation=True,
        )
        token = minted.token(iss=FOREIGN, exp=4_000_000_000, jti="same")

        def revoke(issuer):
            RevokedToken.objects.create(
                digest=revoked_token_digest(issuer, "same"),
                issuer=issuer,
                jti="same",
                expires_at=datetime(2096, 1, 1, tzinfo=UTC),
            )

        revoke("https://other.example")
        assert ask(token, "foreign").succeeded
        revoke(FOREIGN)
        assert "token_revoked" == ask(token, "foreign").code


class TestWithoutSession:
    """Tokens of ours that belong to no family."""

    def token(self, user, **changes):
        grant = Grant(subject=str(user.pk), **changes)
        return mint(grant, now=datetime.now(UTC)).token

    def test_it_stands_while_its_user_does(self, user, ask):
        token = self.token(user)
        assert ask(token).succeeded

        type(user).objects.filter(pk=user.pk).update(is_active=False)
        assert "token_revoked" == ask(token).code

    def test_it_is_revoked_by_jti(self, user, ask):
        token = self.token(user)
        flows.revoke(token)

        assert "token_revoked" == ask(token).code

    def test_it_is_revoked_by_a_later_stamp(self, user, ask):
        token = self.token(user)
        flows.revoke_all(user, now=datetime.now(UTC) + timedelta(seconds=1))

        assert "token_revoked" == ask(token).code

    def test_a_stamp_from_before_leaves_it_alone(self, user, ask):
        flows.revoke_all(user, now=datetime.now(UTC) - timedelta(seconds=2))

        assert ask(self.token(user)).succeeded


class TestOff:
    """Nothing is asked; what this process revoked it knows."""

    @pytest.fixture(autouse=True)
    def _off(self, settings):
        tokens_settings(settings, REVOCATION="off")

    def test_no_query_is_made(self, user, ask, django_assert_num_queries):
        token = flows.issue(user).access_token

        with django_assert_num_queries(0):
            assert ask(token).succeeded

    def test_the_process_that_revokes_sees_it(self, user, ask):
        pair, other = flows.issue(user), flows.issue(user)
        flows.revoke_session(pair.sid)
        flows.revoke(other.access_token)

        assert "token_revoked" == ask(pair.access_token).code
        assert "token_revoked" == ask(other.access_token).code


class TestOneTime:
    """A token that counts once."""

    def test_the_first_use_spends_it(self, user, ask):
        token = issue_one_time(user, scopes=["reset"], client="mail")

        result = ask(token)

        assert ("reset",) == result.principal.values("scope")
        assert "token_revoked" == ask(token).code
        assert "spent" == RevokedToken.objects.get().reason

    def test_it_lives_shortly(self, user, ask):
        now = datetime.now(UTC) - timedelta(minutes=7)

        assert "token_expired" == ask(issue_one_time(user, now=now)).code

    def test_a_scheme_may_spend_every_token(self, user, settings, ask):
        bearer_options(settings, one_time=True)
        token = flows.issue(user).access_token

        assert ask(token).succeeded
        assert "token_revoked" == ask(token).code

    @pytest.mark.parametrize("mode", ["bounded", "off"])
    def test_it_is_spent_in_every_mode(self, user, settings, ask, mode):
        tokens_settings(settings, REVOCATION=mode)
        token = issue_one_time(user)

        assert ask(token).succeeded
        assert "token_revoked" == ask(token).code

    @pytest.mark.parametrize("missing", ["jti", "exp"])
    def test_what_cannot_be_spent_does_not_count(self, db, settings, ask, missing):
        bearer_options(
            settings,
            "foreign",
            authority=FOREIGN,
            keys=minted.key_set("ES256"),
            audiences=["https://api.test"],
            one_time=True,
            accept_missing_expiry=True,
            max_lifetime=None,
        )
        changes = {"exp": 4_000_000_000, missing: minted.ABSENT}
        token = minted.token(iss=FOREIGN, **changes)

        assert "token_revoked" == ask(token, "foreign").code
