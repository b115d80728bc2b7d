"""
Claims, identities and principals: pure values that say who is calling.

A `Claim` is one statement, a `ClaimsIdentity` is what one scheme vouches for,
a `ClaimsPrincipal` is the caller, with every identity that was authenticated.
All three are immutable, hashable and compare by value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

LOCAL_ISSUER: Final = "LOCAL AUTHORITY"
DEFAULT_NAME_TYPE: Final = "name"
DEFAULT_ROLE_TYPE: Final = "roles"
# Deep enough for every token of the field, shallow enough for the interpreter.
MAX_OBJECT_DEPTH: Final = 32

ClaimValue: TypeAlias = "str | int | float | bool | JSONObject"
_MISSING: Final[Any] = object()


class JSONObject(Mapping[str, Any]):
    """
    A JSON object as the value of a claim: read-only and hashable.

    Members compare by their JSON type, as claims do; arrays are tuples.
    """

    __slots__ = ("_hash", "_key", "_members")

    def __init__(self, members: Mapping[str, Any], *, _depth: int = 0) -> None:
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

    def __repr__(self) -> str:
        return repr(self._members)


def json_key(value: Any) -> Any:
    """
    Return what two values share exactly when they are the same JSON value.

    `True` is not `1` and not `"1"`; `1` equals `1.0`.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, tuple):
        return ("array", tuple(json_key(item) for item in value))
    return value


def _checked_name(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"A member of a JSON object is named by a str, not {name!r}.")
    return name


def _frozen(value: Any, depth: int) -> Any:
    """Return `value` deep-frozen; inside an object, arrays and null are values too."""
    if depth > MAX_OBJECT_DEPTH:
        raise ValueError(
            f"A claim's object is nested deeper than {MAX_OBJECT_DEPTH} levels."
        )
    if isinstance(value, list | tuple):
        return tuple(_frozen(item, depth + 1) for item in value)
    if isinstance(value, Mapping):
        return JSONObject(value, _depth=depth)
    return value if value is None else _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"A claim's number is finite; {value!r} is not JSON.")
        return value
    raise TypeError(
        "A claim's value is a str, int, float, bool or a JSON object, "
        f"not {type(value).__name__}."
    )


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

    __slots__ = ("_issuer", "_type", "_value")

    def __init__(self, type: str, value: Any, issuer: str = LOCAL_ISSUER) -> None:
        if not isinstance(type, str) or not isinstance(issuer, str):
            raise TypeError(
                f"A claim's type and issuer are str, not {type!r}, {issuer!r}."
            )
        if not type:
            raise ValueError("A claim's type is empty.")
        self._type = type
        self._value = (
            value
            if value.__class__ is str
            else JSONObject(value)
            if isinstance(value, Mapping)
            else _scalar(value)
        )
        self._issuer = issuer

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

    def _identity(self) -> tuple[Any, ...]:
        return (self._type, json_key(self._value), self._issuer)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Claim):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        issuer = "" if self._issuer == LOCAL_ISSUER else f", issuer={self._issuer!r}"
        return f"Claim({self._type!r}, {self._value!r}{issuer})"


