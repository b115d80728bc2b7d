"""One refresh token, many processes: one successor, whoever wins."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model

from django_claimsauth.tokens import flows
from django_claimsauth.tokens.models import RefreshToken, TokenFamily
from tests.flows import racers

pytestmark = pytest.mark.django_db(transaction=True)
IS_SQLITE = settings.DATABASE_NAME == "sqlite"
# Short here; benchmarks/rotation_races.py runs the hundred rounds of 2, 16 and 64.
CROWDS = [(2, 20), (8, 10)] if IS_SQLITE else [(2, 20), (16, 10)]


def signed_in(count):
    user = get_user_model().objects.create_user("racer", password="x")
    return [flows.issue(user).refresh_token for _ in range(count)]


@pytest.mark.parametrize(("processes", "rounds"), CROWDS)
def test_many_processes_end_in_one_live_lineage_with_one_successor(processes, rounds):
    tokens = signed_in(rounds)

    lines = racers.run({"do": "race", "processes": processes, "tokens": tokens})

    assert processes * rounds == len(lines)
    for place in range(rounds):
        outcomes = [line for line in lines if line["round"] == place]
        given = {line["refresh"] for line in outcomes if "refresh" in line}
        failures = [line["failure"] for line in outcomes if "failure" in line]
        assert 1 == len(given)
        assert all("locked" in each for each in failures) if IS_SQLITE else not failures
        assert not [line for line in outcomes if "cause" in line]
    for family in TokenFamily.objects.all():
        assert family.revoked_at is None
        assert 2 == family.refresh_tokens.count()
        assert 1 == family.refresh_tokens.filter(used_at=None).count()


def test_the_successor_of_a_race_goes_on():
    tokens = signed_in(1)

    lines = racers.run({"do": "race", "processes": 4, "tokens": tokens})

    (successor,) = {line["refresh"] for line in lines if "refresh" in line}
    assert flows.rotate(successor).refresh_token != successor


def test_a_process_that_dies_at_any_statement_leaves_the_old_or_the_new_state():
    # Twice as many as there are statements: each is met before and after.
    tokens = signed_in(14)

    lines = racers.run({"do": "die", "tokens": tokens})

    killed = [line for line in lines if line["exit"] == -9]
    assert 4 <= len({line["statement"] for line in killed})
    for family in TokenFamily.objects.all():
        rows = RefreshToken.objects.filter(family=family)
        spent = rows.filter(used_at__isnull=False).count()
        # Never a spent token without its successor, never a successor of its own.
        assert (rows.count(), spent) in {(1, 0), (2, 1)}
    for token in tokens:
        again = flows.rotate(token)
        assert flows.rotate(again.refresh_token)


def test_two_that_prune_at_once_share_the_work_and_leave_what_is_alive():
    (token,) = signed_in(1)
    family = TokenFamily.objects.get()
    RefreshToken.objects.bulk_create(
        RefreshToken(
            family=family,
            digest=f"{place:064}",
            expires_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for place in range(1000)
    )

    lines = racers.run({"do": "prune", "processes": 2})

    assert 1000 == sum(line["refresh_tokens"] for line in lines)
    assert 1 == RefreshToken.objects.count()
    assert flows.rotate(token)
