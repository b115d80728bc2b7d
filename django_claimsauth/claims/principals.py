"""A principal: the caller, with every identity that was authenticated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django_claimsauth.claims.claim import LOCAL_ISSUER, Claim
from django_claimsauth.claims.identities import (
    DEFAULT_NAME_TYPE,
    DEFAULT_ROLE_TYPE,
    ClaimsIdentity,
    tuple_of,
)
from django_claimsauth.claims.values import PLAIN, ClaimValue, sought_key

_MISSING: Final[Any] = object()


class ClaimsPrincipal:
    """
    The caller: one identity for each scheme that vouched for it.

    Look-ups (`find_first`, `find_all`, `values`, `has_claim`, `is_in_role`) see
    authenticated identities only, so a claim that nobody vouches for satisfies
    nothing; `.identities` and `.claims` show everything.

    Raises:
        TypeError: what is no iterable of identities.
    """

    __slots__ = (
        "_authenticated",
        "_identities",
        "_index",
        "_primary",
        "_roles",
        "memo",
    )

    def __init__(self, identities: Iterable[ClaimsIdentity] = ()) -> None:
        self._identities = tuple_of(ClaimsIdentity, identities)
        self._primary: Any = _MISSING
        self._authenticated: bool | None = None
        self._index: dict[str, tuple[Claim, ...]] | None = None
        self._roles: frozenset[Any] | None = None
        #: What others computed from this immutable principal and may use again.
        self.memo: dict[Any, Any] = {}

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

        Raises:
            TypeError, ValueError: as `Claim` and `ClaimsIdentity`.
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
        known = self._authenticated
        if known is None:
            known = False
            for each in self._identities:
                if each.is_authenticated:
                    known = True
                    break
            self._authenticated = known
        return known

    @property
    def subject(self) -> ClaimValue | None:
        """The primary identity's `sub`."""
        return None if self.identity is None else self.identity.subject

    @property
    def name(self) -> ClaimValue | None:
        """The primary identity's name."""
        return None if self.identity is None else self.identity.name

    def find_all(self, type: str) -> tuple[Claim, ...]:
        """
        Return the claims of this type, in order.

        Raises:
            TypeError: a type that is no str.
        """
        index = self._index
        if index is None:
            index = self._index = self._indexed()
        found = index.get(type)
        if found is not None:
            return found
        if not isinstance(type, str):
            raise TypeError(f"A claim's type is a str, not {type!r}.")
        return ()

    def find_first(self, type: str) -> Claim | None:
        """Return the first claim of this type, or None."""
        found = self.find_all(type)
        return found[0] if found else None

    def values(self, type: str) -> tuple[ClaimValue, ...]:
        """Return the values of this type, in claim order."""
        return tuple([each.value for each in self.find_all(type)])

    def has_claim(self, type: str, value: Any = _MISSING) -> bool:
        """
        Tell whether a claim of this type is there, with this value where given.

        Raises:
            TypeError: a type that is no str; a value of None or a list. Presence
                is asked by leaving the value out.
        """
        if value is _MISSING:
            return bool(self.find_all(type))
        wanted = sought_key(value)
        return wanted in [each.key for each in self.find_all(type)]

    def is_in_role(self, role: str) -> bool:
        """
        Tell whether an authenticated identity has the role, by its own role type.

        Raises:
            TypeError: None, a list.
        """
        return sought_key(role) in self.roles

    @property
    def roles(self) -> frozenset[Any]:
        """The roles of every authenticated identity, each by its own role type."""
        if self._roles is None:
            self._roles = frozenset(
                claim.key
                for each in self._identities
                if each.is_authenticated
                for claim in each.claims
                if claim.type == each.role_type
            )
        return self._roles

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


def _spread(claims: Mapping[str, Any], issuer: str) -> Iterator[Claim]:
    if not isinstance(claims, Mapping):
        raise TypeError(f"A mapping of claim types to values is meant, not {claims!r}.")
    for type, value in claims.items():
        if value.__class__ in PLAIN:
            yield Claim(type, value, issuer)
            continue
        for each in _items(value):
            if each is not None:
                yield Claim(type, each, issuer)


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, list | tuple):
        return value
    if isinstance(value, set | frozenset):
        # A set has no order, and claims have one: the same for the same set.
        return sorted(value, key=repr)
    return (value,)
