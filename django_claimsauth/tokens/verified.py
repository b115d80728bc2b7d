"""
Tokens that this process has verified already, by digest, until they expire.

What is saved is the work on the signature and the claims; revocation is asked
about each time (DESIGN decision 13).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from django_claimsauth.authentication.results import AuthenticateResult
    from django_claimsauth.claims import ClaimsPrincipal


class Verified(NamedTuple):
    """
    A token's claims and principal, and how long they hold.

    Args:
        generation: of the keys that verified it; others may not.

        result: what comes of it while it stands, where that is always the same.
    """

    claims: Mapping[str, Any]
    principal: ClaimsPrincipal
    not_before: float
    until: float
    generation: object
    result: AuthenticateResult | None = None


class VerifiedTokens:
    """
    A bounded memory, the least recently used forgotten first.

    Args:
        size: how many tokens; 0 remembers none. One takes about 4 KiB.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._entries: OrderedDict[bytes, Verified] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, key: bytes, now: float, generation: object) -> Verified | None:
        """Return what is known of a token, by its `token_key()`, where it holds."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.generation != generation or not entry.not_before <= now < entry.until:
            with self._lock:
                self._entries.pop(key, None)
            return None
        with self._lock:
            # Another thread may have just forgotten it, and it holds all the same.
            if key in self._entries:
                self._entries.move_to_end(key)
        return entry

    def add(self, key: bytes, entry: Verified) -> None:
        """Remember a token."""
        if not self._size:
            return
        with self._lock:
            self._entries[key] = entry
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)


def token_key(token: str) -> bytes:
    """Return what a token is remembered by."""
    # Not the token: a heap dump or a traceback would show credentials.
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