class ClaimsIdentity:
    """
    The claims that one scheme vouches for.

    It is authenticated exactly when it has an `authentication_type`; having
    claims does not make it so.

    Args:
        name_type: the claim type whose first value is the name.

        role_type: the claim type that carries the roles.
    """

    __slots__ = (
        "_authentication_type",
        "_claims",
        "_name_type",
        "_role_type",
    )

    def __init__(
        self,
        claims: Iterable[Claim] = (),
        authentication_type: str | None = None,
        name_type: str | None = DEFAULT_NAME_TYPE,
        role_type: str | None = DEFAULT_ROLE_TYPE,
    ) -> None:
        for text in (authentication_type, name_type, role_type):
            if text is not None and not isinstance(text, str):
                raise TypeError(f"Types of an identity are str or None, not {text!r}.")
        self._claims = _tuple_of(Claim, claims)
        self._authentication_type = authentication_type
        self._name_type = name_type or DEFAULT_NAME_TYPE
        self._role_type = role_type or DEFAULT_ROLE_TYPE

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim, in the order in which it was given."""
        return self._claims

    @property
    def authentication_type(self) -> str | None:
        """How the caller proved to be this; by our handlers, the scheme's alias."""
        return self._authentication_type

    @property
    def name_type(self) -> str:
        """The claim type that holds the name."""
        return self._name_type

    @property
    def role_type(self) -> str:
        """The claim type that holds the roles."""
        return self._role_type

    @property
    def is_authenticated(self) -> bool:
        """Whether somebody vouches for these claims."""
        return bool(self._authentication_type)

    @property
    def name(self) -> ClaimValue | None:
        """The first value of the name type, also where nobody vouches for it."""
        return self._first_value(self._name_type)

    @property
    def subject(self) -> ClaimValue | None:
        """The first value of `sub`."""
        return self._first_value("sub")

    def _first_value(self, type: str) -> ClaimValue | None:
        return next((each.value for each in self._claims if each.type == type), None)

    def with_claims(self, *claims: Claim) -> ClaimsIdentity:
        """Return a new identity that has these claims after its own."""
        return ClaimsIdentity(
            (*self._claims, *claims),
            self._authentication_type,
            self._name_type,
            self._role_type,
        )

    def _identity(self) -> tuple[Any, ...]:
        types = (self._authentication_type, self._name_type, self._role_type)
        return (self._claims, *types)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClaimsIdentity):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        return f"ClaimsIdentity({list(self._claims)!r}, {self._authentication_type!r})"


