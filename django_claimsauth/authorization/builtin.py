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
from django_claimsauth.claims import ClaimsPrincipal, json_key


class _Values(Requirement):
    """A built-in requirement that takes alternatives as positional arguments."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen.")

    def _given(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def _identity(self) -> tuple[Any, ...]:
        return (type(self), *_keyed(self._given()))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Values):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), self._arguments())

    def _arguments(self) -> tuple[Any, ...]:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._arguments()))})"


def _keyed(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        tuple(map(json_key, each)) if isinstance(each, tuple) else json_key(each)
        for each in values
    )


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{what} is a str, not {value!r}.")
    if not value.strip():
        raise ValueError(f"{what} is blank.")
    return value


def _texts(values: tuple[object, ...], what: str) -> tuple[str, ...]:
    if not values:
        raise ValueError(f"{what}: at least one is needed.")
    return tuple(_text(each, what) for each in values)


@dataclass(frozen=True)
class RequireAuthenticated(Requirement):
    """Some scheme vouches for the caller."""

    def judge(  # type: ignore[override]  # a method where the base has None
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

    def _arguments(self) -> tuple[Any, ...]:
        return self.roles

    def judge(  # type: ignore[override]
        self, principal: ClaimsPrincipal, resource: object, request: object
    ) -> bool:
        """Tell whether one of the roles is the principal's."""
        return not principal.roles.isdisjoint(self.roles)


class RequireClaim(_Values):
    """A claim of this type is there: any, or one with one of these values."""

    __slots__ = ("type", "values")
    type: str
    values: tuple[Any, ...]

    def __init__(self, type: str, *values: Any) -> None:
        for value in values:
            if value is None or isinstance(value, list | tuple | set | frozenset):
                raise TypeError(
                    f"A claim has one value; RequireClaim({type!r}, 'a', 'b') asks "
                    f"for either, and {value!r} is no value."
                )
        object.__setattr__(self, "type", _text(type, "A claim type"))
        object.__setattr__(self, "values", values)

    def _arguments(self) -> tuple[Any, ...]:
        return (self.type, *self.values)

    def judge(  # type: ignore[override]
        self, principal: ClaimsPrincipal, resource: object, request: object
    ) -> bool:
        """Tell whether such a claim is there; values compare by JSON type."""
        if not self.values:
            return principal.has_claim(self.type)
        return any(principal.has_claim(self.type, value) for value in self.values)


class RequireScope(_Values):
    """
    The principal was granted one of these scopes (RFC 6749 3.3).

    Reads `scope` and `scp`; a str holds several, separated by spaces.
    """

    __slots__ = ("scopes",)
    scopes: tuple[str, ...]

    def __init__(self, *scopes: str) -> None:
        for scope in _texts(scopes, "A scope"):
            if any(each.isspace() for each in scope):
                raise ValueError(
                    f"A scope has no space: {scope!r}. Alternatives are arguments: "
                    "RequireScope('a', 'b'); to need both: two requirements."
                )
        object.__setattr__(self, "scopes", scopes)

    def _arguments(self) -> tuple[Any, ...]:
        return self.scopes

    def judge(  # type: ignore[override]
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
    return found  # type: ignore[no-any-return]


class RequireUserName(_Values):
    """An authenticated identity has one of these names, by its own name type."""

    __slots__ = ("names",)
    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", _texts(names, "A user name"))

    def _arguments(self) -> tuple[Any, ...]:
        return self.names

    def judge(  # type: ignore[override]
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
            raise TypeError(f"RequireAssertion takes a function, not {self.assertion!r}.")


class RequirePermission(_Values):
    """
    The local user has one of these Django permissions, for the resource if given.

    Asked of the user's own authentication backends, object permissions included.
    """

    __slots__ = ("permissions",)
    permissions: tuple[str, ...]
    pure: ClassVar[bool] = False

    def __init__(self, *permissions: str) -> None:
        for permission in _texts(permissions, "A permission"):
            if "." not in permission:
                raise ValueError(
                    f"A permission is 'app_label.codename', not {permission!r}."
                )
        object.__setattr__(self, "permissions", permissions)

    def _arguments(self) -> tuple[Any, ...]:
        return self.permissions


@dataclass(frozen=True)
class RequireOperation(Requirement):
    """An operation on a resource, by name; handlers judge it."""

    name: str

    def __post_init__(self) -> None:
        _text(self.name, "An operation")


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
    clock: Callable[[], float] = field(default=time.time, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.within, timedelta) or self.within <= timedelta(0):
            raise ValueError(f"`within` is a positive timedelta, not {self.within!r}.")
        if isinstance(self.methods, str):
            raise TypeError(f"`methods` is a tuple of str, not {self.methods!r}.")
        object.__setattr__(self, "methods", tuple(self.methods))

    @property
    def max_age(self) -> int:
        """`within` in whole seconds: the challenge's `max_age`."""
        return int(self.within.total_seconds())

    def judge(  # type: ignore[override]
        self, principal: ClaimsPrincipal, resource: object, request: object
    ) -> bool:
        """Tell whether one identity authenticated recently, and by the methods."""
        return any(
            each.is_authenticated and self._met_by(each.claims)
            for each in principal.identities
        )

    def _met_by(self, claims: tuple[Any, ...]) -> bool:
        times = [each.value for each in claims if each.type == "auth_time"]
        methods = {each.value for each in claims if each.type == "amr"}
        if not methods.issuperset(self.methods):
            return False
        now = self.clock()
        return any(
            isinstance(each, int | float)
            and not isinstance(each, bool)
            # A time ahead of ours is another clock's fault, up to a minute.
            and -60 <= now - each <= self.within.total_seconds()
            for each in times
        )


