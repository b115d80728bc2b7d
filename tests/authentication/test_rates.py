"""Rates are exact: in a window, between threads, and without a cache."""

import logging
import threading

import pytest
from django.core.cache import cache

from django_claimsauth.authentication import rates
from django_claimsauth.authentication.rates import Rate, charge, parse_rate

NOON = 1_800_000_000.0 // 86400 * 86400 + 43200


class TestParse:
    @pytest.mark.parametrize(
        ("text", "rate"),
        [
            ("1/s", Rate(1, "second")),
            ("100/minute", Rate(100, "minute")),
            ("5/m", Rate(5, "minute")),
            ("5/min", Rate(5, "minute")),
            ("5/sec", Rate(5, "second")),
            ("7/h", Rate(7, "hour")),
            ("1000000000/day", Rate(10**9, "day")),
        ],
    )
    def test_a_number_and_a_period(self, text, rate):
        assert rate == parse_rate(text)
        assert rate == parse_rate(str(rate))

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "1",
            "1/",
            "/s",
            "0/s",
            "-1/s",
            "1.5/s",
            "1/year",
            "1/s ",
            "٣/s",
            "1/mm",
            "1000000001/s",
            None,
            5,
            "9" * 10_000 + "/s",
        ],
        ids=lambda text: repr(text)[:20],
    )
    def test_anything_else_is_an_error(self, text):
        with pytest.raises(ValueError, match="100/minute"):
            parse_rate(text)


class TestCharge:
    def test_the_limit_passes_and_the_next_does_not(self):
        rate = Rate(3, "minute")

        charges = [charge("a", rate, now=NOON) for _ in range(5)]

        assert [True, True, True, False, False] == [each.allowed for each in charges]
        assert [1, 2, 3, 4, 5] == [each.count for each in charges]

    def test_the_next_window_counts_anew(self):
        rate = Rate(1, "minute")
        charge("a", rate, now=NOON + 59.9)

        assert not charge("a", rate, now=NOON + 59.9).allowed
        assert charge("a", rate, now=NOON + 60).allowed

    def test_buckets_do_not_share(self):
        rate = Rate(1, "minute")

        assert all(
            charge(name, rate, now=NOON).allowed for name in ("a", "b", "\ud800")
        )

    @pytest.mark.parametrize(
        ("at", "seconds"), [(0, 60), (0.5, 60), (30, 30), (59, 1), (59.99, 1)]
    )
    def test_retry_after_is_the_end_of_the_window(self, at, seconds):
        assert seconds == charge("a", Rate(1, "minute"), now=NOON + at).retry_after

    def test_now_is_now(self):
        assert charge("a", Rate(1, "day")).allowed

    def test_is_exact_between_threads(self):
        rate, allowed = Rate(50, "day"), []
        barrier = threading.Barrier(8)

        def use():
            barrier.wait()
            allowed.extend(charge("shared", rate, now=NOON).allowed for _ in range(20))

        threads = [threading.Thread(target=use) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

        assert (160, 50) == (len(allowed), sum(allowed))

    def test_a_bucket_leaves_nothing_for_ever(self):
        """It is in the cache with a time to live, so nothing is left to prune."""
        charge("a", Rate(1, "second"))

        assert cache.get("claimsauth:rate:a") is None


@pytest.mark.parametrize(
    "backend",
    ["django.core.cache.backends.redis.RedisCache", "no.such.Backend"],
)
def test_without_a_cache_each_process_counts_alone(settings, caplog, backend):
    """A cache that is down must not open the gate."""
    settings.CACHES = {
        "default": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1/0"}
    }
    rate = Rate(2, "day")

    with caplog.at_level(logging.WARNING):
        allowed = [charge(f"down {backend}", rate, now=NOON).allowed for _ in range(3)]

    assert [True, True, False] == allowed
    assert "does not count" in caplog.text


def test_counts_of_a_process_are_bounded():
    counters = rates._Counters(2)

    counts = [counters.increment(key) for key in ("a", "b", "a", "c", "b")]

    assert [1, 1, 2, 1, 1] == counts