class ClaimsPrincipal:
    """
    The caller: one identity for each scheme that vouched for it.

    Look-ups (`find_first`, `find_all`, `values`, `has_claim`, `is_in_role`) see
    authenticated identities only, so a claim that nobody vouches for satisfies
    nothing; `.identities` and `.claims` show everything.
    """

    __slots__ = ("_identities", "_index", "_memo", "_primary", "_roles")

    def __init__(self, identities: Iterable[ClaimsIdentity] = ()) -> None:
        self._identities = _tuple_of(ClaimsIdentity, identities)
        self._primary: Any = _MISSING
        self._index: dict[str, tuple[Claim, ...]] | None = None
        self._roles: frozenset[Any] | None = None
        self._memo: dict[Any, Any] | None = None

    @classmethod
    def anonymous(cls) -> ClaimsPrincipal:
        """Return the principal of a caller about whom nothing is known."""
        return cls()

    @classmethod
    def of(
        cls,
        authentication_type: str | None,
        claims: Mapping[str, Any],
        *,
        issuer: str | None = None,
        name_type: str | None = DEFAULT_NAME_TYPE,
        role_type: str | None = DEFAULT_ROLE_TYPE,
    ) -> ClaimsPrincipal:
        """
        Return a principal of one identity, from a mapping of types to values.

        A list spreads into one claim an item (one level); None is skipped.
        """
        spread = _spread(claims, LOCAL_ISSUER if issuer is None else issuer)
        return cls([ClaimsIdentity(spread, authentication_type, name_type, role_type)])

    @property
    def identities(self) -> tuple[ClaimsIdentity, ...]:
        """Every identity, authenticated or not, in order."""
        return self._identities

    @property
    def identity(self) -> ClaimsIdentity | None:
        """The primary identity: the first authenticated one, else the first."""
        if self._primary is _MISSING:
            vouched = (each for each in self._identities if each.is_authenticated)
            self._primary = next(vouched, next(iter(self._identities), None))
        return self._primary  # type: ignore[no-any-return]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim of every identity, in order."""
        return tuple(claim for each in self._identities for claim in each.claims)

    @property
    def is_authenticated(self) -> bool:
        """Whether any scheme vouches for this caller."""
        primary = self.identity
        return primary is not None and primary.is_authenticated

    @property
    def subject(self) -> ClaimValue | None:
        """The primary identity's `sub`."""
        return None if self.identity is None else self.identity.subject

    @property
    def name(self) -> ClaimValue | None:
        """The primary identity's name."""
        return None if self.identity is None else self.identity.name

    def find_all(self, type: str) -> tuple[Claim, ...]:
        """Return the claims of this type, in order."""
        index = self._index
        if index is None:
            index = self._index = self._indexed()
        return index.get(type, ())

    def find_first(self, type: str) -> Claim | None:
        """Return the first claim of this type, or None."""
        found = self.find_all(type)
        return found[0] if found else None

    def values(self, type: str) -> tuple[ClaimValue, ...]:
        """Return the values of this type, in claim order."""
        return tuple(each.value for each in self.find_all(type))

    def has_claim(self, type: str, value: Any = _MISSING) -> bool:
        """
        Tell whether a claim of this type is there, with this value where given.

        Raises:
            TypeError: a type or value of None; presence is asked by leaving
                the value out.
        """
        if type is None or value is None:
            raise TypeError("has_claim() takes a type and a value, not None.")
        if value is _MISSING:
            return bool(self.find_all(type))
        wanted = json_key(value)
        return any(json_key(each.value) == wanted for each in self.find_all(type))

    def is_in_role(self, role: str) -> bool:
        """Tell whether an authenticated identity has the role, by its own role type."""
        return json_key(role) in self.roles

    @property
    def roles(self) -> frozenset[Any]:
        """The roles of every authenticated identity, each by its own role type."""
        if self._roles is None:
            self._roles = frozenset(
                json_key(claim.value)
                for each in self._identities
                if each.is_authenticated
                for claim in each.claims
                if claim.type == each.role_type
            )
        return self._roles

    @property
    def memo(self) -> dict[Any, Any]:
        """What others computed from this immutable principal and may use again."""
        if self._memo is None:
            self._memo = {}
        return self._memo

    def merge(self, other: ClaimsPrincipal) -> ClaimsPrincipal:
        """
        Return a principal with the identities of both, this one's first.

        Identities that say nothing (not authenticated, no claims) are left out;
        merging with such a principal returns the very same object.
        """
        if not isinstance(other, ClaimsPrincipal):
            raise TypeError(f"merge() takes a ClaimsPrincipal, not {other!r}.")
        theirs = [each for each in other._identities if _says_something(each)]
        if not theirs:
            return self
        ours = [each for each in self._identities if _says_something(each)]
        return ClaimsPrincipal([*ours, *theirs]) if ours else other

    def _indexed(self) -> dict[str, tuple[Claim, ...]]:
        index: dict[str, list[Claim]] = {}
        for each in self._identities:
            if each.is_authenticated:
                for claim in each.claims:
                    index.setdefault(claim.type, []).append(claim)
        return {type: tuple(claims) for type, claims in index.items()}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClaimsPrincipal):
            return NotImplemented
        return self._identities == other._identities

    def __hash__(self) -> int:
        return hash(self._identities)

    def __reduce__(self) -> tuple[Any, ...]:
        return (ClaimsPrincipal, (self._identities,))

    def __repr__(self) -> str:
        return f"ClaimsPrincipal({list(self._identities)!r})"


def _says_something(identity: ClaimsIdentity) -> bool:
    return identity.is_authenticated or bool(identity.claims)


def _tuple_of(kind: type[Any], items: Iterable[Any]) -> tuple[Any, ...]:
    if isinstance(items, str | bytes | Mapping):
        raise TypeError(
            f"An iterable of {kind.__name__} is meant, not {type(items).__name__}."
        )
    found = tuple(items)
    for item in found:
        if not isinstance(item, kind):
            raise TypeError(
                f"An iterable of {kind.__name__} is meant; it has {item!r}."
            )
    return found


def _spread(claims: Mapping[str, Any], issuer: str) -> Iterator[Claim]:
    if not isinstance(claims, Mapping):
        raise TypeError(f"A mapping of claim types to values is meant, not {claims!r}.")
    for type, value in claims.items():
        values = value if isinstance(value, list | tuple | set | frozenset) else (value,)
        for each in values:
            if each is not None:
                yield Claim(type, each, issuer)
