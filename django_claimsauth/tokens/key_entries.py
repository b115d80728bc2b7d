"""
What an entry of `SIGNING_KEYS` may be, and the keys that it holds.

A directory or a file, PEM or JWK text, `env:NAME`, a `SigningKey`, or a callable
(or its dotted path) that returns one or several: a secret manager, or a vault that
signs and never shows the key. A bare secret where `ALGORITHM` names HMAC, and
`SECRET_KEY` never.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.utils.module_loading import import_string

from django_claimsauth.authentication.digests import matches
from django_claimsauth.authentication.encoding import encode_json
from django_claimsauth.conf import settings
from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens.key_files import (
    KEY_SUFFIXES,
    HeldKey,
    held_key,
    read_directory,
    read_key,
)
from django_claimsauth.tokens.signing import SigningKey

ENVIRONMENT = "env:"


def held_by(entry: Any, where: str) -> Iterable[HeldKey]:
    """
    Return the keys that an entry holds; of a directory, the newest first.

    Args:
        where: the entry's place in the settings, for messages.

    Raises:
        ConfigurationError: nothing of what an entry may be, or no usable key.
    """
    directory = directory_of(entry)
    if directory is not None:
        return read_directory(directory)
    path = path_of(entry)
    if path is not None:
        return [held_key(path, settings.tokens.algorithm)]
    if is_called(entry):
        return _called(entry, where)
    return [HeldKey(key=_key_of(entry, where))]


def path_of(entry: Any) -> Path | None:
    """Return the path that an entry is, or None where it is something else."""
    if isinstance(entry, Path):
        return entry
    if not isinstance(entry, str) or entry.startswith(ENVIRONMENT) or _is_text(entry):
        return None
    if _is_dotted(entry) or _is_secret(entry):
        return None
    return Path(entry)


def directory_of(entry: Any) -> Path | None:
    """Return the directory that an entry names, there already or not, or None."""
    path = path_of(entry)
    if path is None or path.suffix in KEY_SUFFIXES or path.is_file():
        return None
    return path


def is_called(entry: Any) -> bool:
    """Tell whether an entry is a callable, or a dotted path to one."""
    if isinstance(entry, str):
        return _is_dotted(entry)
    return callable(entry)


def _is_text(entry: str) -> bool:
    return "-----BEGIN" in entry or entry.lstrip().startswith("{")


def _is_dotted(entry: str) -> bool:
    parts = entry.split(".")
    return (
        len(parts) > 1
        and all(part.isidentifier() for part in parts)
        and f".{parts[-1]}" not in KEY_SUFFIXES
    )


def _is_secret(entry: str) -> bool:
    # Where HMAC is named, what is no path is the secret itself.
    return _uses_secrets() and os.sep not in entry and not Path(entry).exists()


def _uses_secrets() -> bool:
    return settings.tokens.algorithm.startswith("HS")


def _key_of(entry: Any, where: str) -> SigningKey:
    if isinstance(entry, SigningKey):
        return entry
    if isinstance(entry, Mapping):
        return read_key(encode_json(dict(entry)))
    if isinstance(entry, str) and entry.startswith(ENVIRONMENT):
        return _of_variable(entry.removeprefix(ENVIRONMENT), where)
    if isinstance(entry, str):
        return _of_octets(entry.encode())
    if isinstance(entry, bytes):
        return _of_octets(entry)
    raise SettingsError(
        f"{where} is a {type(entry).__name__}; a path, PEM, a JWK, env:NAME, a "
        "SigningKey or a callable is expected."
    )


def _of_variable(name: str, where: str) -> SigningKey:
    value = os.environ.get(name, "")
    if not value:
        raise SettingsError(f"{where} names the variable {name}, which is not set.")
    # A variable of one line writes line ends as two characters.
    return _of_octets(value.replace("\\n", "\n").encode())


def _of_octets(octets: bytes) -> SigningKey:
    algorithm = settings.tokens.algorithm
    is_text = octets.lstrip().startswith((b"-----BEGIN", b"{"))
    if is_text or not _uses_secrets():
        return read_key(octets, algorithm)
    if matches(octets.decode("latin-1"), str(django_settings.SECRET_KEY)):
        raise SettingsError(
            "A signing key is SECRET_KEY, which signs other things; make one with "
            "`manage.py create_signing_key --alg HS256`."
        )
    return SigningKey.from_secret(octets, alg=algorithm)


def _called(entry: Any, where: str) -> Iterable[HeldKey]:
    try:
        function = import_string(entry) if isinstance(entry, str) else entry
    except ImportError as error:
        raise SettingsError(f"{where} cannot be imported: {error}.") from error
    answer = function()
    answers = answer if isinstance(answer, list | tuple) else [answer]
    if any(is_called(each) for each in answers):
        raise SettingsError(f"{where} returned a callable; a key is expected.")
    place = f"what {where} returned"
    return [held for each in answers for held in held_by(each, place)]
