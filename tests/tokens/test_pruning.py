"""Pruning: what has expired goes, in batches; nothing that counts does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from django_claimsauth.errors import InvalidGrantError
from django_claimsauth.tokens import flows
from django_claimsauth.tokens.models import (
    NotBefore,
    RefreshToken,
    RevokedToken,
    TokenFamily,
)
from django_claimsauth.tokens.pruning import Pruned, is_clock_ahead

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
GRACE = timedelta(minutes=11)


def rows():
    models = (RefreshToken, TokenFamily, RevokedToken, NotBefore)
    return tuple(model.objects.count() for model in models)


def expired_tokens(family, count, expires_at=NOW):
    RefreshToken.objects.bulk_create(
        RefreshToken(family=family, digest=f"{place:064}", expires_at=expires_at)
        for place in range(count)
    )


def test_what_is_alive_stays(user):
    pair = flows.issue(user, now=NOW)
    flows.rotate(pair.refresh_token, now=NOW)
    flows.revoke(flows.issue(user, now=NOW).access_token, now=NOW)
    before = rows()

    assert Pruned() == flows.prune(now=NOW + timedelta(minutes=20))
    assert before == rows()


def test_each_table_loses_what_has_expired(user):
    pair = flows.issue(user, now=NOW)
    flows.revoke(pair.access_token, now=NOW)
    flows.revoke_all(user, now=NOW)
    later = NOW + timedelta(days=90) + GRACE + timedelta(seconds=1)

    pruned = flows.prune(now=later)

    assert Pruned(1, 1, 1, 1) == pruned
    assert 4 == pruned.total
    assert (0, 0, 0, 0) == rows()


def test_a_family_outlives_its_end_by_its_last_access_token(user):
    flows.issue(user, now=NOW)
    end = NOW + timedelta(days=90)

    flows.prune(now=end + GRACE)

    assert 1 == TokenFamily.objects.count()


def test_a_spent_token_stays_as_long_as_it_can_come_again(user):
    pair = flows.issue(user, now=NOW)
    new = flows.rotate(pair.refresh_token, now=NOW)
    flows.prune(now=NOW + timedelta(days=14))

    with pytest.raises(InvalidGrantError, match="reused"):
        flows.rotate(pair.refresh_token, now=NOW + timedelta(days=13))
    assert 2 == RefreshToken.objects.count()
    with pytest.raises(InvalidGrantError, match="revoked"):
        flows.rotate(new.refresh_token, now=NOW + timedelta(days=13))


def test_a_live_token_survives_the_pruning_of_its_ancestors(user):
    pair = flows.issue(user, now=NOW)
    half = NOW + timedelta(days=10)
    new = flows.rotate(pair.refresh_token, now=half)

    flows.prune(now=NOW + timedelta(days=20))

    assert 1 == RefreshToken.objects.count()
    assert flows.rotate(new.refresh_token, now=NOW + timedelta(days=20))


def test_it_goes_by_batches_and_reports_each(user):
    flows.issue(user, now=NOW)
    expired_tokens(TokenFamily.objects.get(), 10)
    told = []

    pruned = flows.prune(
        batch_size=4,
        progress=lambda *facts: told.append(facts),
        now=NOW + timedelta(days=1),
    )

    assert 10 == pruned.refresh_tokens
    assert [("refresh_tokens", done, 10) for done in (4, 8, 10)] == told


def test_a_gap_of_live_rows_costs_no_statement_a_batch(
    user, django_assert_max_num_queries
):
    flows.issue(user, now=NOW)
    family = TokenFamily.objects.get()
    expired_tokens(family, 2)
    first, second = RefreshToken.objects.filter(expires_at=NOW).order_by("pk")
    RefreshToken.objects.filter(pk=second.pk).update(id=first.pk + 1_000_000)

    with django_assert_max_num_queries(10):
        pruned = flows.prune(batch_size=10, now=NOW + timedelta(days=1))

    assert 2 == pruned.refresh_tokens


def test_a_rehearsal_counts_and_deletes_nothing(user):
    flows.issue(user, now=NOW)
    before = rows()

    pruned = flows.prune(dry_run=True, now=NOW + timedelta(days=100))

    assert Pruned(1, 1, 0, 0) == pruned
    assert before == rows()


def test_a_batch_of_nothing_is_refused(db):
    with pytest.raises(ValueError, match="at least 1"):
        flows.prune(batch_size=0)


@pytest.mark.django_db(transaction=True)
def test_an_interruption_keeps_what_was_done_and_the_next_run_does_the_rest(user):
    flows.issue(user, now=NOW)
    expired_tokens(TokenFamily.objects.get(), 10)
    batches = []

    def interrupt(execute, sql, params, many, context):
        if sql.startswith("DELETE"):
            batches.append(sql)
            if len(batches) == 2:
                raise KeyboardInterrupt
        return execute(sql, params, many, context)

    later = NOW + timedelta(days=1)
    with connection.execute_wrapper(interrupt), pytest.raises(KeyboardInterrupt):
        flows.prune(batch_size=4, now=later)

    assert 7 == RefreshToken.objects.count()
    assert 6 == flows.prune(batch_size=4, now=later).refresh_tokens


class TestClock:
    """A clock that is a year ahead would end everybody's session."""

    def test_without_a_token_no_clock_is_wrong(self, db):
        assert not is_clock_ahead(NOW)

    def test_the_life_of_a_session_without_a_token_is_suspicious(self, user):
        flows.issue(user, now=NOW)

        assert not is_clock_ahead(NOW + timedelta(days=90))
        assert is_clock_ahead(NOW + timedelta(days=91))
