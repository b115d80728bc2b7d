"""
Requirements: frozen data that says what must hold, and how they combine.

One of your own is judged by handlers (`@handles`); the built-in ones (`builtin`)
carry their own `judge`. All combine with `|` and `&` and print as they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from django_claimsauth.errors import EmptyPolicyError


class Requirement:
    """
    The base of all requirements: subclass it as a frozen dataclass.

    A subclass that has a `judge(principal, resource, request) -> bool` needs no
    handler: exactly True satisfies it, anything else is no opinion, so a handler
    may still. It may be async.
    """

    __slots__ = ()
    #: `judge(principal, resource, request) -> bool`, where there is one.
    judge: ClassVar[Callable[..., bool] | None] = None
    #: Whether `judge` reads nothing but its arguments, so that it may run on the
    #: event loop. What may touch the database or a relation is not pure.
    pure: ClassVar[bool] = False
    #: Makes `~requirement`, where that means something; `negation` sets it.
    negation: ClassVar[Callable[[Any], Requirement] | None] = None

    def __or__(self, other: Requirement) -> Requirement:
        if not isinstance(other, Requirement):
            return NotImplemented
        return any_of(self, other)

    def __and__(self, other: Requirement) -> Requirement:
        if not isinstance(other, Requirement):
            return NotImplemented
        return all_of(self, other)

    def __invert__(self) -> Requirement:
        negation = type(self).negation
        if negation is None:
            raise TypeError(
                f"{self!r} cannot be negated: what its handlers have no opinion on "
                "is not the contrary. Rules can, and built-in requirements that "
                "look at the principal alone."
            )
        return negation(self)

    def __bool__(self) -> bool:
        # `a and b` is `b`: half of what was asked would be dropped unseen.
        raise TypeError(
            f"{self!r} is neither true nor false before it is judged. "
            "Join requirements with & | ~, not with and, or, not; compare with "
            "None by `is`."
        )

    def judge_of(self, kind: type) -> Callable[..., Any] | None:
        """Return what judges it for resources of one class; `judge`, as a rule."""
        return self.judge

    def parts(self) -> Iterator[Requirement]:
        """Yield the requirements that are judged one by one: itself, or its parts'."""
        yield self


def checked(requirement: object) -> Requirement:
    """Return a requirement; its class, or anything else, is a TypeError."""
    if isinstance(requirement, type) and issubclass(requirement, Requirement):
        raise TypeError(
            f"A requirement is meant, not the class: {requirement.__name__}(...)."
        )
    if not isinstance(requirement, Requirement):
        raise TypeError(f"A Requirement is meant, not {requirement!r}.")
    try:
        hash(requirement)
    except TypeError as error:
        raise TypeError(
            f"{requirement!r} cannot be hashed ({error}). A requirement is frozen "
            "data: @dataclass(frozen=True), with tuples for lists."
        ) from error
    return requirement


class Composite(Requirement):
    """Several requirements joined into one; see `any_of` and `all_of`."""

    __slots__ = ("requirements",)
    word: ClassVar[str]

    requirements: tuple[Requirement, ...]

    def __init__(self, requirements: tuple[Requirement, ...]) -> None:
        if not requirements:
            raise EmptyPolicyError(f"{self.word}() has nothing to ask.")
        object.__setattr__(self, "requirements", tuple(map(checked, requirements)))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen.")

    def parts(self) -> Iterator[Requirement]:
        """Yield what its members are judged by."""
        for each in self.requirements:
            yield from each.parts()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Composite) or type(self) is not type(other):
            return NotImplemented
        return self.requirements == other.requirements

    def __hash__(self) -> int:
        return hash((type(self), self.requirements))

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.requirements,))

    def __repr__(self) -> str:
        return f"{self.word}({', '.join(map(repr, self.requirements))})"


class AnyOf(Composite):
    """Holds when one of its requirements does; a veto in any of them vetoes all."""

    __slots__ = ()
    word = "any_of"

    def __invert__(self) -> Requirement:
        return all_of(*(~each for each in self.requirements))


class AllOf(Composite):
    """Holds when each of its requirements does."""

    __slots__ = ()
    word = "all_of"

    def __invert__(self) -> Requirement:
        return any_of(*(~each for each in self.requirements))


def any_of(*requirements: Requirement) -> Requirement:
    """Return the requirement that holds when one of these does."""
    return AnyOf(_flattened(AnyOf, requirements))


def all_of(*requirements: Requirement) -> Requirement:
    """Return the requirement that holds when each of these does."""
    return AllOf(_flattened(AllOf, requirements))


def _flattened(
    kind: type[Composite], requirements: tuple[Requirement, ...]
) -> tuple[Requirement, ...]:
    """Return `(a, b, c)` for `(a | b) | c`, so that equal rules are equal."""
    flat: list[Requirement] = []
    for each in requirements:
        flat.extend(each.requirements if type(each) is kind else (checked(each),))
    return tuple(flat)
