"""
The project's own signing keys: what `SIGNING_KEYS` names, as they are now.

An entry is a directory or a file, PEM or JWK text, `env:NAME`, a `SigningKey`,
or a callable (or its dotted path) that returns one or several: a secret manager,
or a vault that signs and never shows the key. `SECRET_KEY` is never one of them.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.utils import timezone
from django.utils.module_loading import import_string

from django_claimsauth.conf import settings
from django_claimsauth.errors import ConfigurationError, SettingsError
from django_claimsauth.tokens.algorithms import Family
from django_claimsauth.tokens.encoding import encode_json
from django_claimsauth.tokens.jwks import KeySet
from django_claimsauth.tokens.key_files import (
    KEY_SUFFIXES,
    HeldKey,
    KeyState,
    read_directory,
    read_key,
    read_key_file,
    version_of,
)
from django_claimsauth.tokens.signing import SigningKey

logger = logging.getLogger(__name__)

ENVIRONMENT = "env:"
WHERE = "CLAIMSAUTH['TOKENS']['SIGNING_KEYS']"
#: How long, in seconds, a process may not see that a key file changed.
RELOAD_INTERVAL = 1.0


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
        self._key_set: tuple[tuple[str, ...], KeySet] = ((), KeySet([]))
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
        return tuple(each.key for each in self.held() if not _is_past(each, moment))

    def current(self) -> KeySet:
        """Return the set that verifies; the same object while nothing changed."""
        keys = self.published()
        kids = tuple(each.kid for each in keys)
        known, key_set = self._key_set
        if known != kids:
            key_set = KeySet(each.verification_key for each in keys)
            self._key_set = (kids, key_set)
        return key_set

    def refreshed(self) -> KeySet | None:
        """Look at the files again; None where nothing changed."""
        before = self.current()
        self._load()
        after = self.current()
        return None if after is before else after

    def _load(self) -> None:
        entries = settings.tokens.signing_keys
        with self._lock:
            versions = [_version(entry) for entry in entries]
            if self._held is None or versions != self._versions:
                self._held = _checked(_all_of(entries)) or self._stand_in()
                self._versions = versions
            self._checked_at = time.monotonic()

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


def _is_past(held: HeldKey, now: datetime) -> bool:
    if held.retires_at is None:
        return False
    return now >= held.retires_at + grace()


def grace() -> timedelta:
    """Return how long a retired key's last token may still be presented."""
    return settings.tokens.access_token_lifetime + settings.tokens.leeway


def directory_of(entry: Any) -> Path | None:
    """Return the directory that an entry of `SIGNING_KEYS` names, or None."""
    path = _path_of(entry)
    if path is None or path.suffix in KEY_SUFFIXES or path.is_file():
        return None
    return path


def _path_of(entry: Any) -> Path | None:
    if isinstance(entry, Path):
        return entry
    if not isinstance(entry, str) or entry.startswith(ENVIRONMENT):
        return None
    # Not a path: PEM and JWK text, and a dotted path.
    if "-----BEGIN" in entry or entry.lstrip().startswith("{"):
        return None
    return None if _is_dotted(entry) else Path(entry)


def _is_dotted(entry: str) -> bool:
    parts = entry.split(".")
    return (
        len(parts) > 1
        and all(part.isidentifier() for part in parts)
        and f".{parts[-1]}" not in KEY_SUFFIXES
    )


def _version(entry: Any) -> Any:
    path = _path_of(entry)
    return None if path is None else version_of(path)


def _all_of(entries: Iterable[Any]) -> Iterator[HeldKey]:
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        for held in _keys_of(entry, f"{WHERE}[{place}]"):
            # The same key by two ways is one key, and one kid.
            if held.key.kid not in seen:
                seen.add(held.key.kid)
                yield held


def _checked(held: Iterable[HeldKey]) -> tuple[HeldKey, ...]:
    found = tuple(held)
    families = {each.key.verification_key.family for each in found}
    if Family.HMAC in families and len(families) > 1:
        # RFC 8725 section 3.1: a public key must never be read as a secret.
        raise SettingsError(
            f"{WHERE} has secrets beside private keys; one kind of the two is expected."
        )
    return found


def _keys_of(entry: Any, where: str) -> Iterable[HeldKey]:
    directory = directory_of(entry)
    if directory is not None:
        return read_directory(directory)
    return [HeldKey(key=key) for key in _single_keys(entry, where)]


def _single_keys(entry: Any, where: str) -> Iterable[SigningKey]:
    algorithm = settings.tokens.algorithm
    path = _path_of(entry)
    if path is not None:
        return [read_key_file(path, algorithm)]
    if isinstance(entry, SigningKey):
        return [entry]
    if isinstance(entry, Mapping):
        return [read_key(encode_json(dict(entry)), algorithm)]
    if callable(entry):
        return _called(entry, where)
    if isinstance(entry, bytes):
        return [_of_octets(entry, algorithm)]
    if not isinstance(entry, str):
        raise SettingsError(
            f"{where} is a {type(entry).__name__}; a path, PEM, a JWK, env:NAME, a "
            "SigningKey or a callable is expected."
        )
    return _of_text(entry, where, algorithm)


def _of_text(entry: str, where: str, algorithm: str | None) -> Iterable[SigningKey]:
    if entry.startswith(ENVIRONMENT):
        name = entry.removeprefix(ENVIRONMENT)
        value = os.environ.get(name, "")
        if not value:
            raise SettingsError(f"{where} names the variable {name}, which is not set.")
        # Single-line variables write line ends as two characters.
        return [_of_octets(value.replace("\\n", "\n").encode(), algorithm)]
    if not _is_dotted(entry):
        return [read_key(entry.encode(), algorithm)]
    try:
        return _called(import_string(entry), where)
    except ImportError as error:
        raise SettingsError(f"{where} cannot be imported: {error}.") from error


def _of_octets(octets: bytes, algorithm: str | None) -> SigningKey:
    configured = settings.tokens.algorithm
    is_text = octets.lstrip().startswith((b"-----BEGIN", b"{"))
    if is_text or not configured.startswith("HS"):
        return read_key(octets, algorithm)
    # A bare secret signs only where ALGORITHM names HMAC.
    return SigningKey.from_secret(octets, alg=configured)


def _called(function: Callable[[], Any], where: str) -> Iterable[SigningKey]:
    answer = function()
    keys = answer if isinstance(answer, list | tuple) else [answer]
    return [key for each in keys for key in _answered(each, where)]


def _answered(answer: Any, where: str) -> Iterable[SigningKey]:
    if callable(answer):
        raise SettingsError(f"{where} returned a callable; a key is expected.")
    return _single_keys(answer, f"what {where} returned")


keys = SigningKeyRing()
settings.on_drop(keys.reset)
