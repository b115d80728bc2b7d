"""
What a key looks like: `<prefix>_<id>_<secret><checksum>`.

The prefix says whose key it is and for which environment, the id finds the row,
the secret is 256 random bits, and the checksum (CRC-32 of all that stands before
it) lets a typing error be refused, and a leaked key be recognised by a scanner,
without asking anybody.
"""

from __future__ import annotations

import re
import secrets
import zlib
from typing import Final, NamedTuple

from django.views.decorators.debug import sensitive_variables

from django_claimsauth.conf import settings
from django_claimsauth.errors import SettingsError

DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: One case only: some databases find `A` where `a` is asked for.
ID_LENGTH: Final = 12
SECRET_LENGTH: Final = 43
CHECKSUM_LENGTH: Final = 6
MAX_PREFIX_LENGTH: Final = 32
MAX_KEY_LENGTH: Final = (
    MAX_PREFIX_LENGTH + ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH + 2
)
ID_PATTERN: Final = f"[0-9a-z]{{{ID_LENGTH}}}"
_PREFIX = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class ParsedKey(NamedTuple):
    """A key that is well-formed, which is not yet to say that it is one."""

    text: str
    prefix: str
    key_id: str


def new_key_id() -> str:
    """Return a public id: 62 random bits, of which nothing needs to be secret."""
    return "".join(secrets.choice(DIGITS) for _ in range(ID_LENGTH))


@sensitive_variables("secret", "body")
def new_key(key_id: str) -> str:
    """Return a new key with this id, in the prefix of the settings."""
    # Late: the models need ids when Django starts, and nobody needs a secret then.
    from django_claimsauth.authentication.digests import SECRET_BYTES

    secret = base62(int.from_bytes(secrets.token_bytes(SECRET_BYTES)), SECRET_LENGTH)
    body = f"{current_prefix()}_{key_id}_{secret}"
    return body + checksum(body)


@sensitive_variables("text", "match")
def parse(text: str) -> ParsedKey | None:
    """Return the key's parts; None for what is no key of this project."""
    if len(text) > MAX_KEY_LENGTH:
        return None
    match = _accepted().fullmatch(text)
    if match is None or checksum(text[:-CHECKSUM_LENGTH]) != text[-CHECKSUM_LENGTH:]:
        return None
    return ParsedKey(text, match["prefix"], match["id"])


def pattern() -> str:
    """Return the regular expression that finds our keys, for secret scanners."""
    prefixes = "|".join(re.escape(each) for each in accepted_prefixes())
    random = SECRET_LENGTH + CHECKSUM_LENGTH
    return f"(?P<prefix>{prefixes})_(?P<id>{ID_PATTERN})_[0-9A-Za-z]{{{random}}}"


def checksum(body: str) -> str:
    """Return the six characters that follow the secret."""
    return base62(zlib.crc32(body.encode()), CHECKSUM_LENGTH)


def base62(number: int, length: int) -> str:
    """Return the number in digits, upper and lower case letters, of this length."""
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def current_prefix() -> str:
    """
    Return the prefix of the keys that are issued now: vendor and environment.

    Raises:
        SettingsError: `PREFIX` or `ENVIRONMENT` is no lower-case word.
    """
    parts = (settings.api_keys.prefix, settings.api_keys.environment)
    return _checked("_".join(part for part in parts if part))


def accepted_prefixes() -> list[str]:
    """Return the current prefix and those that are still accepted."""
    previous = [_checked(each) for each in settings.api_keys.previous_prefixes]
    return list(dict.fromkeys([current_prefix(), *previous]))


def _checked(prefix: str) -> str:
    if len(prefix) <= MAX_PREFIX_LENGTH and _PREFIX.fullmatch(prefix):
        return prefix
    raise SettingsError(
        f"CLAIMSAUTH['API_KEYS'] has the key prefix {prefix!r}; at most "
        f"{MAX_PREFIX_LENGTH} lower-case letters and digits are expected, words "
        "joined by '_', a letter first."
    )


_compiled: list[re.Pattern[str]] = []


def _accepted() -> re.Pattern[str]:
    if not _compiled:
        _compiled.append(re.compile(pattern()))
    return _compiled[0]


@settings.on_drop
def _drop() -> None:
    _compiled.clear()
