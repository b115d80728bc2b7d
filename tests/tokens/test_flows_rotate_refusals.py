"""Refreshing: who may not, and what others do between two statements."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection

from django_claimsauth.errors import InvalidGrantError, InvalidScopeError
from django_claimsauth.tokens import flows
from django_claimsauth.tokens.models import RefreshToken, TokenFamily

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


class TestWhoMayNot:
    """Each refusal changes nothing."""

    @pytest.fixture(autouse=True)
    def _nothing_is_spent(self, pair):
        yield
        assert not RefreshToken.objects.filter(used_at__isnull=False).exists()

    @pytest.mark.parametrize(
        ("token", "cause"),
        [
            ("", "unknown"),
            ("x" * 43, "unknown"),
            ("x" * 1_000_000, "unknown"),
            ("a\0b", "unknown"),
            ("\ud800", "unknown"),
            ("ä" * 43, "unknown"),
            (None, "malformed"),
            (5, "malformed"),
            (["a"], "malformed"),
        ],
    )
    def test_what_is_no_token_of_ours(self, db, token, cause):
        assert cause == cause_of(token)

    def test_an_access_token_is_no_refresh_token(self, pair):
        assert "unknown" == cause_of(pair.access_token)

    def test_a_digest_that_differs_in_a_bit(self, pair):
        row = RefreshToken.objects.get()
        flipped = f"{int(row.digest[-1], 16) ^ 1:x}"
        RefreshToken.objects.update(digest=row.digest[:-1] + flipped)

        assert "unknown" == cause_of(pair.refresh_token)

    def test_another_client(self, pair):
        assert "other_client" == cause_of(pair.refresh_token, client="mobile")
        assert "other_client" == cause_of(pair.refresh_token, client="")

    def test_an_inactive_user(self, pair):
        get_user_model().objects.update(is_active=False)

        assert "inactive_user" == cause_of(pair.refresh_token)

    def test_a_deleted_user(self, pair, user):
        user.delete()

        assert "unknown" == cause_of(pair.refresh_token)

    def test_a_user_with_another_password(self, pair):
        get_user_model().objects.update(password="another")

        assert "password_changed" == cause_of(pair.refresh_token)

    def test_a_user_whose_sessions_were_all_revoked(self, pair, user):
        flows.revoke_all(user, now=NOW + SECOND)

        assert "revoked" == cause_of(pair.refresh_token, NOW + SECOND)

    def test_a_family_that_was_committed_after_the_stamp(self, pair, user):
        # As a sign-in that was under way when everything was revoked.
        flows.revoke_all(user, now=NOW + SECOND)
        TokenFamily.objects.update(revoked_at=None)

        assert "revoked" == cause_of(pair.refresh_token, NOW + SECOND)

    def test_a_wider_scope(self, pair):
        assert "not_granted" == cause_of(pair.refresh_token, scopes=["read", "admin"])


def test_the_right_client_may(pair):
    assert flows.rotate(pair.refresh_token, client="web", now=NOW)


def test_a_narrower_scope_holds_for_one_access_token(pair):
    narrow = flows.rotate(pair.refresh_token, scopes=["write"], now=NOW)
    wide = flows.rotate(narrow.refresh_token, now=NOW)

    assert ("write", "read write") == (narrow.scope, wide.scope)
    with pytest.raises(InvalidScopeError):
        flows.rotate(wide.refresh_token, scopes=["other"], now=NOW)


class TestRacesInOneProcess:
    """What other processes may do between this one's statements."""

    def spent_by_another(self, sql_part, change):
        def wrapper(execute, sql, params, many, context):
            if sql_part in sql and not done:
                done.append(True)
                with connection.cursor() as cursor:
                    cursor.cursor.execute(change)
            return execute(sql, params, many, context)

        done = []
        return connection.execute_wrapper(wrapper)

    def test_who_comes_second_gets_the_winner_s_successor(self, pair):
        won = flows.rotate(pair.refresh_token, now=NOW)
        # This one still sees the token unspent, and finds out at its UPDATE.
        RefreshToken.objects.filter(parent=None).update(used_at=None)
        again = "UPDATE claimsauth_refreshtoken SET used_at='2026-03-04 05:06:07' WHERE parent_id IS NULL"

        with self.spent_by_another("SET", again):
            second = flows.rotate(pair.refresh_token, now=NOW)

        assert won.refresh_token == second.refresh_token
        assert 2 == RefreshToken.objects.count()

    def test_the_unique_parent_holds_where_the_update_does_not(self, pair):
        flows.rotate(pair.refresh_token, now=NOW)
        RefreshToken.objects.filter(parent=None).update(used_at=None)

        with pytest.raises(OperationalError):
            flows.rotate(pair.refresh_token, now=NOW)

        assert 2 == RefreshToken.objects.count()

    def test_a_family_that_dies_meanwhile_has_no_living_successor(self, pair):
        dead = "UPDATE claimsauth_tokenfamily SET revoked_at='2026-03-04 05:06:07'"

        with self.spent_by_another("INSERT", dead):
            new = flows.rotate(pair.refresh_token, now=NOW)

        assert "revoked" == cause_of(new.refresh_token)


@pytest.mark.parametrize("statement", range(5))
def test_a_fault_at_any_statement_leaves_the_old_state_and_a_retry_succeeds(
    pair, statement
):
    seen = []

    def fail(execute, sql, params, many, context):
        seen.append(sql)
        if len(seen) == statement + 1:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        flows.rotate(pair.refresh_token, now=NOW)

    assert 1 == RefreshToken.objects.filter(used_at=None).count()
    new = flows.rotate(pair.refresh_token, now=NOW)
    assert flows.rotate(new.refresh_token, now=NOW)
