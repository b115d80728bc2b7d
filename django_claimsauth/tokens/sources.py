"""
Where verification keys are kept: in settings, a file, the environment, a callable.

Each is a `KeySource`, asked at every validation, so that keys may rotate without a
restart; what does not change costs no parsing.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens.jwks import KeySet, KeySource, KeysUnavailableError
from django_claimsauth.tokens.keys import VerificationKey
from django_claimsauth.tokens.strength import UnusableKeyError

logger = logging.getLogger(__name__)

ENVIRONMENT = "env:"
#: How long, in seconds, a process may not see that a file changed.
FILE_INTERVAL = 5.0


def key_source(given: Any) -> KeySource:
    """
    Return the source that a setting describes.

    Args:
        given: a KeySource; a key; a JWK set as a dict; JSON, PEM or DER; a path;
            `env:NAME`; a callable that returns any of these but a callable.

    Raises:
        UnusableKeyError: no key in it that can be used.
        SettingsError: something else, a file or a variable that is not there.
    """
    if callable(getattr(given, "current", None)):
        return given  # type: ignore[no-any-return]
    if isinstance(given, Path):
        return FileKeys(given)
    if isinstance(given, str):
        return _of_text(given)
    if callable(given):
        return CallableKeys(given)
    return _key_set(given)


def read_keys(octets: bytes) -> KeySet:
    """
    Read a JWK set, a JWK, or a public key in PEM or DER.

    Raises:
        UnusableKeyError: none of these, or no usable key.
    """
    text = octets.lstrip()
    if text.startswith(b"{"):
        return _not_empty(KeySet.from_jwks(octets))
    if b"-----BEGIN" in text:
        return KeySet([VerificationKey.from_pem(octets)])
    return KeySet([VerificationKey.from_der(octets)])


class FileKeys:
    """
    The keys of a file, read again when it changed.

    Raises:
        SettingsError: the file cannot be read.
        UnusableKeyError: no usable key in it.
    """

    def __init__(self, path: Path, *, interval: float = FILE_INTERVAL) -> None:
        self._path = path
        self._interval = interval
        self._lock = threading.Lock()
        self._version: object = None
        self._key_set = self._read()

    def __repr__(self) -> str:
        return f"<FileKeys {self._path}>"

    def current(self) -> KeySet:
        """Return the keys; a changed file is seen within the interval."""
        if time.monotonic() - self._looked_at >= self._interval:
            self.refreshed()
        return self._key_set

    def refreshed(self) -> KeySet | None:
        """Look at the file at once; None where it has not changed, or is bad now."""
        with self._lock:
            self._looked_at = time.monotonic()
            if self._version == _version(self._path):
                return None
            try:
                self._key_set = self._read()
            except (SettingsError, UnusableKeyError) as error:
                # Half a file, while it is being written, must not lock users out.
                logger.warning("%s The keys read before stay in use.", error)
                return None
            return self._key_set

    def _read(self) -> KeySet:
        self._looked_at = time.monotonic()
        version = _version(self._path)
        try:
            key_set = read_keys(self._path.read_bytes())
        except OSError as error:
            raise SettingsError(
                f"The keys in {self._path} cannot be read: {error.strerror}."
            ) from error
        self._version = version
        return key_set


class CallableKeys:
    """
    The keys that a callable returns, asked at each use.

    Return the same value while nothing changed: then nothing is parsed again.
    """

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function
        self._known: tuple[Any, KeySet] | None = None

    def __repr__(self) -> str:
        return f"<CallableKeys {self._function!r}>"

    def current(self) -> KeySet:
        """
        Return the keys.

        Raises:
            KeysUnavailableError: the callable failed, or returned no usable key.
        """
        try:
            answer = self._function()
            known = self._known
            if known is not None and known[0] == answer:
                return known[1]
            key_set = _key_set(answer)
        except Exception as error:
            # Whatever a vault's client raises: no key, no answer, and no 500.
            logger.exception("The callable %r returned no keys", self._function)
            raise KeysUnavailableError(ascii(error)[:200]) from error
        # A copy: the callable may go on changing its own.
        self._known = (
            answer if isinstance(answer, KeySet) else deepcopy(answer),
            key_set,
        )
        return key_set

    def refreshed(self) -> None:
        """Return None: the callable is asked at each use."""


def _key_set(given: Any) -> KeySet:
    if isinstance(given, KeySet):
        return _not_empty(given)
    if isinstance(given, VerificationKey):
        return KeySet([given])
    if isinstance(given, Mapping):
        return _not_empty(KeySet.from_jwks(given))
    if isinstance(given, str | bytes):
        return read_keys(given.encode() if isinstance(given, str) else given)
    raise SettingsError(
        f"keys is a {type(given).__name__}; a JWK set, PEM, a path, env:NAME or a "
        "callable is expected."
    )


def _of_text(given: str) -> KeySource:
    if given.startswith(ENVIRONMENT):
        name = given.removeprefix(ENVIRONMENT)
        if not os.environ.get(name):
            raise SettingsError(f"keys names the variable {name}, which is not set.")
        # A variable of one line writes line ends as two characters.
        return read_keys(os.environ[name].replace("\\n", "\n").encode())
    if given.lstrip().startswith("{") or "-----BEGIN" in given:
        return read_keys(given.encode())
    return FileKeys(Path(given))


def _not_empty(key_set: KeySet) -> KeySet:
    if not key_set:
        raise UnusableKeyError("A JWK set has no usable key; the log says why.")
    return key_set


def _version(path: Path) -> object:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino, stat.st_size
