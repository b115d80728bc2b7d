"""
Strict base64url and strict JSON: one text for one value, or a refusal.

RFC 7515 section 2 (base64url without padding) and RFC 8725 section 3: a decoder
that repairs what it reads lets two spellings stand for one token.
"""

from __future__ import annotations

import binascii
import json
import math
from collections.abc import Sequence
from typing import Any, NoReturn

MAX_DEPTH = 32
_JSON_BLANKS = " \t\n\r"
# What is foreign to base64url becomes what is foreign to every base64.
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/!!!")
_PADDING = (b"", b"===", b"==", b"=")
_TO_URL = bytes.maketrans(b"+/", b"-_")


def decode_base64url(text: bytes) -> bytes:
    """
    Return what base64url text stands for.

    Raises:
        ValueError: padding, a foreign character, or unused bits that are not 0.
    """
    try:
        padded = text.translate(_FROM_URL) + _PADDING[len(text) % 4]
        decoded = binascii.a2b_base64(padded)
    except binascii.Error as error:
        raise ValueError(f"not base64url: {error}") from None
    # The decoder skips foreign characters and ignores unused bits: what it
    # read must be what it would write.
    if binascii.b2a_base64(decoded, newline=False) != padded:
        raise ValueError("not base64url in its one canonical form")
    return decoded


def encode_base64url(octets: bytes) -> bytes:
    """Return octets as base64url text without padding."""
    # What the module `base64` does, without the five calls that it takes for it.
    encoded = binascii.b2a_base64(octets, newline=False)
    return encoded.translate(_TO_URL).rstrip(b"=")


def decode_json(octets: bytes) -> Any:
    """
    Return the JSON value that UTF-8 octets spell.

    Raises:
        ValueError: not UTF-8, not JSON, a member twice, NaN or an infinity, a
            lone surrogate, an integer of thousands of digits, deeper than
            `MAX_DEPTH` levels.
    """
    try:
        text = octets.decode("utf-8").strip(_JSON_BLANKS)
        value, end = _decoder.raw_decode(text)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None
    if end != len(text):
        raise ValueError("something stands after the JSON value")
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _check_depth(value)
    # Two characters are sought for six times as long as one.
    if "\\" in text and "\\u" in text:
        _check_surrogates(value)
    return value


def encode_json(value: Any) -> bytes:
    """
    Return compact JSON in ASCII.

    Raises:
        ValueError: NaN or an infinity.
        TypeError: a value that JSON does not know.
    """
    return _encoder.encode(value).encode("ascii")


def _unique_members(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a JSON object has a member twice")
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a JSON number is out of range")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"JSON knows no {name}")


# Made once: `json.dumps()` makes one at each call that differs from its defaults.
_encoder = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_decoder = json.JSONDecoder(
    object_pairs_hook=_unique_members,
    parse_float=_finite,
    parse_constant=_refuse_constant,
)


def _check_depth(value: Any) -> None:
    # What is deep, but not too deep for the parser, would still exhaust the
    # stack of whoever walks or copies the claims later.
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise ValueError(f"JSON nested deeper than {MAX_DEPTH} levels")


def _inside(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else ()


def _check_surrogates(value: Any) -> None:
    # Half a surrogate pair is no character: no database and no log takes it.
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("a JSON string has a lone surrogate") from None
