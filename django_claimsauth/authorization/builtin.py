"""
The built-in requirements: who somebody is, and what was granted to them.

Each takes its alternatives as arguments (`RequireRole("a", "b")` is either);
to need both, ask two requirements.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar, Final

from django_claimsauth.authorization.requirements import Requirement
from django_claimsauth.claims import Claim, ClaimsPrincipal, json_key, json_value

#: Seconds that an `auth_time` may be ahead of us: another clock's fault.
CLOCK_SKEW: Final = 60


class _Values(Requirement):
    """A built-in requirement that takes alternatives as positional arguments."""

    __slots__ = ()
    pure: ClassVar[bool] = True

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen.")

    def _arguments(self) -> tuple[Any, ...]:
        """Return what it was made of: the one tuple that its only slot holds."""
        slots: tuple[str, ...] = self.__slots__
        given: tuple[Any, ...] = getattr(self, slots[0])
        return given

    def _identity(self) -> tuple[Any, ...]:
        return (type(self), *map(json_key, self._arguments()))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Values):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), self._arguments())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._arguments()))})"


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{what} is a str, not {value!r}.")
    if not value.strip():
        raise ValueError(f"{what} is blank.")
    # Of the exact type: what derives from str may compare and hash as it likes.
    return str.__str__(value)


def _texts(values: tuple[object, ...], what: str) -> tuple[str, ...]:
    if not values:
        raise ValueError(f"{what}: at least one is needed.")
    return tuple(_text(each, what) for each in values)


@dataclass(frozen=True)
class RequireAuthenticated(Requirement):
    """Some scheme vouches for the caller."""

    pure: ClassVar[bool] = True

    def judge(
        self, principal: ClaimsPrincipal, resource: object, request: object
    ) -> bool:
        """Tell whether the principal is authenticated."""
        return principal.is_authenticated


class RequireRole(_Values):
    """The principal is in one of these roles, by its identities' own role types."""

    __slots__ = ("roles",)
    roles: tuple[str, ...]

    def __init__(self, *roles: str) -> None:
        object.__setattr__(self, "roles", _texts(roles, "A role"))

    def judge(
        self, principal: ClaimsPrincipal, resource: object, request: object
    ) -> bool:
        """Tell whether one of the roles is the principal's."""
        return not principal.roles.isdisjoint(self.roles)


class RequireClaim(_Values):
    """A claim of this type is there: any, or one with one of these values."""

    __slots__ = ("_keys", "type", "values")
    type: str
    values: tuple[Any, ...]
    _keys: frozenset[Any]

    def __init__(self, type: str, *values: Any) -> None:
        kept = tuple(map(json_value, values))
        object.__setattr__(self, "type", _text(type, "A claim type"))
        object.__setattr__(self, "values", kept)
        object.__setattr__(self, "_keys", frozenset(map(json_key, kept)))

    def _arguments(self) -> tuple[Any, ...]:
        return (self.type, *self.values)

    def judge(
        self, principal: ClaimsPrincipal, resource: object, request: object
    ) -> bool:
        """Tell whether such a claim is there; values compare by JSON type."""
        found = principal.find_all(self.type)
        if not self.values:
            return bool(found)
        return any(each.key in self._keys for each in found)


class RequireScope(_Values):
    """
    The principal was granted one of these scopes (RFC 6749 3.3).

    Reads `scope` and `scp`; a str holds several, separated by spaces.
    """

    __slots__ = ("scopes",)
    scopes: tuple[str, ...]

    def __init__(self, *scopes: str) -> None:
        scopes = _texts(scopes, "A scope")
        for scope in scopes:
            if any(each.isspace() for each in scope):
                raise ValueError(
                    f"A scope has no space: {scope!r}. Alternatives are arguments: "
                    "RequireScope('a', 'b'); to need both: two requirements."
                )
        object.__setattr__(self, "scopes", scopes)

    def judge(
        self, principal: ClaimsPrincipal, resource: object, request: object
    ) -> bool:
        """Tell whether one of the scopes was granted."""
        return not granted_scopes(principal).isdisjoint(self.scopes)


