"""JSON values as claims hold them: read-only, hashable, compared by JSON type."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

# Deep enough for every token of the field, shallow enough for the interpreter.
MAX_OBJECT_DEPTH: Final = 32
ClaimValue: TypeAlias = "str | int | float | bool | JSONObject"
#: The classes of values that are kept as they are, and are their own keys.
PLAIN: Final = frozenset({str, int})
#: The key that no value has.
NOWHERE: Final = ("nowhere",)


class JSONObject(Mapping[str, Any]):
    """
    A JSON object as the value of a claim: read-only and hashable.

    Members compare by their JSON type, as claims do; arrays are tuples.

    Raises:
        TypeError: no mapping, a name that is no str, a value of no JSON type.

        ValueError: NaN, infinity, an object that is nested too deep.
    """

    __slots__ = ("_hash", "_key", "_members")

    def __init__(self, members: Mapping[str, Any], *, _depth: int = 0) -> None:
        if not isinstance(members, Mapping):
            raise TypeError(f"A JSON object is made of a mapping, not {members!r}.")
        self._members = {
            _checked_name(name): _frozen(value, _depth + 1)
            for name, value in members.items()
        }
        self._key = frozenset(
            (name, json_key(value)) for name, value in self._members.items()
        )
        self._hash = hash(self._key)

    def __getitem__(self, name: str) -> Any:
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, JSONObject):
            return self._key == other._key
        if isinstance(other, Mapping):
            try:
                return self._key == JSONObject(other)._key
            except (TypeError, ValueError):
                return False
        return NotImplemented

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        # Rebuilt where it is read: the hash of a str is each process's own.
        return (JSONObject, (self._members,))

    def __repr__(self) -> str:
        return repr(self._members)


def json_value(value: Any) -> Any:
    """
    Return a claim's value as it is kept: of an exact type, objects deep-frozen.

    An enum's member that is a str or a number is its value; what derives from
    them may compare and hash as it likes.

    Raises:
        TypeError: None, a list, or what has no JSON type.

        ValueError: NaN, infinity, an object that is nested too deep.
    """
    if isinstance(value, Mapping):
        return value if value.__class__ is JSONObject else JSONObject(value)
    return _scalar(value)


def json_key(value: Any) -> Any:
    """
    Return what two kept values share exactly when they are the same JSON value.

    `True` is not `1` and not `"1"`; `1` equals `1.0`.
    """
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, tuple):
        return ("array", tuple(json_key(item) for item in value))
    return value


def sought_key(value: Any) -> Any:
    """
    Return the key of a value that is searched for among claims.

    What no claim can hold (NaN, a UUID) may be data, and is found nowhere; None
    and a list are mistakes.

    Raises:
        TypeError: None, a list, a tuple, a set.
    """
    if value.__class__ is str:
        return value
    if value is None or isinstance(value, list | tuple | set | frozenset):
        raise TypeError(f"A claim has one value, and {value!r} is none.")
    try:
        return json_key(json_value(value))
    except (TypeError, ValueError):
        return NOWHERE


def _checked_name(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"A member of a JSON object is named by a str, not {name!r}.")
    return str.__str__(name)


def _frozen(value: Any, depth: int) -> Any:
    """Return `value` deep-frozen; inside an object, arrays and null are values too."""
    if value is None or not isinstance(value, list | tuple | Mapping):
        return value if value is None else _scalar(value)
    if depth >= MAX_OBJECT_DEPTH:
        raise ValueError(
            f"A claim's object is nested deeper than {MAX_OBJECT_DEPTH} levels."
        )
    if isinstance(value, Mapping):
        return JSONObject(value, _depth=depth)
    return tuple(_frozen(item, depth + 1) for item in value)


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"A claim's number is finite; {value!r} is not JSON.")
        return float.__float__(value)
    raise TypeError(
        "A claim's value is a str, int, float, bool or a JSON object, "
        f"not {type(value).__name__}."
    )
