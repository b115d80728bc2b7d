"""When a key was last used: sampled, and no part of the request."""

import logging
from datetime import timedelta
from threading import get_ident

import pytest
from django.core.signals import request_finished
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils import timezone

from django_claimsauth.api_keys import expiry, flows
from django_claimsauth.api_keys.models import ApiKey
from django_claimsauth.api_keys.records import ApiKeyRecord
from django_claimsauth.api_keys.store import DatabaseStore
from django_claimsauth.api_keys.usage import REMEMBERED, Sample, Sampler
from django_claimsauth.signals import api_key_expiring

pytestmark = pytest.mark.django_db


class RememberingStore:
    """Remembers what it was told."""

    def __init__(self):
        self.told = []

    def find(self, key_id):
        return None

    def used(self, record, moment, ip, *, previous):
        self.told.append((record.key_id, moment, ip, previous))


class BrokenStore(RememberingStore):
    """Cannot be written to."""

    def used(self, record, moment, ip, *, previous):
        raise DatabaseError("read-only")


def record(**values):
    return ApiKeyRecord("a" * 12, "k", "0" * 64, **values)


def use(store, moment, *, of=None, previous=False, thread=None):
    of = record() if of is None else of
    return Sample(store, of, moment, None, previous, thread or get_ident())


def end_of_request():
    """End a request as Django's test client does: the test's transaction stays."""
    request_finished.disconnect(close_old_connections)
    request_finished.send(sender=None)
    request_finished.connect(close_old_connections)


class TestAtTheEndOfTheRequest:
    def test_time_and_address_are_written(self, issued, present):
        before = timezone.now()

        present(issued.secret)
        during = ApiKey.objects.get().last_used_at
        end_of_request()

        api_key = ApiKey.objects.get()
        assert during is None
        assert before <= api_key.last_used_at <= timezone.now()
        assert "127.0.0.1" == api_key.last_used_ip

    def test_the_second_use_within_a_minute_is_not_written(
        self, issued, present, django_assert_num_queries
    ):
        present(issued.secret)
        end_of_request()

        with django_assert_num_queries(2):
            for _ in range(2):
                present(issued.secret)
                end_of_request()

    def test_a_use_after_a_minute_is_written(self, issued, present):
        old = timezone.now() - timedelta(seconds=61)
        ApiKey.objects.update(last_used_at=old)

        present(issued.secret)
        end_of_request()

        assert old < ApiKey.objects.get().last_used_at

    def test_the_old_secret_of_a_rotation_has_a_time_of_its_own(self, issued, present):
        """It tells whether somebody still uses it."""
        rotated = flows.rotate(issued.api_key)
        present(rotated.secret)
        end_of_request()
        unused = ApiKey.objects.get().previous_used_at
        present(issued.secret)
        end_of_request()

        assert unused is None
        assert ApiKey.objects.get().previous_used_at is not None

    def test_a_refused_key_is_not_used(self, issued, present):
        flows.disable(issued.api_key)

        present(issued.secret)
        end_of_request()

        assert ApiKey.objects.get().last_used_at is None

    @pytest.mark.django_db(transaction=True)
    def test_a_view_that_rolls_back_undoes_nothing(self, issued, present):
        with transaction.atomic():
            present(issued.secret)
            transaction.set_rollback(True)
        end_of_request()

        assert ApiKey.objects.get().last_used_at is not None

    @pytest.mark.django_db(transaction=True)
    def test_a_connection_opened_for_it_is_closed_again(self, issued, present):
        present(issued.secret)
        connection.close()
        end_of_request()

        assert connection.connection is None
        assert ApiKey.objects.get().last_used_at is not None

    def test_a_key_that_soon_expires_is_reported_once(self, present):
        issued = flows.issue("k", expires_in=timedelta(days=1))
        sent = []

        def receive(api_key, **kwargs):
            sent.append(api_key)

        api_key_expiring.connect(receive)
        present(issued.secret)
        end_of_request()
        ApiKey.objects.update(last_used_at=None)
        found = DatabaseStore().find(issued.api_key.public_id)
        DatabaseStore().used(found, timezone.now(), None, previous=False)
        api_key_expiring.disconnect(receive)

        assert [issued.api_key] == sent

    def test_of_two_processes_that_find_it_expiring_one_reports(self, present):
        api_key = flows.issue("k", expires_in=timedelta(days=1)).api_key

        assert [True, False] == [expiry.warn(api_key, timezone.now()) for _ in "ab"]


class TestSampler:
    def test_writes_each_key_once_a_minute(self):
        store, sampler, now = RememberingStore(), Sampler(), timezone.now()

        for seconds in (0, 1, 59, 60, 61, 119, 120):
            moment = now + timedelta(seconds=seconds)
            sampler.note(use(store, moment))
            sampler.flush()

        assert [0, 60, 120] == [
            (moment - now).total_seconds() for _, moment, _, _ in store.told
        ]

    def test_writes_the_two_secrets_of_a_rotation_each(self):
        store, sampler, now = RememberingStore(), Sampler(), timezone.now()

        for previous in (False, True, False, True):
            sampler.note(use(store, now, previous=previous))
        sampler.flush()

        assert [False, True] == [each[3] for each in store.told]

    def test_remembers_a_bounded_number_of_keys(self):
        store, sampler, now = RememberingStore(), Sampler(), timezone.now()

        for n in range(REMEMBERED + 10):
            one = ApiKeyRecord(f"{n:012}", "k", "0" * 64)
            sampler.note(use(store, now, of=one))

        assert REMEMBERED == len(sampler._sampled)

    def test_leaves_another_threads_uses_to_that_thread_for_a_while(self):
        """It may be inside a transaction that this one would wait for."""
        store, sampler, now = RememberingStore(), Sampler(), timezone.now()
        other = get_ident() + 1
        lately = record()._replace(key_id="b" * 12)
        sampler.note(use(store, now - timedelta(seconds=61), thread=other))
        sampler.note(use(store, now, of=lately, thread=other))

        sampler.flush()

        assert ["a" * 12] == [each[0] for each in store.told]

    def test_a_store_that_cannot_be_written_to_costs_one_warning(self, caplog):
        sampler, now = Sampler(), timezone.now()

        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                sampler.note(use(BrokenStore(), now))
                sampler.flush()

        assert ["WARNING"] == [each.levelname for each in caplog.records]


class TestStore:
    def test_of_two_processes_within_the_minute_one_writes(self, issued):
        store, now = DatabaseStore(), timezone.now()
        found = store.find(issued.api_key.public_id)

        store.used(found, now, "10.0.0.1", previous=False)
        store.used(found, now + timedelta(seconds=59), "10.0.0.2", previous=False)

        assert "10.0.0.1" == ApiKey.objects.get().last_used_ip
