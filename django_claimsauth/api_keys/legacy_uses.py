"""
The count of old credentials: exact in the process, written at most once a minute.

Written when a request has ended, by the thread that used the credential; what was
not written when a process is killed is lost, a minute's count at most.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Lock, get_ident
from typing import Any, Final

from django.core.signals import request_finished
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from django_claimsauth.api_keys.models import LegacyUse

logger = logging.getLogger("django_claimsauth.api_keys")
INTERVAL: Final = 60.0


class Uses:
    """The uses of one credential that are not written yet."""

    __slots__ = ("count", "name", "thread", "written_at")

    def __init__(self) -> None:
        self.count = 0
        self.name = ""
        self.thread = 0
        self.written_at: float | None = None


class Counter:
    """The uses of this process, by scheme and credential; only accepted ones."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._uses: dict[tuple[str, str], Uses] = {}
        self._lock = Lock()

    def note(self, scheme: str, credential: str, name: str) -> None:
        """Count one use."""
        with self._lock:
            uses = self._uses.setdefault((scheme, credential), Uses())
            uses.count += 1
            uses.name = name
            uses.thread = get_ident()

    def flush(self, **kwargs: Any) -> None:
        """Write what is due: at once at first, then once a minute."""
        for (scheme, credential), name, count in self._due():
            try:
                _write(scheme, credential, name, count)
            except Exception:
                # A count that is not written must not be an outage.
                logger.warning("Uses of an old credential were lost.", exc_info=True)

    def _due(self) -> list[tuple[tuple[str, str], str, int]]:
        now, due = self._clock(), []
        with self._lock:
            for place, uses in self._uses.items():
                waited = uses.written_at is None or now - uses.written_at >= INTERVAL
                if uses.count and waited and uses.thread == get_ident():
                    due.append((place, uses.name, uses.count))
                    uses.count, uses.written_at = 0, now
        return due


def _write(scheme: str, credential: str, name: str, count: int) -> None:
    logger.warning(
        "The scheme %s accepted the old credential %s of %r, %d times.",
        scheme,
        credential,
        name,
        count,
    )
    now = timezone.now()
    rows = LegacyUse.objects.filter(scheme=scheme, credential=credential)
    changed = {"uses": F("uses") + count, "last_used_at": now, "name": name[:255]}
    if rows.update(**changed):
        return
    try:
        with transaction.atomic():
            LegacyUse.objects.create(
                scheme=scheme,
                credential=credential,
                name=name[:255],
                uses=count,
                last_used_at=now,
            )
    except IntegrityError:
        # Another process came first.
        rows.update(**changed)


counter = Counter()
request_finished.connect(counter.flush, dispatch_uid="django_claimsauth.legacy_uses")
