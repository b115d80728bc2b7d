"""
When a key was last used: sampled, and written after the request.

At most one write a minute a key, by whichever process comes first. It is made
when the request has ended, so it is no part of the request's transaction: a view
that rolls back undoes nothing, and a database that cannot be written to costs a
warning and no request.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from datetime import datetime
from threading import Lock, get_ident
from typing import Any, Final, NamedTuple

from django.core.signals import request_finished
from django.db import connections
from django.utils import timezone

from django_claimsauth.api_keys.records import ApiKeyRecord, ApiKeyStore
from django_claimsauth.api_keys.store import USED_INTERVAL

logger = logging.getLogger("django_claimsauth.api_keys")
#: Secrets whose last sample is remembered; beyond them the database tells, by
#: changing no row.
REMEMBERED: Final = 50_000


class Sample(NamedTuple):
    """One use that is to be written, and the thread in which it was made."""

    store: ApiKeyStore
    record: ApiKeyRecord
    moment: datetime
    ip: str | None
    previous: bool
    thread: int


class Sampler:
    """The uses of this process: which were sampled lately, which wait to be written."""

    def __init__(self) -> None:
        self._sampled: OrderedDict[tuple[str, bool], datetime] = OrderedDict()
        self._waiting: dict[tuple[str, bool], Sample] = {}
        self._lock = Lock()

    def is_due(self, key_id: str, now: datetime, *, previous: bool) -> bool:
        """Tell whether this process noted no use of this secret in the last minute."""
        sampled = self._sampled.get((key_id, previous))
        return sampled is None or now - sampled >= USED_INTERVAL

    def note(self, sample: Sample) -> None:
        """Remember the use, unless one was noted within the last minute."""
        place = (sample.record.key_id, sample.previous)
        with self._lock:
            if not self.is_due(place[0], sample.moment, previous=sample.previous):
                return
            self._sampled[place] = sample.moment
            self._sampled.move_to_end(place)
            if len(self._sampled) > REMEMBERED:
                self._sampled.popitem(last=False)
            self._waiting[place] = sample

    def flush(self, **kwargs: Any) -> None:
        """Write what this thread's request left; what cannot be written is lost."""
        if not self._waiting:
            return
        samples = self._taken(get_ident(), timezone.now())
        unused = [each for each in connections.all() if each.connection is None]
        for sample in samples:
            _write(sample)
        for connection in unused:
            # Django has closed the request's connections already; what was
            # opened for this is closed by the same rule.
            connection.close_if_unusable_or_obsolete()

    def _taken(self, thread: int, now: datetime) -> list[Sample]:
        # Another thread may be inside a transaction that this one would wait for,
        # so it writes its own; where it never does, it has waited long enough.
        with self._lock:
            taken = {
                place: sample
                for place, sample in self._waiting.items()
                if sample.thread == thread or now - sample.moment >= USED_INTERVAL
            }
            for place in taken:
                del self._waiting[place]
        return list(taken.values())


def _write(sample: Sample) -> None:
    try:
        sample.store.used(
            sample.record, sample.moment, sample.ip, previous=sample.previous
        )
    except Exception:
        # Whatever the store is, a use that is not noted must not be an outage.
        logger.warning(
            "The use of the API key %s was not noted.",
            sample.record.key_id,
            exc_info=True,
        )


sampler = Sampler()
# Not weak: it lives as long as the process, and is called after each request.
request_finished.connect(
    sampler.flush, weak=False, dispatch_uid="django_claimsauth.api_keys"
)
