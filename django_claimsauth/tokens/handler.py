"""The bearer scheme: a JSON Web Token in `Authorization: Bearer` (RFC 6750)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from django_claimsauth.authentication.handlers import SchemeHandler, quoted
from django_claimsauth.authentication.requests import state_of
from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.authentication.users import local_user_of, user_of
from django_claimsauth.authorization.refusals import missing_scopes
from django_claimsauth.claims import (
    LOCAL_ISSUER,
    Claim,
    ClaimsIdentity,
    ClaimsPrincipal,
)
from django_claimsauth.conf import settings
from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens.bearer_options import FOREIGN, is_own, validator_of
from django_claimsauth.tokens.checks import check_bearer
from django_claimsauth.tokens.descriptions import DESCRIPTIONS
from django_claimsauth.tokens.issuing import ONE_TIME_CLAIM
from django_claimsauth.tokens.jwks import KeysUnavailableError
from django_claimsauth.tokens.jws import MAX_TOKEN_SIZE
from django_claimsauth.tokens.one_time import spend
from django_claimsauth.tokens.parameters import TokenValidationParameters
from django_claimsauth.tokens.standing import REVOKED, UNAVAILABLE, refusal
from django_claimsauth.tokens.verified import Verified, VerifiedTokens

if TYPE_CHECKING:
    from django.core.checks import CheckMessage
    from django.http import HttpRequest

    from django_claimsauth.authorization.evaluation import AuthorizationFailure
    from django_claimsauth.tokens.validation import TokenValidator

#: The scheme's name as a whole word: whatever follows it was meant for us.
BEARER = re.compile(r"bearer(?![\w!#$%&'*+.^`|~-])", re.IGNORECASE | re.ASCII)
UNSET: Final[Any] = ...
#: One space, then one word (RFC 6750 section 2.1).
TOKEN = re.compile(r" [A-Za-z0-9\-._~+/]+=*")
OPTIONS = {*FOREIGN, *(each.name for each in fields(TokenValidationParameters))}
NOT_THE_TOKENS_FAULT = frozenset({"keys_unavailable", UNAVAILABLE})


class JWTBearerHandler(SchemeHandler):
    """
    Authenticates the bearer of a JSON Web Token.

    Without an issuer of its own (`authority`, `issuers`, `keys`) it accepts what
    this project issues, as the section `TOKENS` says, and its claims are the
    project's own; else those of the named issuers, whose `sub` is no local user.

    Args:
        authority: the issuer; its keys are found by discovery, unless `keys` says.

        discovery: the arguments of `discovered_keys()`, beside the authority.

        issuers, keys, audiences and what follows: `TokenValidationParameters`.
            `keys` is a JWK set, PEM, a path, `env:NAME` or a callable as well.

        name_type: the claim that holds the name.

        role_type: the claim that holds the roles.

        one_time: a token counts once; its `jti` is spent at the first use.

        cache_size: how many verified tokens the process remembers; 0 for none.
    """

    keyword = "Bearer"

    def __init__(
        self,
        name: str,
        *,
        realm: str = "api",
        authority: str = UNSET,
        discovery: Mapping[str, Any] = UNSET,
        issuers: Any = UNSET,
        keys: Any = UNSET,
        audiences: Sequence[str] = UNSET,
        algorithms: Sequence[str] | None = UNSET,
        token_types: Sequence[str | None] = UNSET,
        leeway: timedelta = UNSET,
        required_claims: Sequence[str] = UNSET,
        max_age: timedelta | None = UNSET,
        max_lifetime: timedelta | None = UNSET,
        max_token_size: int = UNSET,
        accept_any_audience: bool = UNSET,
        accept_any_token_type: bool = UNSET,
        accept_missing_expiry: bool = UNSET,
        accept_id_tokens: bool = UNSET,
        accept_bound_tokens: bool = UNSET,
        name_type: str = "name",
        role_type: str = "roles",
        one_time: bool = False,
        cache_size: int = 1024,
    ) -> None:
        super().__init__(name, realm=realm)
        given = locals()
        # What was not given is left to TOKENS, or to the parameters' own defaults.
        self.options = {
            each: given[each] for each in OPTIONS if given[each] is not UNSET
        }
        self.name_type = name_type
        self.role_type = role_type
        self.one_time = one_time
        self.is_own = is_own(self.options)
        self.max_token_size: int = self.options.get("max_token_size", MAX_TOKEN_SIZE)
        # Whoever judges tokens in another way may judge by more than the token.
        rewritten = type(self).validate is not JWTBearerHandler.validate
        self._verified = VerifiedTokens(0 if rewritten else cache_size)
        if not self.is_own:
            self.validator  # noqa: B018  # a wrong option is found at start-up

    @cached_property
    def validator(self) -> TokenValidator:
        """The validator of this scheme's options, and of `TOKENS`."""
        return validator_of(self.options)

    @sensitive_variables("token")
    def authenticate(self, request: HttpRequest) -> AuthenticateResult:
        """Find a bearer token, verify it, ask whether it still stands."""
        try:
            token = self.get_token(request)
            if token is None:
                return AuthenticateResult.no_result()
            verified = self._known(token) or self._verify(token)
        except InvalidTokenError as error:
            if isinstance(error, KeysUnavailableError):
                state_of(request).notes["retry_after"] = error.retry_after
            return AuthenticateResult.fail(error.code, error.detail)
        code = refusal(verified.claims, own=self.is_own)
        if code is None and self._is_spent(verified.claims):
            code = REVOKED
        if code is not None:
            return AuthenticateResult.fail(code, f"jti {verified.claims.get('jti')!a}")
        return AuthenticateResult.succeed(verified.principal)

    def now(self) -> datetime:
        """Return the time by which tokens are judged."""
        return timezone.now()

    def get_token(self, request: HttpRequest) -> str | None:
        """
        Return the presented token, None where there is no bearer credential.

        Raises:
            InvalidTokenError: malformed_token, token_too_large.
        """
        header: str = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        header = header.strip(" ")
        if BEARER.match(header) is None:
            return None
        token = header[len("bearer") :]
        if not token.strip(" "):
            return None
        if len(token) > self.max_token_size + 1:
            raise InvalidTokenError("token_too_large", f"{len(token)} characters")
        if TOKEN.fullmatch(token) is None:
            raise InvalidTokenError("malformed_token", "not `Bearer`, a space, a token")
        return token[1:]

    def validate(self, token: str) -> Mapping[str, Any]:
        """
        Return the claims of a valid token.

        Raises:
            InvalidTokenError: its code says why.
        """
        return self.validator.validate(token, self.now())

    def principal_from(self, claims: Mapping[str, Any]) -> ClaimsPrincipal:
        """
        Return the principal that verified claims make.

        Values keep their JSON type; an array is several claims, and so is `scope`,
        one for each word. What no claim can hold (an array in an array) is left out.
        """
        issuer = LOCAL_ISSUER if self.is_own else claims["iss"]
        identity = ClaimsIdentity(
            claims_of(claims, issuer), self.name, self.name_type, self.role_type
        )
        return ClaimsPrincipal([identity])

    def challenge(self, request: HttpRequest, result: AuthenticateResult) -> str | None:
        """Return the challenge of RFC 6750, with a fixed sentence for each code."""
        challenge = f'{self.keyword} realm="{quoted(self.realm)}"'
        if result.code is None or result.code in NOT_THE_TOKENS_FAULT:
            return challenge
        challenge += ', error="invalid_token"'
        description = DESCRIPTIONS.get(result.code)
        if description is None:
            return challenge
        return f'{challenge}, error_description="{description}"'

    def forbid(
        self, request: HttpRequest, failure: AuthorizationFailure | None
    ) -> str | None:
        """Return `insufficient_scope`, with that setting, where a scope lacks."""
        if failure is None or not settings.insufficient_scope:
            return None
        scopes = missing_scopes(failure)
        if not scopes:
            return None
        scope = " ".join(scopes)
        return (
            f'{self.keyword} realm="{quoted(self.realm)}", error="insufficient_scope", '
            f'scope="{quoted(scope)}"'
        )

    def user(self, principal: ClaimsPrincipal) -> object:
        """
        Return the local user of a token of ours, else a `PrincipalUser`.

        Of a user that is gone or inactive there is nobody: the token was ours to
        give, and nothing stands for it any more.
        """
        if not self.is_own:
            return user_of(principal)
        return local_user_of(principal) or AnonymousUser()

    def check(self) -> list[CheckMessage]:
        """Return what is missing in `TOKENS` for a scheme of our own tokens."""
        return check_bearer(self)

    def _is_spent(self, claims: Mapping[str, Any]) -> bool:
        is_one_time = self.one_time or (self.is_own and ONE_TIME_CLAIM in claims)
        return is_one_time and not spend(claims)

    @sensitive_variables("token")
    def _known(self, token: str) -> Verified | None:
        return self._verified.find(
            token, self.now().timestamp(), self.validator.generation()
        )

    @sensitive_variables("token")
    def _verify(self, token: str) -> Verified:
        generation = self.validator.generation()
        claims = self.validate(token)
        leeway = self.validator.parameters.leeway.total_seconds()
        verified = Verified(
            claims=claims,
            principal=self.principal_from(claims),
            not_before=max(claims.get("nbf", 0), claims.get("iat", 0)) - leeway,
            until=_until(claims, self.validator.parameters.max_age, leeway),
            generation=generation,
        )
        self._verified.add(token, verified)
        return verified


def claims_of(claims: Mapping[str, Any], issuer: str) -> Iterator[Claim]:
    """Yield a token's claims one by one, in their order."""
    for type, value in claims.items():
        values = value if isinstance(value, list) else [value]
        if type == "scope" and isinstance(value, str):
            values = value.split()
        for each in values:
            # Null says nothing, and a claim has a name.
            if type and each is not None and not isinstance(each, list):
                yield Claim(type, each, issuer)


def _until(
    claims: Mapping[str, Any], max_age: timedelta | None, leeway: float
) -> float:
    ends = [float("inf")]
    if "exp" in claims:
        ends.append(claims["exp"] + leeway)
    if max_age is not None:
        ends.append(claims["iat"] + max_age.total_seconds() + leeway)
    return min(ends)
