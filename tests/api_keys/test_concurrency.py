"""What runs at once has one winner, and no limit is passed."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.errors import ApiKeyError
from django_claimsauth.api_keys.format import new_key_id
from django_claimsauth.api_keys.models import ApiKey

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def at_once(*calls):
    """Run each call in a thread of its own, all at once; return what came of them."""
    barrier = threading.Barrier(len(calls))
    outcomes = []

    def run(call):
        barrier.wait()
        try:
            outcomes.append(call())
        except ApiKeyError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return outcomes


def codes(outcomes):
    return sorted(each for each in outcomes if isinstance(each, str))


def test_of_issues_with_one_name_one_wins(ada):
    calls = [lambda: flows.issue("ci", owner=ada) for _ in range(THREADS)]

    outcomes = at_once(*calls)

    assert ["duplicate_name"] * (THREADS - 1) == codes(outcomes)
    assert 1 == ApiKey.objects.count()


def test_of_services_with_one_name_one_wins():
    outcomes = at_once(*[lambda: flows.issue("ci") for _ in range(THREADS)])

    assert ["duplicate_name"] * (THREADS - 1) == codes(outcomes)


def test_of_issues_with_one_ticket_one_wins(ada):
    key_id = new_key_id()
    calls = [
        lambda: flows.issue("ci", owner=ada, key_id=key_id) for _ in range(THREADS)
    ]

    outcomes = at_once(*calls)

    assert ["already_issued"] * (THREADS - 1) == codes(outcomes)


def test_the_limit_of_an_owner_holds(ada, settings):
    section = {"MAX_KEYS_PER_OWNER": 3}
    settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "API_KEYS": section}

    outcomes = at_once(
        *[lambda n=n: flows.issue(f"k{n}", owner=ada) for n in range(THREADS)]
    )

    assert ["too_many_keys"] * (THREADS - 3) == codes(outcomes)
    assert 3 == ApiKey.objects.count()


def test_of_rotations_one_wins(issued, present):
    stale = [ApiKey.objects.get() for _ in range(THREADS)]

    outcomes = at_once(
        *[lambda key=key: flows.rotate(key, overlap=timedelta(0)) for key in stale]
    )

    assert ["changed_meanwhile"] * (THREADS - 1) == codes(outcomes)
    (winner,) = (each for each in outcomes if not isinstance(each, str))
    assert present(winner.secret)


@pytest.mark.parametrize("turn", range(5))
def test_a_key_that_is_revoked_while_it_is_rotated_is_dead(present, turn):
    flows.issue("race")
    rotating, revoking = ApiKey.objects.get(), ApiKey.objects.get()

    outcomes = at_once(lambda: flows.rotate(rotating), lambda: flows.revoke(revoking))

    secrets = [each.secret for each in outcomes if hasattr(each, "secret")]
    assert not any(present(secret) for secret in secrets)


def test_an_owner_who_is_deactivated_meanwhile_has_no_key_that_works(ada, present):
    users = get_user_model().objects

    outcomes = at_once(
        lambda: flows.issue("k", owner=ada), lambda: users.update(is_active=False)
    )

    secrets = [each.secret for each in outcomes if hasattr(each, "secret")]
    assert not any(present(secret) for secret in secrets)
