"""A claim: one statement about the caller."""

from __future__ import annotations

from typing import Any, Final

from django_claimsauth.claims.values import PLAIN, ClaimValue, json_key, json_value

LOCAL_ISSUER: Final = "LOCAL AUTHORITY"


class Claim:
    """
    One statement about the caller: a type, a value and who says so.

    Types are case-sensitive (RFC 7519). Values compare by JSON type, so `True`
    is not `1`. A list is several claims: see `ClaimsPrincipal.of`.

    Raises:
        TypeError: a type that is not a str, or a value that is None, a list or
            of no JSON type.

        ValueError: an empty type, NaN, infinity, an object nested too deep.
    """

    __slots__ = ("_issuer", "_key", "_type", "_value")
    _value: Any
    _key: Any

    def __init__(self, type: str, value: Any, issuer: str = LOCAL_ISSUER) -> None:
        if type.__class__ is not str or issuer.__class__ is not str:
            type, issuer = _text(type, "type"), _text(issuer, "issuer")
        if not type:
            raise ValueError("A claim's type is empty.")
        self._type = type
        self._issuer = issuer
        if value.__class__ in PLAIN:
            self._value = self._key = value
        else:
            self._value = json_value(value)
            self._key = json_key(self._value)

    @property
    def type(self) -> str:
        """What the claim is about: `sub`, `roles`, `tenant`."""
        return self._type

    @property
    def value(self) -> ClaimValue:
        """The value in its JSON type; objects are read-only."""
        return self._value  # type: ignore[no-any-return]  # checked when made

    @property
    def issuer(self) -> str:
        """Who stated it; `LOCAL AUTHORITY` where this project did."""
        return self._issuer

    @property
    def key(self) -> Any:
        """What two claims share exactly when their values are the same in JSON."""
        return self._key

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Claim):
            return NotImplemented
        return (
            self._type == other._type
            and self._key == other._key
            and self._issuer == other._issuer
        )

    def __hash__(self) -> int:
        return hash((self._type, self._key, self._issuer))

    def __reduce__(self) -> tuple[Any, ...]:
        return (self.__class__, (self._type, self._value, self._issuer))

    def __repr__(self) -> str:
        issuer = "" if self._issuer == LOCAL_ISSUER else f", issuer={self._issuer!r}"
        return f"Claim({self._type!r}, {self._value!r}{issuer})"


def _text(text: object, what: str) -> str:
    if not isinstance(text, str):
        raise TypeError(f"A claim's {what} is a str, not {text!r}.")
    # Of the exact type: what derives from str may compare and hash as it likes.
    return str.__str__(text)
