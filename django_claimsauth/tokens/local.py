"""
What this process revoked itself: known at once here, in every mode.

Bounded: an entry is forgotten when the last access token that it could refuse has
expired.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class LocalRevocations:
    """
    Keys that count as revoked until a time, in memory.

    Keys are `("jti", digest)`, `("sid", sid)` and `("sub", subject)`; of a subject
    the value is the not-before time as well.

    `entries` are all of them; mostly there is none, and nothing more to ask.

    Args:
        clock: seconds since the epoch.
    """

    #: How many entries make the next addition look for those that are past.
    SWEEP_FROM = 1024

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.entries: dict[tuple[str, str], tuple[float, float]] = {}

    def clear(self) -> None:
        """Forget everything."""
        self.entries = {}

    def add(self, kind: str, key: str, *, until: float, at: float) -> None:
        """
        Remember a revocation.

        Args:
            until: when no access token that it concerns can be alive any more.

            at: when it was made; tokens of a subject issued before are refused.
        """
        with self._lock:
            if len(self.entries) >= self.SWEEP_FROM:
                now = self._clock()
                self.entries = {
                    name: times
                    for name, times in self.entries.items()
                    if times[0] > now
                }
            self.entries[(kind, key)] = (until, at)

    def refuses(
        self, jti_digest: str | None, sid: str | None, subject: str, issued_at: float
    ) -> bool:
        """Tell whether a token was revoked by this process."""
        entries = self.entries
        if jti_digest is not None and ("jti", jti_digest) in entries:
            return True
        if sid is not None and ("sid", sid) in entries:
            return True
        stamp = entries.get(("sub", subject))
        # By whole seconds, as `iat` is; who signed in again within the second has
        # another family, and the family is what tells them apart.
        return stamp is not None and issued_at < int(stamp[1])


local = LocalRevocations()
