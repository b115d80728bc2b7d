"""The bearer scheme: a JSON Web Token in `Authorization: Bearer` (RFC 6750)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.views.decorators.debug import sensitive_variables

from django_claimsauth.claims import LOCAL_ISSUER
from django_claimsauth.tokens.bearer import BearerHandler
from django_claimsauth.tokens.bearer_options import FOREIGN, is_own, validator_of
from django_claimsauth.tokens.checks import check_bearer
from django_claimsauth.tokens.claim_map import ClaimMap
from django_claimsauth.tokens.issuing import ONE_TIME_CLAIM
from django_claimsauth.tokens.jws import MAX_TOKEN_SIZE
from django_claimsauth.tokens.one_time import spend
from django_claimsauth.tokens.options import (
    BearerOptions,
    check_known,
    names_of,
    taken,
    takes,
)
from django_claimsauth.tokens.parameters import TokenValidationParameters
from django_claimsauth.tokens.standing import REVOKED, refusal
from django_claimsauth.tokens.verified import Verified, VerifiedTokens, token_key

if TYPE_CHECKING:
    from django.core.checks import CheckMessage

    from django_claimsauth.tokens.validation import TokenValidator


@dataclass(frozen=True, slots=True, kw_only=True)
class JWTOptions:
    """
    What the scheme for JSON Web Tokens takes, beside the others.

    Args:
        authority: the issuer; its keys are found by discovery, unless `keys` says.

        discovery: the arguments of `discovered_keys()`, beside the authority.

        one_time: a token counts once; its `jti` is spent at the first use.

        check_revocation: asks about each token of another issuer whether its `jti`
            was revoked here, as it is asked about tokens of this project.

        cache_size: how many verified tokens the process remembers; 0 for none.
    """

    authority: str | None = None
    discovery: Mapping[str, Any] | None = None
    one_time: bool = False
    check_revocation: bool = False
    cache_size: int = 1024


FOREVER = float("inf")
SECTIONS = (BearerOptions, JWTOptions, TokenValidationParameters)
VALIDATION = names_of(TokenValidationParameters) | {*FOREIGN}


class JWTBearerHandler(BearerHandler):
    """
    Authenticates the bearer of a JSON Web Token.

    Without an issuer of its own (`authority`, `issuers`, `keys`) it accepts what
    this project issues, as the section `TOKENS` says, and its claims are the
    project's own; else those of the named issuers, whose `sub` is no local user.

    Its options are those of `BearerOptions`, `JWTOptions` and
    `TokenValidationParameters`. `keys` is a JWK set, PEM, a path, `env:NAME` or a
    callable as well; so is an issuer's entry, or the `keys` of its `Issuer`.
    """

    @takes(*SECTIONS)
    def __init__(self, name: str, **options: Any) -> None:
        check_known(options, *SECTIONS)
        # What was not given is left to TOKENS, or to the parameters' own defaults.
        self.options = {each: options[each] for each in options if each in VALIDATION}
        own = is_own(self.options)
        super().__init__(name, taken(BearerOptions, options), own=own)
        given = taken(JWTOptions, options)
        self.one_time = given.one_time
        self.check_revocation = own or given.check_revocation
        self.max_token_size = self.options.get("max_token_size", MAX_TOKEN_SIZE)
        # Whoever judges tokens in another way may judge by more than the token.
        rewritten = type(self).validate is not JWTBearerHandler.validate
        self._verified = VerifiedTokens(0 if rewritten else given.cache_size)
        # Seconds since the epoch; asked on each request, so by the shortest way.
        ticks = self._ticks = type(self).now is BearerHandler.now
        self._clock = time.time if ticks else lambda: self.now().timestamp()
        if not own:
            self.validator  # noqa: B018  # a wrong option is found at start-up

    @cached_property
    def validator(self) -> TokenValidator:
        """The validator of this scheme's options, and of `TOKENS`."""
        return validator_of(self.options)

    @cached_property
    def _generation(self) -> Callable[[], object]:
        if type(self).validator is JWTBearerHandler.validator:
            return self.validator.watched()
        # One's own may be another one each time.
        return self._of_validator

    def _of_validator(self) -> object:
        return self.validator.generation()

    def validate(self, token: str) -> Mapping[str, Any]:
        """
        Return the claims of a valid token.

        Raises:
            InvalidTokenError: its code says why.
        """
        return self.validator.validate(token, None if self._ticks else self.now())

    def verified(self, token: str) -> Verified:
        """Return a valid token's claims and principal; verified once."""
        try:
            key, generation = token_key(token), self._generation()
            known = self._verified.find(key, self._clock(), generation)
            if known is None:
                known = self._judged(token, generation)
                self._verified.add(key, known)
            return known
        finally:
            # Whoever called this: no traceback shows it from here on, and the
            # decorator for that would be one more call on every request.
            del token

    def refusal(self, claims: Mapping[str, Any]) -> str | None:
        """Return the code for which the token does not stand any more, or None."""
        if self.check_revocation:
            code = refusal(claims, own=self.is_own)
            if code is not None:
                return code
        is_one_time = self.one_time or (ONE_TIME_CLAIM in claims and self.is_own)
        return REVOKED if is_one_time and not spend(claims) else None

    def accepts_issuer(self, issuer: str | None) -> bool:
        """Tell whether a token of this issuer is meant for this scheme."""
        return issuer is not None and self.validator.rules_of(issuer) is not None

    def authorization_servers(self) -> tuple[str, ...]:
        """Return the issuers by name; those of a template have none."""
        issuers = self.validator.parameters.bound_issuers()
        return tuple(each for each in issuers if isinstance(each, str))

    @property
    def switched_off(self) -> tuple[str, ...]:
        """The options by which a validation is switched off, for `check --deploy`."""
        return self.validator.parameters.switched_off

    def issuer_of(self, claims: Mapping[str, Any]) -> str:
        """Return the token's issuer; of a token of ours, ourselves."""
        return LOCAL_ISSUER if self.is_own else str(claims["iss"])

    def claim_map_of(self, claims: Mapping[str, Any]) -> ClaimMap | None:
        """Return the issuer's own claim map, else the scheme's."""
        common = self.bearer_options.claim_map
        if self.is_own:
            return common
        selected = self.validator.rules_of(claims["iss"])
        own = None if selected is None else selected.rules.claim_map
        return common if own is None else own

    def check(self) -> list[CheckMessage]:
        """Return what is missing in `TOKENS` for a scheme of our own tokens."""
        return [*super().check(), *check_bearer(self)]

    @sensitive_variables("token")
    def _judged(self, token: str, generation: object) -> Verified:
        claims = self.validate(token)
        principal = self.principal_from(claims)
        parameters = self.validator.parameters
        leeway = parameters.leeway.total_seconds()
        return Verified(
            claims,
            principal,
            max(claims.get("nbf", 0), claims.get("iat", 0)) - leeway,
            _until(claims, parameters.max_age, leeway),
            generation,
            self.kept_result(principal),
        )


def _until(
    claims: Mapping[str, Any], max_age: timedelta | None, leeway: float
) -> float:
    end: float = claims.get("exp", FOREVER)
    if max_age is not None:
        end = min(end, claims["iat"] + max_age.total_seconds())
    return end + leeway
