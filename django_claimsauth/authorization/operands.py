"""What a path is compared with: constants, claims, the time."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar, Final, NoReturn
from uuid import UUID

_CONSTANTS: Final = (str, int, float, Decimal, date, UUID)
Clock = Callable[[], datetime]


def joined_by_mistake(other: object) -> NoReturn:
    """Raise what `a == b | c` without parentheses deserves."""
    raise TypeError(
        f"{other!r} is joined where a rule is meant. `|` and `&` bind stronger than "
        "comparisons; write (resource.a == 1) | (resource.b == 2)."
    )


class Written:
    """
    A part of a rule: neither true nor false, and joined to nothing by itself.

    `and`, `or`, `not`, `1 < x < 3` and `in` ask for its truth, and would drop
    half of what is written.
    """

    __slots__ = ()
    __hash__: ClassVar[None]  # type: ignore[assignment]  # equality makes a rule

    def __bool__(self) -> bool:
        raise TypeError(
            f"{self!r} is neither true nor false before it is judged. Join rules "
            "with & | ~ and parentheses, not with and, or, not, in or 1 < x < 3."
        )

    def _joined(self, other: object) -> NoReturn:
        joined_by_mistake(self)

    __or__ = __ror__ = __and__ = __rand__ = _joined

    def __invert__(self) -> NoReturn:
        joined_by_mistake(self)

    def __contains__(self, item: object) -> NoReturn:
        raise TypeError(
            "`in` is Python's own and asks for truth; write "
            "resource.state.in_([...]) or resource.members.includes(...)."
        )

    __iter__: ClassVar[None] = None


class Term(Written):
    """A part that a path is compared with and that is known when it is judged."""

    __slots__ = ()

    def _compared(self, other: object) -> Any:
        # The path knows how; Python asks it next.
        if isinstance(other, Written) and not isinstance(other, Term):
            return NotImplemented
        raise TypeError(
            f"{self!r} is compared with a path of the resource, not with {other!r}; "
            "for a constant there is RequireClaim(type, value)."
        )

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _compared
    __hash__: ClassVar[None] = None


class ClaimReference(Term):
    """The values of the principal's claims of one type; several mean any of them."""

    __slots__ = ("type",)
    type: str

    def __init__(self, type: str) -> None:
        if not isinstance(type, str):
            raise TypeError(f"A claim type is a str, not {type!r}.")
        if not type.strip():
            raise ValueError("A claim type is blank.")
        object.__setattr__(self, "type", type)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("ClaimReference is frozen.")

    def __reduce__(self) -> tuple[Any, ...]:
        return (ClaimReference, (self.type,))

    def __repr__(self) -> str:
        return f"claim({self.type!r})"


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Now(Term):
    """The time of the judgement, plus an offset."""

    __slots__ = ("clock", "offset")
    clock: Clock
    offset: timedelta

    def __init__(self, offset: timedelta, clock: Clock) -> None:
        if not isinstance(offset, timedelta):
            raise TypeError(f"An offset is a timedelta, not {offset!r}.")
        object.__setattr__(self, "offset", offset)
        object.__setattr__(self, "clock", clock)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("Now is frozen.")

    def __add__(self, offset: timedelta) -> Now:
        return Now(self.offset + offset, self.clock)

    __radd__ = __add__

    def __sub__(self, offset: timedelta) -> Now:
        return Now(self.offset - offset, self.clock)

    def read(self) -> datetime:
        """Return the moment that is meant now."""
        return self.clock() + self.offset

    def __reduce__(self) -> tuple[Any, ...]:
        return (Now, (self.offset, self.clock))

    def __repr__(self) -> str:
        return f"now() + {self.offset!r}" if self.offset else "now()"


def claim(type: str) -> Any:
    """Return the principal's claims of this type, to compare a path with."""
    return ClaimReference(type)


def now(offset: timedelta = timedelta(0), *, clock: Clock = utc_now) -> Any:
    """
    Return the time of the judgement, to compare a date or a moment with.

    `timezone.now()` in its place would be the time at which the rule was written.

    Args:
        clock: returns the time, aware.
    """
    return Now(offset, clock)


def term(value: Any) -> Any:
    """
    Return the argument if a path may be compared with it.

    Raises:
        TypeError: None, a list, another path, or what is no constant.

        ValueError: NaN, infinity.
    """
    if isinstance(value, Term):
        return value
    if isinstance(value, Enum) and not isinstance(value, str | int | float):
        return term(value.value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value!r} compares with nothing.")
    if isinstance(value, _CONSTANTS) or hasattr(value, "_meta"):
        return value
    raise TypeError(_refusal(value))


def _refusal(value: object) -> str:
    if value is None:
        return "NULL equals nothing; write .is_null() or ~(....is_null())."
    if isinstance(value, Written):
        return f"Two paths are not compared with each other: {value!r}."
    if isinstance(value, list | tuple | set | frozenset):
        return f"A list is no value; write .in_({value!r})."
    return (
        "A path is compared with a str, number, date, UUID, model instance, "
        f"claim(...) or now(), not with {value!r}."
    )


def key_of(term: Any) -> Any:
    """Return what two terms share exactly when they are the same."""
    if isinstance(term, ClaimReference):
        return ("claim", term.type)
    if isinstance(term, Now):
        return ("now", term.offset, term.clock)
    # True equals 1 in Python, and no claim or column. Decimal(3) equals 3 and
    # Decimal(0.1) equals 0.1, and to a column they are not the same.
    return (type(term), term)
