"""What every scheme does whose credential stands in `Authorization: Bearer`."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from django_claimsauth.authentication.handlers import SchemeHandler
from django_claimsauth.authentication.requests import state_of
from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.authorization.refusals import missing_scopes
from django_claimsauth.claims import ClaimsIdentity, ClaimsPrincipal
from django_claimsauth.conf import settings
from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens.challenges import KEYWORD
from django_claimsauth.tokens.checks import check_user_field
from django_claimsauth.tokens.claim_map import ClaimMap, claims_of
from django_claimsauth.tokens.descriptions import DESCRIPTIONS
from django_claimsauth.tokens.jws import MAX_TOKEN_SIZE
from django_claimsauth.tokens.provisioning import users_of
from django_claimsauth.tokens.side_by_side import is_anothers
from django_claimsauth.tokens.standing import UNAVAILABLE

if TYPE_CHECKING:
    from django.core.checks import CheckMessage
    from django.http import HttpRequest

    from django_claimsauth.authorization.evaluation import AuthorizationFailure
    from django_claimsauth.tokens.options import BearerOptions
    from django_claimsauth.tokens.verified import Verified

#: The scheme's name as a whole word: whatever follows it was meant for us.
BEARER = re.compile(r"bearer(?![\w!#$%&'*+.^`|~-])", re.IGNORECASE | re.ASCII)
#: One space, then one word (RFC 6750 section 2.1).
TOKEN = re.compile(r" [A-Za-z0-9\-._~+/]+=*")
#: Both together, as nearly every client writes them.
CREDENTIAL = re.compile(r"Bearer ([A-Za-z0-9\-._~+/]+=*)")
NOT_THE_TOKENS_FAULT = frozenset({"keys_unavailable", UNAVAILABLE})


class BearerHandler(SchemeHandler, ABC):
    """
    The base of schemes with a bearer token; a subclass says what a token is worth.

    Each step may be another one in a class of one's own: `get_token()`,
    `validate()`, `principal_from()`, `user()` and `challenge()`.

    Args:
        options: what every bearer scheme takes.

        own: whether the tokens are this project's, so that `sub` names its users.
    """

    keyword = KEYWORD
    max_token_size = MAX_TOKEN_SIZE

    def __init__(self, name: str, options: BearerOptions, *, own: bool = False) -> None:
        super().__init__(name, realm=options.realm)
        self.is_own = own
        self.name_type = options.name_type
        self.role_type = options.role_type
        self.bearer_options = options
        self._challenge = options.challenge
        self._users = users_of(options, own=own)

    @sensitive_variables("token")
    def authenticate(self, request: HttpRequest) -> AuthenticateResult:
        """Find a bearer token, verify it, ask whether it still stands."""
        token = None
        try:
            token = self.get_token(request)
            if token is None:
                return AuthenticateResult.no_result()
            verified = self.verified(token)
        except InvalidTokenError as error:
            if token is not None and is_anothers(self, token, error.code):
                return AuthenticateResult.no_result()
            return _failure(request, error)
        code = self.refusal(verified.claims)
        if code is not None:
            jti = verified.claims.get("jti")
            return AuthenticateResult.fail(code, f"jti {jti!a:.200}")
        if verified.result is not None:
            return verified.result
        return self._users.admit(verified.principal)

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
        if len(header) <= self.max_token_size:
            match = CREDENTIAL.fullmatch(header)
            if match is not None:
                return match[1]
        # Anything but `Bearer`, a space and a token that is surely not too large.
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

    @abstractmethod
    def validate(self, token: str) -> Mapping[str, Any]:
        """
        Return the claims of a valid token.

        Raises:
            InvalidTokenError: its code says why.
        """

    @abstractmethod
    def verified(self, token: str) -> Verified:
        """
        Return a valid token's claims and principal, from memory where known.

        Raises:
            InvalidTokenError: its code says why.
        """

    @abstractmethod
    def accepts_issuer(self, issuer: str | None) -> bool:
        """
        Tell whether a token that states this issuer is meant for this scheme.

        Args:
            issuer: None of a token that is no JWT.
        """

    @abstractmethod
    def authorization_servers(self) -> tuple[str, ...]:
        """Return the issuers whose tokens this scheme accepts, by name (RFC 9728)."""

    @property
    @abstractmethod
    def switched_off(self) -> tuple[str, ...]:
        """The options by which a validation is switched off, for `check --deploy`."""

    def refusal(self, claims: Mapping[str, Any]) -> str | None:
        """Return the code for which a valid token is refused by now, or None."""
        return None

    def issuer_of(self, claims: Mapping[str, Any]) -> str:
        """Return the issuer that a principal's claims are to name."""
        return str(claims["iss"])

    def claim_map_of(self, claims: Mapping[str, Any]) -> ClaimMap | None:
        """Return the claim map for the issuer of verified claims."""
        return self.bearer_options.claim_map

    def principal_from(self, claims: Mapping[str, Any]) -> ClaimsPrincipal:
        """
        Return the principal that verified claims make.

        Values keep their JSON type; an array is several claims, and so is `scope`,
        one for each word. What no claim can hold (an array in an array) is left out.
        """
        issuer, claim_map = self.issuer_of(claims), self.claim_map_of(claims)
        # Many a token meets no policy that looks at its claims.
        make = partial(claims_of, claims, issuer, claim_map)
        identity = ClaimsIdentity.deferred(
            make, self.name, self.name_type, self.role_type
        )
        return ClaimsPrincipal([identity])

    def kept_result(self, principal: ClaimsPrincipal) -> AuthenticateResult | None:
        """Return what a verified token always comes to; None where users are asked."""
        if not self._users.is_constant:
            return None
        return self._users.admit(principal).alone(self.name)

    def challenge(self, request: HttpRequest, result: AuthenticateResult) -> str | None:
        """Return the challenge of RFC 6750, with a fixed sentence for each code."""
        if result.code is None or result.code in NOT_THE_TOKENS_FAULT:
            return self._challenge.text()
        return self._challenge.text("invalid_token", DESCRIPTIONS.get(result.code))

    def forbid(
        self, request: HttpRequest, failure: AuthorizationFailure | None
    ) -> str | None:
        """Return `insufficient_scope`, with that setting, where a scope lacks."""
        if failure is None or not settings.insufficient_scope:
            return None
        scopes = missing_scopes(failure)
        return self._challenge.insufficient_scope(scopes) if scopes else None

    def user(self, principal: ClaimsPrincipal) -> object:
        """Return what `request.user` is, as the option `user` says."""
        return self._users.user_of(principal)

    def check(self) -> list[CheckMessage]:
        """Return what is wrong with the way to a user."""
        return check_user_field(self)


def _failure(request: HttpRequest, error: InvalidTokenError) -> AuthenticateResult:
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        state_of(request).notes["retry_after"] = retry_after
    return AuthenticateResult.fail(error.code, error.detail)
