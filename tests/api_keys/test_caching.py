"""Look-up modes: what may be a moment old, and what may not."""

import time
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.caching import Entry, KeyCache
from django_claimsauth.api_keys.handler import APIKeyHandler
from django_claimsauth.api_keys.models import ApiKey
from django_claimsauth.api_keys.records import ApiKeyRecord
from django_claimsauth.authentication import AuthenticateResult

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["bounded", "off"])
def caching(request, bearing):
    """Present a key to a scheme that may use what it read before."""
    handler = APIKeyHandler("api_key", lookup=request.param)
    return lambda secret, **headers: handler.authenticate(bearing(secret, **headers))


def elsewhere(**values):
    """Change the row as another process would: no cache hears of it."""
    ApiKey.objects.update(**values)


class TestHit:
    def test_asks_no_database(self, issued, caching, django_assert_num_queries):
        first = caching(issued.secret)

        with django_assert_num_queries(0):
            assert first == caching(issued.secret)

    def test_is_judged_again_by_the_clock(self, caching):
        issued = flows.issue("k", expires_in=timedelta(seconds=2))
        assert caching(issued.secret)

        time.sleep(2)

        assert not caching(issued.secret)

    def test_is_judged_again_by_the_address(self, caching, settings):
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "TRUSTED_PROXY_COUNT": 1}
        issued = flows.issue("k", allowed_networks=["10.0.0.0/8"])

        there = caching(issued.secret, **{"X-Forwarded-For": "10.0.0.1"})
        elsewhere = caching(issued.secret, **{"X-Forwarded-For": "11.0.0.1"})

        assert there
        assert not elsewhere

    def test_counts_for_the_rate(self, caching):
        issued = flows.issue("k", rate="2/day")

        assert [None, None, "rate_limited"] == [
            caching(issued.secret).code for _ in range(3)
        ]

    def test_is_of_the_whole_key_alone(self, issued, caching):
        assert caching(issued.secret)

        assert not caching(issued.secret[:-1])
        assert not caching(issued.secret + "a")

    def test_a_refused_key_is_not_kept(self, issued, caching):
        elsewhere(disabled_at=timezone.now())
        assert not caching(issued.secret)

        elsewhere(disabled_at=None)

        assert caching(issued.secret)


class TestWhatThisProcessChanges:
    @pytest.mark.parametrize("change", [flows.revoke, flows.disable])
    def test_it_sees_at_once(self, issued, caching, change):
        assert caching(issued.secret)

        change(issued.api_key)

        assert not caching(issued.secret)

    def test_a_rotation_without_overlap_it_sees_at_once(self, issued, caching):
        assert caching(issued.secret)

        flows.rotate(issued.api_key, overlap=timedelta(0))

        assert not caching(issued.secret)

    def test_an_owner_who_is_deactivated_it_sees_at_once(self, ada, issued, caching):
        assert caching(issued.secret)

        ada.is_active = False
        ada.save()

        assert not caching(issued.secret)

    def test_an_owner_who_is_deleted_it_sees_at_once(self, ada, issued, caching):
        assert caching(issued.secret)

        ada.delete()

        assert not caching(issued.secret)

    def test_another_owner_costs_nothing(
        self, issued, caching, django_assert_num_queries
    ):
        caching(issued.secret)
        get_user_model().objects.create_user("eve")

        with django_assert_num_queries(0):
            caching(issued.secret)

    @pytest.mark.django_db(transaction=True)
    def test_what_was_read_before_the_commit_is_forgotten_after_it(
        self, issued, caching
    ):
        with transaction.atomic():
            flows.revoke(issued.api_key)
            # Another thread still reads the row as it was, and keeps it.
            revoked = ApiKey.objects.get()
            elsewhere(revoked_at=None)
            assert caching(issued.secret)
            elsewhere(revoked_at=revoked.revoked_at)

        assert not caching(issued.secret)


class TestWhatOthersChange:
    def test_bounded_sees_within_the_time(self, issued, bearing):
        handler = APIKeyHandler(
            "k", lookup="bounded", refresh=timedelta(milliseconds=1)
        )
        assert handler.authenticate(bearing(issued.secret))
        elsewhere(revoked_at=timezone.now())
        time.sleep(0.002)

        assert not handler.authenticate(bearing(issued.secret))

    def test_off_relies_on_expiry(self, issued, bearing):
        handler = APIKeyHandler("k", lookup="off", refresh=timedelta(milliseconds=1))
        assert handler.authenticate(bearing(issued.secret))
        elsewhere(revoked_at=timezone.now())

        assert handler.authenticate(bearing(issued.secret))

    def test_strict_makes_the_same_principal_once(self, issued, present):
        first, second = (present(issued.secret).principal for _ in range(2))

        assert first is second

    @pytest.mark.parametrize(
        ("change", "claim"),
        [
            ({"scope": "other"}, ("scope", "other")),
            ({"claims": {"tier": "gold"}}, ("tier", "gold")),
            ({"name": "other"}, ("key_name", "other")),
        ],
        ids=str,
    )
    def test_strict_sees_another_row_at_the_next_request(
        self, issued, present, change, claim
    ):
        assert not present(issued.secret).principal.has_claim(*claim)

        elsewhere(**change)

        assert present(issued.secret).principal.has_claim(*claim)

    def test_strict_sees_another_name_of_the_owner(self, issued, present):
        assert "ada" == present(issued.secret).principal.name

        get_user_model().objects.update(username="grace")

        assert "grace" == present(issued.secret).principal.name

    def test_strict_sees_at_the_next_request(self, issued, present):
        assert present(issued.secret)
        elsewhere(revoked_at=timezone.now())

        assert not present(issued.secret)


class TestCache:
    def entry(self, key_id="a" * 12, read_at=0.0):
        record = ApiKeyRecord(key_id, "k", "0" * 64)
        return Entry(record, AuthenticateResult.no_result(), read_at)

    def test_an_entry_is_there_until_its_age(self):
        cache = KeyCache(2, max_age=5.0)
        cache.put("d", self.entry())

        assert cache.get("d", 4.9) is not None
        assert cache.get("d", 5.0) is None
        assert cache.get("other", 0.0) is None

    def test_is_bounded_and_the_first_go_first(self):
        cache = KeyCache(2, max_age=None)
        for digest in ("a", "b", "a", "c"):
            cache.put(digest, self.entry())

        assert [True, False, True] == [
            cache.get(digest, 10**9) is not None for digest in ("a", "b", "c")
        ]
