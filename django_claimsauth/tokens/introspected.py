"""What an introspection endpoint has to say of a token that is let in (RFC 7662)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django_claimsauth.errors import InvalidTokenError, SettingsError
from django_claimsauth.tokens.claim_checks import (
    check_actors,
    check_audience,
    check_required,
    text,
)
from django_claimsauth.tokens.issuers import checked_names
from django_claimsauth.tokens.jws import shown
from django_claimsauth.tokens.lifetime import Lifetime

ACTIVE = "active"
INACTIVE = "token_inactive"
BEARER = "Bearer"
#: Where issuers say in members of their own what a token is for, and what is right.
USAGES = ("token_usage", "token_use", "typ")
ACCESS = frozenset({"access", "access_token", "bearer", "at+jwt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRules:
    """
    What the answer has to say.

    Args:
        audiences: who this resource server is; one of them has to be in `aud`.

        token_types: the `token_type`, in any case; None among them lets an answer
            without one in. Issuers tell of refresh tokens too, and name no type.

        required_claims: what has to be there.

        leeway: how far clocks may differ.

        accept_any_audience: does not look at `aud`.

        accept_bound_tokens: takes a token that is bound to its client's key (`cnf`)
            without a proof.

    Raises:
        SettingsError: no audience, an empty list, a wrong type.
    """

    audiences: Sequence[str] | None = None
    token_types: Sequence[str | None] = (BEARER,)
    required_claims: Sequence[str] = ()
    leeway: timedelta = timedelta(seconds=60)
    accept_any_audience: bool = False
    accept_bound_tokens: bool = False

    def __post_init__(self) -> None:
        for name in ("accept_any_audience", "accept_bound_tokens"):
            if not isinstance(getattr(self, name), bool):
                raise SettingsError(
                    f"{name} is {getattr(self, name)!r}; True or False is expected."
                )
        if not self.accept_any_audience:
            checked_names(self.audiences or (), "audiences")
        if isinstance(self.token_types, str) or not self.token_types:
            raise SettingsError(
                f"token_types is {self.token_types!r}; a list is expected."
            )
        checked_names([each or "none" for each in self.token_types], "token_types")
        if self.required_claims:
            checked_names(self.required_claims, "required_claims")
        if not isinstance(self.leeway, timedelta) or self.leeway < timedelta(0):
            raise SettingsError(f"leeway is {self.leeway!r}; a timedelta is expected.")

    @property
    def switched_off(self) -> tuple[str, ...]:
        """The options by which a validation is switched off, for `check --deploy`."""
        names = ("accept_any_audience", "accept_bound_tokens")
        return tuple(name for name in names if getattr(self, name))

    def judged(
        self, answer: Mapping[str, Any], issuer: str, now: datetime
    ) -> dict[str, Any]:
        """
        Return the claims of an answer about a token that is let in.

        Raises:
            InvalidTokenError: its code says why; token_inactive where the issuer
                says no more than that.
        """
        # Exactly true: what is true-ish was said by something else than RFC 7662.
        if answer.get(ACTIVE) is not True:
            raise InvalidTokenError(INACTIVE)
        # Null says nothing.
        claims = {name: value for name, value in answer.items() if value is not None}
        del claims[ACTIVE]
        stated = text(claims, "iss")
        if stated is not None and stated != issuer:
            raise InvalidTokenError("invalid_issuer", f"iss {shown(stated)}")
        leeway = self.leeway.total_seconds()
        lifetime = Lifetime(leeway, max_age=None, max_lifetime=None, expires=False)
        lifetime.check(claims, now.timestamp())
        if not self.accept_any_audience:
            check_audience(claims, frozenset(self.audiences or ()))
        self._check_type(claims)
        check_required(claims, self.required_claims)
        for name in ("sub", "jti"):
            text(claims, name)
        if "act" in claims:
            check_actors(claims)
        if "cnf" in claims and not self.accept_bound_tokens:
            raise InvalidTokenError("invalid_claim", "cnf asks for a proof")
        return {**claims, "iss": issuer}

    def _check_type(self, claims: Mapping[str, Any]) -> None:
        for name in USAGES:
            usage = claims.get(name, BEARER)
            if not isinstance(usage, str) or usage.lower() not in ACCESS:
                raise InvalidTokenError("invalid_token_type", f"{name} {shown(usage)}")
        stated = claims.get("token_type")
        if stated is None and None in self.token_types:
            return
        known = {each.lower() for each in self.token_types if each is not None}
        if not isinstance(stated, str) or stated.lower() not in known:
            raise InvalidTokenError("invalid_token_type", f"token_type {shown(stated)}")
