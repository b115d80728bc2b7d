"""
The keys that an issuer publishes: found by discovery, kept, and renewed.

OpenID Connect Discovery 1.0 section 4, RFC 8414. No network is needed to start;
keys once known outlive an outage; an unknown `kid` costs one fetch, however many
tokens name it.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens.fetch import FetchError
from django_claimsauth.tokens.jwks import KeySet, KeysUnavailableError
from django_claimsauth.tokens.metadata import Fetch, IssuerDocuments
from django_claimsauth.tokens.shared_keys import Published, SharedKeys
from django_claimsauth.tokens.strength import UnusableKeyError

logger = logging.getLogger(__name__)

# Metadata and keys together: one request waits no longer, once.
FETCH_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """
    When published keys are fetched, and how long they are kept.

    Args:
        interval: they are fetched again after this, when they are used.

        cool_down: the least time between two fetches for an unknown `kid`, and
            between two attempts that fail.

        keep: how long they stay in use while the issuer cannot be reached.
    """

    interval: timedelta = timedelta(hours=12)
    cool_down: timedelta = timedelta(seconds=30)
    keep: timedelta = timedelta(hours=24)

    def __post_init__(self) -> None:
        for name in ("interval", "cool_down", "keep"):
            value = getattr(self, name)
            if not isinstance(value, timedelta) or value <= timedelta(0):
                raise SettingsError(
                    f"{name} is {value!r}; a timedelta above 0 is expected."
                )


@dataclass(frozen=True, slots=True)
class _Known:
    key_set: KeySet
    published: Published
    fetched_at: float


class DiscoveredKeys:
    """
    The keys of an authority; a `KeySource`.

    Args:
        documents: the authority's metadata and keys, and how they are fetched.

        renewal: when they are fetched, and how long they are kept.

        shared: the entry of Django's cache that processes share, None for none.

        patience: how long, in seconds, a request waits for another's fetch.

        clock, wall_clock: seconds since any moment, and since 1970.
    """

    def __init__(
        self,
        documents: IssuerDocuments,
        *,
        renewal: Renewal | None = None,
        shared: SharedKeys | None = None,
        patience: float = 2 * FETCH_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._documents = documents
        self._renewal = renewal or Renewal()
        self._shared = shared
        self._patience = patience
        self._clock = clock
        self._wall_clock = wall_clock
        self._lock = threading.Lock()
        self._known: _Known | None = None
        self._asked_at = self._failed_at = -math.inf

    def __repr__(self) -> str:
        return f"<DiscoveredKeys {self._documents.metadata_address}>"

    @property
    def generation(self) -> int:
        """The generation of the keys as they are known, 0 for none; fetches nothing."""
        known = self._known
        if known is None or not self._is_younger(known, self._renewal.keep):
            return 0
        return known.key_set.generation

    def current(self) -> KeySet:
        """
        Return the keys, fetched where they are not known or old.

        Raises:
            KeysUnavailableError: none were ever fetched, or too long ago.
        """
        known = self._known
        if known is not None and self._is_younger(known, self._renewal.interval):
            return known.key_set
        # With keys at hand nobody waits for another's fetch.
        usable = known is not None and self._is_younger(known, self._renewal.keep)
        if self._lock.acquire(timeout=0 if usable else self._patience):
            try:
                if self._known is known and not self._cools_down(self._failed_at):
                    self._adopt_or_renew(known)
            finally:
                self._lock.release()
        return self._kept()

    def refreshed(self) -> KeySet | None:
        """
        Return newer keys after an unknown `kid`, None where there are none.

        One thread fetches, the others wait for it; then nobody fetches for the
        time of the cool-down.
        """
        before = self._known
        if not self._lock.acquire(timeout=self._patience):
            return None
        try:
            if self._known is before and not self._cools_down(self._asked_at):
                self._asked_at = self._clock()
                # The keys may have moved, if the last attempt failed.
                self._renew(before, metadata=math.isfinite(self._failed_at))
        finally:
            self._lock.release()
        after = self._known
        if after is None or (before is not None and before.key_set is after.key_set):
            return None
        return after.key_set

    def _adopt_or_renew(self, known: _Known | None) -> None:
        shared = self._from_shared(known)
        if shared is not None and self._is_younger(shared, self._renewal.interval):
            self._known = shared
            return
        self._renew(known, metadata=True)
        if self._known is None:
            # Another process's, older than we would like: better than none.
            self._known = shared

    def _renew(self, known: _Known | None, *, metadata: bool) -> None:
        try:
            self._known = self._fetched(known, metadata=metadata)
            self._failed_at = -math.inf
        except (FetchError, UnusableKeyError) as error:
            self._failed_at = self._clock()
            logger.warning("%r: the keys are not renewed: %s", self, error)

    def _fetched(self, known: _Known | None, *, metadata: bool) -> _Known:
        at_hand = None if known is None or metadata else known.published.jwks_uri
        jwks_uri, jwks = self._documents.fetch(FETCH_SECONDS, at_hand)
        published = Published(jwks, jwks_uri, self._wall_clock())
        fetched = _Known(_key_set(known, jwks), published, self._clock())
        if self._shared is not None:
            self._shared.write(published)
        return fetched

    def _from_shared(self, known: _Known | None) -> _Known | None:
        published = None if self._shared is None else self._shared.read()
        if published is None:
            return None
        if known is not None and published.fetched_at <= known.published.fetched_at:
            return None
        age = max(0.0, self._wall_clock() - published.fetched_at)
        try:
            key_set = _key_set(known, published.jwks)
        except UnusableKeyError:
            return None
        shared = _Known(key_set, published, self._clock() - age)
        return shared if self._is_younger(shared, self._renewal.keep) else None

    def _kept(self) -> KeySet:
        known = self._known
        if known is not None and self._is_younger(known, self._renewal.keep):
            return known.key_set
        waited = self._clock() - self._failed_at
        left = self._renewal.cool_down.total_seconds() - waited
        raise KeysUnavailableError(f"{self!r} has no keys", math.ceil(max(1.0, left)))

    def _is_younger(self, known: _Known, age: timedelta) -> bool:
        return self._clock() - known.fetched_at < age.total_seconds()

    def _cools_down(self, since: float) -> bool:
        return self._clock() - since < self._renewal.cool_down.total_seconds()


def discovered_keys(
    authority: str,
    *,
    issuer: str | None = None,
    metadata_address: str | None = None,
    allow_loopback_http: bool = False,
    trusted_hosts: Iterable[str] = (),
    fetch: Fetch | None = None,
    renewal: Renewal | None = None,
    cache: str | None = "default",
) -> DiscoveredKeys:
    """
    Return the keys of an authority: `IssuerDocuments`, renewed, in a shared cache.

    Args:
        authority: the issuer's URL; the other arguments are those of
            `IssuerDocuments`.

        cache: the Django cache that processes share, None for none.

    Raises:
        SettingsError: an address that would never be fetched.
    """
    documents = IssuerDocuments(
        authority,
        issuer=issuer,
        metadata_address=metadata_address,
        allow_loopback_http=allow_loopback_http,
        trusted_hosts=trusted_hosts,
        fetch=fetch,
    )
    chosen = renewal or Renewal()
    shared = (
        SharedKeys(
            documents.metadata_address, alias=cache, seconds=chosen.keep.total_seconds()
        )
        if cache is not None
        else None
    )
    return DiscoveredKeys(documents, renewal=chosen, shared=shared)


def _key_set(known: _Known | None, jwks: dict[str, Any]) -> KeySet:
    if known is not None and known.published.jwks == jwks:
        # The same set: what was verified with it stays verified.
        return known.key_set
    key_set = KeySet.from_jwks(jwks, remote=True)
    if not key_set:
        raise UnusableKeyError("The issuer publishes no usable key.")
    return key_set
