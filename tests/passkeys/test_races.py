"""Many at once: one answer counts, one account is made, one way in remains."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection

from django_claimsauth.passkeys import flows
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.models import Passkey
from tests.passkeys.authenticator import Authenticator
from tests.passkeys.conftest import BROWSER

pytestmark = pytest.mark.django_db(transaction=True)
#: SQLite has one writer at a time, whoever else waits.
MANY = 8 if django_settings.DATABASE_NAME == "sqlite" else 50


def at_once(*calls):
    """Call all at the same moment; return what came of each, a refusal as its code."""
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait(timeout=30)
        try:
            return call()
        except PasskeyError as refusal:
            return refusal.code
        except OperationalError:
            # A deadlock or a lock that was waited for too long: a 503, no success.
            return "busy"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def succeeded(results):
    return [each for each in results if not isinstance(each, str)]


def test_one_of_many_equal_answers_signs_in(user, registered):
    authenticator, _ = registered(user)
    answer = authenticator.get(flows.authentication_options(browser=BROWSER))

    results = at_once(*[lambda: flows.authenticate(answer, browsers=(BROWSER,))] * MANY)

    assert 1 == len(succeeded(results))
    assert {"challenge_unknown"} == {each for each in results if isinstance(each, str)}


def test_one_of_many_answers_with_one_counter_signs_in(user, registered, party):
    """Two devices with one key, each with a challenge of its own: one is a clone."""
    authenticator, _ = registered(user, Authenticator(counter=1))
    answers = [
        authenticator.get(flows.authentication_options(browser=BROWSER), counter=2)
        for _ in range(8)
    ]

    results = at_once(
        *[
            lambda answer=each: flows.authenticate(answer, browsers=(BROWSER,))
            for each in answers
        ]
    )

    assert 1 == len(succeeded(results))
    assert 2 == Passkey.objects.get().sign_count


def test_many_sign_ups_of_one_name_make_one_account(party):
    party(SIGN_UP=True)
    answers = [
        Authenticator().create(flows.sign_up_options("grace", browser=BROWSER))
        for _ in range(10)
    ]

    results = at_once(
        *[
            lambda answer=each: flows.sign_up(answer, browsers=(BROWSER,))
            for each in answers
        ]
    )

    assert 1 == len(succeeded(results))
    assert 1 == get_user_model().objects.count() == Passkey.objects.count()
    assert {"username_taken", "busy"} >= {e for e in results if isinstance(e, str)}


def test_many_registrations_at_once_stay_within_the_limit(user, party):
    party(MAX_PER_USER=3)
    answers = [
        Authenticator().create(flows.registration_options(user, browser=BROWSER))
        for _ in range(8)
    ]

    results = at_once(
        *[
            lambda answer=each: flows.register(user, answer, browsers=(BROWSER,))
            for each in answers
        ]
    )

    assert 3 == len(succeeded(results)) == Passkey.objects.count()


def test_one_credential_is_registered_once(user, other):
    authenticator = Authenticator()
    answers = [
        (each, authenticator.create(flows.registration_options(each, browser=BROWSER)))
        for each in (user, other) * 4
    ]

    results = at_once(
        *[
            lambda who=who, answer=answer: flows.register(
                who, answer, browsers=(BROWSER,)
            )
            for who, answer in answers
        ]
    )

    assert 1 == len(succeeded(results)) == Passkey.objects.count()


def test_of_two_ways_in_one_remains(db, registered):
    user = get_user_model().objects.create_user("grace")
    keys = [registered(user)[1].pk for _ in range(2)]

    results = at_once(*[lambda key=key: flows.remove(user, key) for key in keys])

    assert [True] == [each for each in results if each is True]
    assert 1 == Passkey.objects.count()
