"""
Keys that were looked up before, kept in the process with their principals.

An entry is found by the digest of the presented key. In the modes "bounded" and
"off" a hit needs neither parsing nor a query, and is judged again by the record as
it was read; in "strict" each key is read again, and an entry spares no more than
making the same principal of the same record.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, NamedTuple

from django.db import transaction

from django_claimsauth.api_keys.records import ApiKeyRecord
from django_claimsauth.authentication.results import AuthenticateResult


class Entry(NamedTuple):
    """A key that worked, what it came to, and when it was read (monotonic seconds)."""

    record: ApiKeyRecord
    result: AuthenticateResult
    read_at: float


class KeyCache:
    """
    A bounded cache of keys that work; those that were read first go first.

    Args:
        size: how many keys; one takes some 4 KB.

        max_age: seconds after which an entry is read again; None is never, 0 is
            at each request.
    """

    def __init__(self, size: int, max_age: float | None) -> None:
        self._size = size
        self._max_age = max_age
        self._entries: OrderedDict[str, Entry] = OrderedDict()
        self._lock = Lock()
        _caches.add(self)

    def get(self, digest: str, now: float) -> Entry | None:
        """Return the entry of a presented key, unless it is too old."""
        entry = self._entries.get(digest)
        if entry is None:
            return None
        if self._max_age is not None and now - entry.read_at >= self._max_age:
            return None
        return entry

    def last(self, digest: str) -> Entry | None:
        """Return the entry of a presented key, however old."""
        return self._entries.get(digest)

    def put(self, digest: str, entry: Entry) -> None:
        """Keep an entry."""
        with self._lock:
            self._entries.pop(digest, None)
            self._entries[digest] = entry
            if len(self._entries) > self._size:
                self._entries.popitem(last=False)

    def drop(self, unwanted: Callable[[ApiKeyRecord], bool]) -> None:
        """Forget the entries of these records."""
        with self._lock:
            for digest, entry in list(self._entries.items()):
                if unwanted(entry.record):
                    del self._entries[digest]


_caches: weakref.WeakSet[KeyCache] = weakref.WeakSet()


def forget_key(key_id: str) -> None:
    """
    Forget a key in this process: it was changed here, and here that shows at once.

    Once now, and once when the change is committed: between the two another
    thread may read, and keep, what was before.
    """
    _forget(lambda record: record.key_id == key_id)
    transaction.on_commit(lambda: _forget(lambda record: record.key_id == key_id))


def forget_owner(owner_id: Any) -> None:
    """Forget the keys of a user who was changed or deleted in this process."""
    _forget(lambda record: record.owner_id == owner_id)
    transaction.on_commit(lambda: _forget(lambda record: record.owner_id == owner_id))


def _forget(unwanted: Callable[[ApiKeyRecord], bool]) -> None:
    for cache in list(_caches):
        cache.drop(unwanted)
