"""
The project's own signing keys, as `SIGNING_KEYS` and their files are now.

Which of them signs, which only verify, and when a process sees a change.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings as django_settings
from django.utils import timezone

from django_claimsauth.conf import settings
from django_claimsauth.errors import ConfigurationError, SettingsError
from django_claimsauth.tokens.algorithms import Family
from django_claimsauth.tokens.jwks import KeySet
from django_claimsauth.tokens.key_entries import held_by, is_called, path_of
from django_claimsauth.tokens.key_files import HeldKey, KeyState, version_of
from django_claimsauth.tokens.signing import SigningKey

logger = logging.getLogger(__name__)

WHERE = "CLAIMSAUTH['TOKENS']['SIGNING_KEYS']"
#: How long, in seconds, a process may not see that a key file changed.
RELOAD_INTERVAL = 1.0
#: How long, in seconds, what a callable returned is used.
CALL_INTERVAL = 60.0


class SigningKeyRing:
    """
    The keys that this project signs with, and the set that verifies its tokens.

    It is a `KeySource`: an unknown `kid` makes it look at the files again, so a
    process meets a key that another one has just begun to sign with.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget the keys: the settings changed."""
        self._held: tuple[HeldKey, ...] | None = None
        self._versions: Any = None
        self._checked_at = 0.0
        self._key_set = KeySet([])
        self._kids: tuple[str, ...] = ()
        # Of which keys the set was made, and until when (seconds since the epoch).
        self._made_of: tuple[tuple[HeldKey, ...], float] = ((), 0.0)
        # Until when (on the monotonic clock) nobody need look at anything.
        self._fresh_until = 0.0
        self._ephemeral: HeldKey | None = None

    def held(self) -> tuple[HeldKey, ...]:
        """
        Return every key, in the settings' order, a directory's newest first.

        Raises:
            ConfigurationError: an entry that holds no key.
        """
        elapsed = time.monotonic() - self._checked_at
        if self._held is None or elapsed >= RELOAD_INTERVAL:
            self._load()
        return self._held or ()

    def signing_key(self, now: datetime | None = None) -> SigningKey:
        """
        Return the key that signs: the first active one.

        Raises:
            ConfigurationError: there is none; says which command makes one.
        """
        moment = now or timezone.now()
        for each in self.held():
            if each.state(moment) is KeyState.ACTIVE:
                return each.key
        raise ConfigurationError(
            f"No signing key is active: {WHERE} has "
            f"{len(self.held())} keys. Make one with "
            "`manage.py create_signing_key --dir <directory>` and name the directory "
            "there. SECRET_KEY is never a signing key."
        )

    def published(self, now: datetime | None = None) -> tuple[SigningKey, ...]:
        """Return the keys whose tokens verify: all but those retired for long."""
        moment = now or timezone.now()
        return tuple(each.key for each in self.held() if not is_past(each, moment))

    def current(self) -> KeySet:
        """Return the set that verifies; the same object while nothing changed."""
        if time.monotonic() - self._checked_at >= RELOAD_INTERVAL:
            self._load()
        held = self._held or self.held()
        made_of, until = self._made_of
        left = until - time.time()
        if made_of is not held or left <= 0:
            self._make_set(held)
            left = self._made_of[1] - time.time()
        self._fresh_until = min(
            self._checked_at + RELOAD_INTERVAL, time.monotonic() + left
        )
        return self._key_set

    @property
    def generation(self) -> int:
        """What changes whenever the set that verifies does."""
        if time.monotonic() < self._fresh_until:
            return self._key_set.generation
        return self.current().generation

    def refreshed(self) -> KeySet | None:
        """Look at the files again; None where nothing changed."""
        before = self.current()
        self._load()
        after = self.current()
        return None if after is before else after

    def _make_set(self, held: tuple[HeldKey, ...]) -> None:
        now = timezone.now()
        keys = [each.key for each in held if not is_past(each, now)]
        kids = tuple(each.kid for each in keys)
        if kids != self._kids:
            self._key_set = KeySet(each.verification_key for each in keys)
            self._kids = kids
        self._made_of = (held, _first_end(held, now))

    def _load(self) -> None:
        entries = settings.tokens.signing_keys
        with self._lock:
            versions = [_version(entry) for entry in entries]
            if self._held is None or versions != self._versions:
                self._held = self._read(entries) or self._stand_in()
                self._versions = versions
                self._fresh_until = 0.0
            self._checked_at = time.monotonic()

    def _read(self, entries: Iterable[Any]) -> tuple[HeldKey, ...]:
        try:
            return _checked(
                held
                for place, entry in enumerate(entries)
                for held in held_by(entry, f"{WHERE}[{place}]")
            )
        except Exception:
            if self._held is None:
                raise
            # Half a file, or a vault that is away: what was read before signs on.
            logger.exception("The signing keys cannot be read again")
            return self._held

    def _stand_in(self) -> tuple[HeldKey, ...]:
        if not django_settings.DEBUG:
            return ()
        if self._ephemeral is None:
            logger.warning(
                "%s is empty: tokens are signed with a key of this process, which "
                "another process does not know. DEBUG alone allows this.",
                WHERE,
            )
            key = SigningKey.generate(settings.tokens.algorithm)
            self._ephemeral = HeldKey(key=key)
        return (self._ephemeral,)


def is_past(held: HeldKey, now: datetime) -> bool:
    """Tell whether a key was retired so long ago that no token of it is alive."""
    if held.retires_at is None:
        return False
    return now >= held.retires_at + grace()


def _first_end(held: Iterable[HeldKey], now: datetime) -> float:
    """Return when the next of these keys stops verifying, in seconds since 1970."""
    ends = (each.retires_at + grace() for each in held if each.retires_at is not None)
    return min((end.timestamp() for end in ends if end > now), default=float("inf"))


def grace() -> timedelta:
    """Return how long a retired key's last token may still be presented."""
    return settings.tokens.access_token_lifetime + settings.tokens.leeway


def _version(entry: Any) -> Any:
    path = path_of(entry)
    if path is not None:
        return version_of(path)
    # What stands in the settings does not change; whoever is called may rotate.
    return int(time.monotonic() // CALL_INTERVAL) if is_called(entry) else None


def _checked(held: Iterable[HeldKey]) -> tuple[HeldKey, ...]:
    # The same key by two ways is one key, and one kid.
    found = tuple({each.key.kid: each for each in held}.values())
    families = {each.key.verification_key.family for each in found}
    if Family.HMAC in families and len(families) > 1:
        # RFC 8725 section 3.1: a public key must never be read as a secret.
        raise SettingsError(
            f"{WHERE} has secrets beside private keys; one kind of the two is expected."
        )
    return found


keys = SigningKeyRing()
settings.on_drop(keys.reset)