def granted_scopes(principal: ClaimsPrincipal) -> frozenset[str]:
    """Return the scopes of a principal, from `scope` and `scp`."""
    found = principal.memo.get("scopes")
    if found is None:
        texts = (*principal.values("scope"), *principal.values("scp"))
        # Split at the space alone (RFC 6749 3.3): no other blank is a separator.
        found = frozenset(
            each for text in texts if isinstance(text, str) for each in text.split(" ")
        ) - {""}
        principal.memo["scopes"] = found
    return found


class RequireUserName(_Values):
    """An authenticated identity has one of these names, by its own name type."""

    __slots__ = ("names",)
    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", _texts(names, "A user name"))

    def judge(
        self, principal: ClaimsPrincipal, resource: object, request: object
    ) -> bool:
        """Tell whether an authenticated identity's name is one of these."""
        return any(
            each.is_authenticated and each.name in self.names
            for each in principal.identities
        )


@dataclass(frozen=True)
class RequireAssertion(Requirement):
    """
    A function of the context returns exactly True; it may be async.

    Any other answer, true-ish ones included, is no opinion: a coroutine that
    nobody awaited is true-ish.
    """

    assertion: Callable[[Any], Any]
    pure: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not callable(self.assertion):
            raise TypeError(
                f"RequireAssertion takes a function, not {self.assertion!r}."
            )


class RequirePermission(_Values):
    """
    The local user has one of these Django permissions, for the resource if given.

    Asked of the user's own authentication backends, object permissions included.
    """

    __slots__ = ("permissions",)
    permissions: tuple[str, ...]
    pure: ClassVar[bool] = False

    def __init__(self, *permissions: str) -> None:
        permissions = _texts(permissions, "A permission")
        for permission in permissions:
            if not all(permission.partition(".")):
                raise ValueError(
                    f"A permission is 'app_label.codename', not {permission!r}."
                )
        object.__setattr__(self, "permissions", permissions)


@dataclass(frozen=True)
class RequireOperation(Requirement):
    """An operation on a resource, by name; handlers judge it."""

    name: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", _text(self.name, "An operation"))


class Operations:
    """The common operations; one's own is `RequireOperation("publish")`."""

    create: Final = RequireOperation("create")
    read: Final = RequireOperation("read")
    update: Final = RequireOperation("update")
    delete: Final = RequireOperation("delete")


@dataclass(frozen=True)
class RequireRecentAuthentication(Requirement):
    """
    The caller authenticated at most `within` ago, and by each of these methods.

    Reads `auth_time` (seconds since the epoch) and `amr` (RFC 8176). Refused, it
    is a 401 that says how recent is enough (RFC 9470).

    Args:
        clock: returns the time as seconds since the epoch.
    """

    within: timedelta
    methods: tuple[str, ...] = ()
    # Compared: what equals another is judged by that one's plan, with its clock.
    clock: Callable[[], float] = field(default=time.time, repr=False)
    pure: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not isinstance(self.within, timedelta):
            raise TypeError(f"`within` is a timedelta, not {self.within!r}.")
        if self.within <= timedelta(0):
            raise ValueError(f"`within` is a positive timedelta, not {self.within!r}.")
        if isinstance(self.methods, str):
            raise TypeError(f"`methods` is a tuple of str, not {self.methods!r}.")
        methods = tuple(_text(each, "A method") for each in self.methods)
        object.__setattr__(self, "methods", methods)

    @property
    def max_age(self) -> int:
        """`within` in whole seconds: the challenge's `max_age`."""
        return int(self.within.total_seconds())

    def judge(
        self, principal: ClaimsPrincipal, resource: object, request: object
    ) -> bool:
        """Tell whether one identity authenticated recently, and by the methods."""
        return any(
            each.is_authenticated and self._met_by(each.claims)
            for each in principal.identities
        )

    def _met_by(self, claims: tuple[Claim, ...]) -> bool:
        methods = {each.key for each in claims if each.type == "amr"}
        if not methods.issuperset(self.methods):
            return False
        now = self.clock()
        earliest, latest = now - self.within.total_seconds(), now + CLOCK_SKEW
        times = (each.key for each in claims if each.type == "auth_time")
        # Compared, not subtracted: a number may be too big to subtract from.
        return any(
            isinstance(each, int | float) and earliest <= each <= latest
            for each in times
        )
