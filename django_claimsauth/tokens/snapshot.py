"""
What was revoked lately, in the memory of this process: the mode `bounded`.

No query on the hot path; the snapshot is read again every `REVOCATION_INTERVAL`,
which is the bound within which other processes see a revocation. With
`REVOCATION_CACHE` every change is announced through a shared cache, and seen at
the next request. Where the store cannot be read in time, nothing stands.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.cache import caches
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from django_claimsauth.conf import settings
from django_claimsauth.tokens.keyring import grace
from django_claimsauth.tokens.models import NotBefore, RevokedToken, TokenFamily

logger = logging.getLogger(__name__)

CACHE_KEY = "claimsauth:revocations"
#: Seconds before a store that failed is asked again.
RETRY_AFTER = 1.0


@dataclass(frozen=True, slots=True)
class Revocations:
    """Everything revoked that an access token alive today may meet."""

    jtis: frozenset[str] = frozenset()
    sids: frozenset[str] = frozenset()
    not_before: dict[str, float] = field(default_factory=dict)

    def refuse(
        self, digest: str | None, sid: str | None, subject: str, issued_at: float
    ) -> bool:
        """Tell whether a token is revoked."""
        if digest in self.jtis or sid in self.sids:
            return True
        stamp = self.not_before.get(subject)
        return stamp is not None and issued_at < int(stamp)

    @classmethod
    def read(cls, now: datetime) -> Revocations:
        """Read them: a query a table, each by an index."""
        since = now - grace()
        families = TokenFamily.objects.filter(revoked_at__gte=since)
        tokens = RevokedToken.objects.filter(expires_at__gte=since)
        stamps = NotBefore.objects.filter(not_before__gte=since)
        return cls(
            jtis=frozenset(tokens.values_list("digest", flat=True)),
            sids=frozenset(families.values_list("sid", flat=True)),
            not_before={
                str(user_id): stamp.timestamp()
                for user_id, stamp in stamps.values_list("user_id", "not_before")
            },
        )


class Snapshot:
    """
    The revocations as this process read them last.

    Args:
        clock: a monotonic clock in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget what was read: the settings changed."""
        self._revocations = Revocations()
        self._generation: Any = None
        self._due_at = float("-inf")
        self._failed_at = float("-inf")

    def stands(
        self, digest: str | None, sid: str | None, subject: str, issued_at: float
    ) -> bool:
        """
        Tell whether a token is not among the revoked.

        Raises:
            django.db.OperationalError: the snapshot is due and cannot be read.
        """
        generation = announced()
        if self._clock() >= self._due_at or generation != self._generation:
            self._refresh(generation)
        return not self._revocations.refuse(digest, sid, subject, issued_at)

    def _refresh(self, generation: Any) -> None:
        with self._lock:
            started = self._clock()
            if started < self._due_at and generation == self._generation:
                # Another thread has read it meanwhile.
                return
            if started < self._failed_at + RETRY_AFTER:
                raise OperationalError("The revocation store failed a moment ago.")
            try:
                self._revocations = Revocations.read(timezone.now())
            except (OperationalError, InterfaceError):
                self._failed_at = started
                raise
            interval = settings.tokens.revocation_interval.total_seconds()
            # From the start of reading: what came later may be missing.
            self._due_at = started + interval
            self._generation = generation


def announced() -> Any:
    """Return what the shared cache says of the last change; None without one."""
    alias = settings.tokens.revocation_cache
    if alias is None:
        return None
    try:
        return caches[alias].get(CACHE_KEY)
    except Exception:
        # A cache that is away costs the immediacy; the interval still holds.
        logger.exception("The cache %r cannot say whether a token was revoked", alias)
        return None


def announce() -> None:
    """Tell the other processes, through the cache, that something was revoked."""
    alias = settings.tokens.revocation_cache
    if alias is None:
        return
    try:
        caches[alias].set(CACHE_KEY, secrets.token_hex(8), timeout=None)
    except Exception:
        logger.exception("The cache %r was not told of a revocation", alias)


snapshot = Snapshot()
settings.on_drop(snapshot.reset)
