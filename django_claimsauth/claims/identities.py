"""An identity: the claims that one scheme vouches for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django_claimsauth.claims.claim import Claim
from django_claimsauth.claims.values import ClaimValue

DEFAULT_NAME_TYPE: Final = "name"
DEFAULT_ROLE_TYPE: Final = "roles"
NO_CLAIMS: Final = ()


class ClaimsIdentity:
    """
    The claims that one scheme vouches for.

    It is authenticated exactly when it has an `authentication_type`; having
    claims does not make it so.

    Args:
        name_type: the claim type whose first value is the name.

        role_type: the claim type that carries the roles.

    Raises:
        TypeError: what is no iterable of claims, a type that is no str.
    """

    __slots__ = (
        "_authentication_type",
        "_claims",
        "_make",
        "_name_type",
        "_role_type",
    )

    def __init__(
        self,
        claims: Iterable[Claim] = NO_CLAIMS,
        authentication_type: str | None = None,
        name_type: str | None = DEFAULT_NAME_TYPE,
        role_type: str | None = DEFAULT_ROLE_TYPE,
    ) -> None:
        self._claims: tuple[Claim, ...] | None = (
            NO_CLAIMS if claims is NO_CLAIMS else tuple_of(Claim, claims)
        )
        self._make: Callable[[], Iterable[Claim]] | None = None
        if (
            authentication_type.__class__ is not str
            or name_type.__class__ is not str
            or role_type.__class__ is not str
        ):
            authentication_type = _plain(authentication_type)
            name_type, role_type = _plain(name_type), _plain(role_type)
        self._authentication_type = authentication_type
        self._name_type = name_type or DEFAULT_NAME_TYPE
        self._role_type = role_type or DEFAULT_ROLE_TYPE

    @classmethod
    def deferred(
        cls,
        make: Callable[[], Iterable[Claim]],
        authentication_type: str | None = None,
        name_type: str | None = DEFAULT_NAME_TYPE,
        role_type: str | None = DEFAULT_ROLE_TYPE,
    ) -> ClaimsIdentity:
        """
        Return an identity whose claims are made when somebody looks at them.

        Args:
            make: returns the same claims however often it is called.
        """
        identity = cls(NO_CLAIMS, authentication_type, name_type, role_type)
        identity._claims, identity._make = None, make
        return identity

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim, in the order in which it was given."""
        known = self._claims
        if known is None:
            # Two threads may both make them: it is the same to everybody.
            made = () if self._make is None else self._make()
            known = self._claims = tuple_of(Claim, made)
        return known

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
        """The first value of `sub`, also where nobody vouches for it."""
        return self._first_value("sub")

    def _first_value(self, type: str) -> ClaimValue | None:
        for claim in self.claims:
            if claim.type == type:
                return claim.value
        return None

    def with_claims(self, *claims: Claim) -> ClaimsIdentity:
        """Return a new identity that has these claims after its own."""
        return ClaimsIdentity(
            (*self.claims, *claims),
            self._authentication_type,
            self._name_type,
            self._role_type,
        )

    def _facts(self) -> tuple[Any, ...]:
        types = (self._authentication_type, self._name_type, self._role_type)
        return (self.claims, *types)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClaimsIdentity):
            return NotImplemented
        return self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash(self._facts())

    def __reduce__(self) -> tuple[Any, ...]:
        return (self.__class__, self._facts())

    def __repr__(self) -> str:
        return f"ClaimsIdentity({list(self.claims)!r}, {self._authentication_type!r})"


def _plain(text: Any) -> str | None:
    if text is None or text.__class__ is str:
        return text
    if not isinstance(text, str):
        raise TypeError(f"Types of an identity are str or None, not {text!r}.")
    return str.__str__(text)


def tuple_of(kind: type[Any], items: Iterable[Any]) -> tuple[Any, ...]:
    """Return the items as a tuple; a TypeError unless they are all of this kind."""
    # Nothing to ask of these, and asking an abstract class takes its time.
    if items.__class__ is not tuple and items.__class__ is not list:
        _check_iterable(kind, items)
    found = tuple(items)
    for item in found:
        if item.__class__ is not kind and not isinstance(item, kind):
            raise TypeError(
                f"An iterable of {kind.__name__} is meant; it has {item!r}."
            )
    return found


def _check_iterable(kind: type[Any], items: object) -> None:
    if isinstance(items, str | bytes | Mapping) or not isinstance(items, Iterable):
        raise TypeError(
            f"An iterable of {kind.__name__} is meant, not {type(items).__name__}."
        )
