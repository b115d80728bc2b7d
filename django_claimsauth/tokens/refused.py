"""Tokens that were refused a moment ago, by digest: not asked about again at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import NamedTuple

from django_claimsauth.tokens.verified import token_key


class Refused(NamedTuple):
    """A refusal and how long it holds."""

    code: str
    until: float


class RefusedTokens:
    """
    A bounded memory, the oldest forgotten first.

    Args:
        size: how many tokens; 0 remembers none.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._entries: OrderedDict[bytes, Refused] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, token: str, now: float) -> str | None:
        """Return the code that a token was refused for a moment ago, or None."""
        entry = self._entries.get(token_key(token))
        return entry.code if entry is not None and now < entry.until else None

    def add(self, token: str, code: str, until: float) -> None:
        """Remember a refusal."""
        with self._lock:
            self._entries[token_key(token)] = Refused(code, until)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)
