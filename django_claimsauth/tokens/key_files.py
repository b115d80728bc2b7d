"""
Signing keys in a directory: one file a key, and beside it a file of its dates.

`<kid>.pem` (or `<kid>.jwk` for an HMAC secret) has mode 0600; `<kid>.json` says
when the key activates and retires. A key's state is what its dates make it, so
every process that reads the directory sees a rotation at the same moment.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from django_claimsauth.authentication.encoding import (
    decode_json,
    encode_base64url,
    encode_json,
)
from django_claimsauth.errors import ConfigurationError
from django_claimsauth.tokens.generation import generate_pem, generate_private_key
from django_claimsauth.tokens.signing import SigningKey
from django_claimsauth.tokens.strength import UnusableKeyError

KEY_SUFFIXES = (".pem", ".jwk")
DATES_SUFFIX = ".json"
DATES = ("created_at", "activates_at", "retires_at")
PRIVATE_MODE = 0o600
#: A suffix, and what stands in the file.
KeyFile = tuple[str, bytes]


class KeyState(Enum):
    """
    What a key does.

    A staged one is published and does not sign yet, an active one signs (the
    newest of them), a retired one verifies until its last token has expired.
    """

    STAGED = "staged"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldKey:
    """A signing key with its dates; without dates it is active, always."""

    key: SigningKey
    created_at: datetime | None = None
    activates_at: datetime | None = None
    retires_at: datetime | None = None
    path: Path | None = None

    def state(self, now: datetime) -> KeyState:
        """Return what the dates make of the key at this time."""
        if self.retires_at is not None and now >= self.retires_at:
            return KeyState.RETIRED
        if self.activates_at is not None and now < self.activates_at:
            return KeyState.STAGED
        return KeyState.ACTIVE


def read_key_file(path: Path, alg: str | None = None) -> SigningKey:
    """
    Read one signing key: PEM, or a JWK.

    Raises:
        UnusableKeyError: nothing in the file signs.

        ConfigurationError: the file cannot be read.
    """
    try:
        octets = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"The signing key {path} cannot be read: {error.strerror}."
        ) from error
    return read_key(octets, alg)


def read_key(octets: bytes, alg: str | None = None) -> SigningKey:
    """
    Read a signing key from what a file or a variable holds: PEM, or a JWK.

    Args:
        alg: the algorithm of an RSA key; any other key says its own.

    Raises:
        UnusableKeyError: nothing in it signs.
    """
    if not octets.lstrip().startswith(b"{"):
        key = SigningKey.from_pem(octets)
        return SigningKey.from_pem(octets, alg=alg) if _is_open(key, alg) else key
    try:
        return SigningKey.from_jwk(decode_json(octets))
    except ValueError:
        raise UnusableKeyError("A signing key is neither PEM nor a JWK.") from None


def read_directory(directory: Path) -> tuple[HeldKey, ...]:
    """
    Return the keys of a directory, the one that activates last first.

    A directory that is not there holds no key.
    """
    if not directory.is_dir():
        return ()
    paths = [each for each in directory.iterdir() if each.suffix in KEY_SUFFIXES]
    held = [held_key(path) for path in sorted(paths)]
    oldest = datetime.min.replace(tzinfo=UTC)
    return tuple(
        sorted(held, key=lambda each: each.activates_at or oldest, reverse=True)
    )


def version_of(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what changes whenever the file, or a file of the directory, does."""
    try:
        if path.is_dir():
            stats = [(each.name, each.stat()) for each in os.scandir(path)]
        else:
            stats = [(path.name, path.stat())]
    except OSError:
        return ()
    return tuple(sorted((name, st.st_mtime_ns, st.st_ino) for name, st in stats))


def create_key(
    directory: Path,
    alg: str,
    *,
    activates_at: datetime,
    now: datetime,
    generate: Callable[[str], KeyFile] | None = None,
) -> HeldKey:
    """
    Generate a key, and write it where nobody else can read it.

    Args:
        generate: makes the file of a new key; from the system's randomness when
            None.

    Raises:
        UnusableKeyError: an unknown algorithm.

        OSError: the directory cannot be written, or the file exists.
    """
    suffix, content, key = _generated(alg, generate or new_key_file)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = directory / f"{key.kid}{suffix}"
    held = HeldKey(key=key, created_at=now, activates_at=activates_at, path=path)
    # The dates first: a key file alone would count as active at once.
    write_dates(held)
    _write_new(path, content)
    return held


def write_dates(held: HeldKey) -> None:
    """Write the dates of a key that has a path, at once or not at all."""
    dates = {
        "alg": held.key.alg,
        "created_at": _text(held.created_at),
        "activates_at": _text(held.activates_at),
        "retires_at": _text(held.retires_at),
    }
    target = _path(held).with_suffix(DATES_SUFFIX)
    temporary = target.with_suffix(f".{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    _write_new(temporary, json.dumps(dates, indent=2).encode())
    temporary.replace(target)


def retire(held: HeldKey, retires_at: datetime) -> HeldKey:
    """Have a key sign no more from this time on, and return it as it is then."""
    retired = replace(held, retires_at=retires_at)
    write_dates(retired)
    return retired


def delete_key(held: HeldKey) -> None:
    """Remove a key's files; its tokens verify no more."""
    path = _path(held)
    path.unlink(missing_ok=True)
    path.with_suffix(DATES_SUFFIX).unlink(missing_ok=True)


def _is_open(key: SigningKey, alg: str | None) -> bool:
    """Tell whether `alg` is to decide: RSA alone serves several algorithms."""
    return alg is not None and {key.alg[:2], alg[:2]} <= {"RS", "PS"}


def held_key(path: Path, alg: str | None = None) -> HeldKey:
    """
    Return the key of a file, with the dates that lie beside it, if any do.

    Args:
        alg: the algorithm of an RSA key that has no dates to name it.

    Raises:
        ConfigurationError: the key or its dates cannot be read.
    """
    dates = _read_dates(path.with_suffix(DATES_SUFFIX))
    return HeldKey(
        key=read_key_file(path, dates.get("alg") or alg),
        created_at=_time(dates.get("created_at")),
        activates_at=_time(dates.get("activates_at")),
        retires_at=_time(dates.get("retires_at")),
        path=path,
    )


def _path(held: HeldKey) -> Path:
    if held.path is None:
        raise ConfigurationError(f"The key {held.key.kid} is in no directory.")
    return held.path


def _read_dates(path: Path) -> dict[str, str | None]:
    if not path.exists():
        return {}
    try:
        dates = decode_json(path.read_bytes())
        for name in DATES:
            _time(dates.get(name))
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ConfigurationError(
            f"The dates of a signing key, {path}, cannot be read: {error}."
        ) from error
    return dates  # type: ignore[no-any-return]


def _generated(
    alg: str, generate: Callable[[str], KeyFile]
) -> tuple[str, bytes, SigningKey]:
    while True:
        suffix, content = generate(alg)
        key = read_key(content, alg)
        # A name that begins with "-" would be an option to every command.
        if not key.kid.startswith("-"):
            return suffix, content, key


def new_key_file(alg: str) -> KeyFile:
    """
    Return the suffix and the content of a new key's file.

    Raises:
        UnusableKeyError: an unknown algorithm.
    """
    if not alg.startswith("HS"):
        return ".pem", generate_pem(alg)
    secret: Any = generate_private_key(alg)
    jwk = {"kty": "oct", "alg": alg, "k": encode_base64url(secret).decode("ascii")}
    return ".jwk", encode_json(jwk)


def _write_new(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, PRIVATE_MODE), "wb") as file:
        file.write(content)


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _text(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone(UTC).isoformat()
