"""
Rates: so many in a window, counted once for all processes.

The count is one atomic increment in Django's cache (Redis and Memcached between
processes, the local-memory cache within one). Windows are fixed and start at
multiples of their length, so that every process counts in the same one; around
a border up to twice the limit may pass within one length.
"""

from __future__ import annotations

import hashlib
import logging
import math
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

from django.core.cache import cache

logger = logging.getLogger("django_claimsauth.rates")

SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
MAX_LIMIT: Final = 10**9
_RATE = re.compile(r"([1-9][0-9]{0,9})/(s|sec|second|m|min|minute|h|hour|d|day)")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `limit` in each window of `seconds`."""

    limit: int
    period: str

    @property
    def seconds(self) -> int:
        """The length of the window."""
        return SECONDS[self.period]

    def __str__(self) -> str:
        return f"{self.limit}/{self.period}"


@dataclass(frozen=True, slots=True)
class Charge:
    """What came of counting one more."""

    allowed: bool
    count: int
    #: Whole seconds until the window ends, at least 1: `Retry-After`.
    retry_after: int


def parse_rate(text: object) -> Rate:
    """
    Return the rate that `"100/minute"` means (second, minute, hour or day).

    Raises:
        ValueError: anything else.
    """
    match = _RATE.fullmatch(text) if isinstance(text, str) else None
    if match is None or int(match[1]) > MAX_LIMIT:
        shown = repr(text)[:60]
        raise ValueError(
            f"{shown} is no rate; '100/minute' is expected: a number up to "
            f"{MAX_LIMIT}, '/', and second, minute, hour or day."
        )
    period = next(each for each in SECONDS if each.startswith(match[2][:1]))
    return Rate(int(match[1]), period)


def charge(bucket: str, rate: Rate, *, now: float | None = None) -> Charge:
    """
    Count one more in this bucket, and tell whether it is within the rate.

    Args:
        bucket: who is counted; any text.

        now: seconds since the epoch.
    """
    moment = time.time() if now is None else now
    window = int(moment // rate.seconds)
    name = hashlib.sha256(bucket.encode("utf-8", "surrogatepass")).hexdigest()[:40]
    key = f"claimsauth:rate:{name}:{rate.period}:{window}"
    count = _counted(key, rate.seconds)
    ends = (window + 1) * rate.seconds
    return Charge(count <= rate.limit, count, max(1, math.ceil(ends - moment)))


def _counted(key: str, seconds: int) -> int:
    try:
        return _increment(key, seconds)
    except Exception:  # noqa: BLE001  # whatever the cache's client raises
        # A cache that is down must not open the gate: this process counts alone.
        logger.warning("The cache does not count; rates hold for each process alone.")
        return _alone.increment(key)


def _increment(key: str, seconds: int) -> int:
    try:
        return cache.incr(key)
    except ValueError:
        # Nobody counted yet. Of several who find that out, one adds the zero. It
        # outlives its window, so that it never expires between these two calls.
        cache.add(key, 0, timeout=2 * seconds)
        return cache.incr(key)


class _Counters:
    """Counts of this process, bounded: the oldest go first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def increment(self, key: str) -> int:
        """Count one more, and return the count."""
        with self._lock:
            count = self._counts.pop(key, 0) + 1
            self._counts[key] = count
            if len(self._counts) > self._size:
                self._counts.popitem(last=False)
            return count


_alone = _Counters(10_000)
