"""
Strict bodies: one reading for one text, a size limit before it, UTF-8 alone.

DRF's own parsers take the last of two members of the same name, and fail with a
500 on a body that is nested deeply. `@parser_classes([StrictJSONParser])` does for
other endpoints what it does for ours.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any, ClassVar
from urllib.parse import parse_qsl

from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.mediatypes import _MediaType

from django_claimsauth.authentication.encoding import decode_json

MAX_BODY = 64 * 1024
MAX_FIELDS = 32
SHOWN = 64
CHARSETS = frozenset({"", "utf-8", "utf8"})


class BodyTooLargeError(APIException):
    """413: a body over the parser's limit, of which no more was read."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."
    default_code = "body_too_large"


class StrictParser(BaseParser):
    """Reads a body within the limit, and decodes it as UTF-8."""

    #: Octets; a longer body is refused before it is read.
    max_body: ClassVar[int] = MAX_BODY

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """
        Return what the body says.

        Raises:
            BodyTooLargeError: over `max_body`.
            UnsupportedMediaType: another charset than UTF-8.
            ParseError: anything else that is wrong with it.
        """
        _check_charset(media_type or self.media_type or "")
        octets = stream.read(self.max_body + 1)
        if len(octets) > self.max_body:
            raise BodyTooLargeError
        return self.decoded(octets)

    def decoded(self, octets: bytes) -> Any:
        """Return what the octets say."""
        raise NotImplementedError


class StrictJSONParser(StrictParser):
    """A JSON object, each member once, nested at most 32 levels, no NaN."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def decoded(self, octets: bytes) -> dict[str, Any]:
        """Return the object."""
        try:
            value = decode_json(octets)
        except ValueError:
            repeated = _repeated_member(octets)
            if repeated is not None:
                raise ParseError(_twice(repeated)) from None
            raise ParseError("The body is not valid JSON in UTF-8.") from None
        if not isinstance(value, dict):
            raise ParseError("The body is not a JSON object.")
        return value


class StrictFormParser(StrictParser):
    """A form (`application/x-www-form-urlencoded`), each field once (RFC 6749 3.2)."""

    media_type = "application/x-www-form-urlencoded"

    def decoded(self, octets: bytes) -> dict[str, str]:
        """Return the fields."""
        try:
            pairs = parse_qsl(
                octets.decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=MAX_FIELDS,
            )
        except ValueError:
            raise ParseError("The body is not a valid form in UTF-8.") from None
        repeated = _repeated(name for name, _ in pairs)
        if repeated is not None:
            raise ParseError(_twice(repeated))
        return dict(pairs)


def _check_charset(media_type: str) -> None:
    charset = _MediaType(media_type).params.get("charset", "")
    if charset.strip('"').lower() not in CHARSETS:
        raise UnsupportedMediaType(media_type[:SHOWN])


def _repeated_member(octets: bytes) -> str | None:
    """Return the name that stands twice in an object of the text, if one does."""
    found: list[str] = []

    def look(pairs: Sequence[tuple[str, Any]]) -> None:
        repeated = _repeated(name for name, _ in pairs)
        if repeated is not None:
            found.append(repeated)

    try:
        json.loads(octets, object_pairs_hook=look)
    except (ValueError, RecursionError):
        return None
    return found[0] if found else None


def _repeated(names: Iterable[str]) -> str | None:
    counted = Counter(names)
    return next((name for name, times in counted.items() if times > 1), None)


def _twice(name: str) -> str:
    return f"The field {name[:SHOWN]!a} stands twice in the body."
