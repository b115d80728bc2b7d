"""
What a resource server accepts: issuers with their keys, audiences, algorithms, types.

Everything is checked when the parameters are built, so that a mistake is found at
start-up. A validation is switched off only by an option whose name says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens.issuers import (
    Issuer,
    IssuerName,
    Issuers,
    bound_issuers,
    checked_names,
)
from django_claimsauth.tokens.jwks import KeySet, KeySource
from django_claimsauth.tokens.jws import MAX_TOKEN_SIZE

SWITCHES = (
    "accept_any_audience",
    "accept_any_token_type",
    "accept_missing_expiry",
    "accept_id_tokens",
    "accept_bound_tokens",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenValidationParameters:
    """
    What a token has to be, to be accepted as an access token.

    Args:
        issuers: each issuer, compared byte for byte, with its keys or an `Issuer`;
            or a list of one, with `keys`.

        audiences: who this resource server is; one of them has to be in `aud`.

        algorithms: what is allowed; None allows what each key is for.

        token_types: the header's `typ`, in any case, with or without
            `application/`; None among them lets a token without a `typ` in.

        leeway: how far clocks may differ: valid while
            `nbf - leeway <= now < exp + leeway`.

        required_claims: what has to be there beside `iss`, `aud` and `exp`.

        max_age: how long ago, by `iat`, a token may have been issued.

        max_lifetime: how long a token may live, from its issue and from now on;
            None lets it live for ever.

        max_token_size: in characters, checked before anything is decoded.

        accept_any_audience: does not look at `aud`.

        accept_any_token_type: does not look at `typ`, nor at what else tells an
            access token from an ID token, a refresh token or a proof.

        accept_missing_expiry: takes a token without `exp`.

        accept_id_tokens: takes an ID token for an access token.

        accept_bound_tokens: takes a token that is bound to its client's key
            (`cnf`; RFC 9449, RFC 8705) without a proof.

    Raises:
        SettingsError: an empty list, a wrong type, an issuer without usable keys,
            secrets beside public keys.
    """

    issuers: Issuers | Sequence[IssuerName]
    audiences: Sequence[str] | None = None
    keys: KeySource | None = None
    algorithms: Sequence[str] | None = None
    token_types: Sequence[str | None] = ("at+jwt", "JWT")
    leeway: timedelta = timedelta(seconds=60)
    required_claims: Sequence[str] = ("sub",)
    max_age: timedelta | None = None
    max_lifetime: timedelta | None = timedelta(hours=24)
    max_token_size: int = MAX_TOKEN_SIZE
    accept_any_audience: bool = False
    accept_any_token_type: bool = False
    accept_missing_expiry: bool = False
    accept_id_tokens: bool = False
    accept_bound_tokens: bool = False

    def __post_init__(self) -> None:
        for name in SWITCHES:
            _check_type(name, getattr(self, name), bool)
        for issuer in self.bound_issuers().values():
            if not self.accept_any_audience:
                checked_names(issuer.audiences or (), "audiences")
            checked_names(issuer.required_claims, "required_claims")
        _check_token_types(self.token_types)
        _check_duration("leeway", self.leeway, timedelta(0))
        for name in ("max_age", "max_lifetime"):
            if getattr(self, name) is not None:
                _check_duration(name, getattr(self, name), timedelta(seconds=1))
        _check_type("max_token_size", self.max_token_size, int)

    @property
    def switched_off(self) -> tuple[str, ...]:
        """The options by which a validation is switched off, for `check --deploy`."""
        off = [name for name in SWITCHES if getattr(self, name)]
        return (*off, "max_lifetime") if self.max_lifetime is None else tuple(off)

    def bound_issuers(self) -> dict[IssuerName, Issuer]:
        """Return each issuer with its keys, audiences and algorithms in full."""
        common = Issuer(
            keys=KeySet([]),
            audiences=self.audiences,
            algorithms=self.algorithms,
            required_claims=self.required_claims,
        )
        return bound_issuers(self.issuers, self.keys, common)


def _check_type(name: str, value: object, expected: type) -> None:
    # type() and not isinstance(): True would be the size 1.
    if type(value) is not expected or (expected is int and value < 1):  # type: ignore[operator]
        raise SettingsError(
            f"{name} is {value!r}; a {expected.__name__} above 0 is expected."
            if expected is int
            else f"{name} is {value!r}; True or False is expected."
        )


def _check_token_types(names: object) -> None:
    if isinstance(names, list | tuple | set | frozenset):
        # None stands for a token that says no type; it is no name.
        names = ["none" if name is None else name for name in names]
    checked_names(names, "token_types")


def _check_duration(name: str, value: object, least: timedelta) -> None:
    if not isinstance(value, timedelta) or value < least:
        raise SettingsError(
            f"{name} is {value!r}; a timedelta of at least {least} is expected."
        )
