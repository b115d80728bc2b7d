"""
Reference tokens: opaque to us, and judged by who issued them (RFC 7662).

What the issuer says is remembered for a short while: a good answer until the token
expires and no longer than a bound, a bad one for a moment.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.views.decorators.debug import sensitive_variables

from django_claimsauth.errors import InvalidTokenError, SettingsError
from django_claimsauth.tokens.bearer import BearerHandler
from django_claimsauth.tokens.client_authentication import Secret, client_authentication
from django_claimsauth.tokens.connections import (
    EndpointUnavailableError,
    IntrospectionEndpoint,
)
from django_claimsauth.tokens.fetch import Form
from django_claimsauth.tokens.introspected import AnswerRules
from django_claimsauth.tokens.jws import MAX_TOKEN_SIZE, shown
from django_claimsauth.tokens.options import BearerOptions, check_known, taken, takes
from django_claimsauth.tokens.refused import RefusedTokens
from django_claimsauth.tokens.side_by_side import another_accepts, stated_issuer
from django_claimsauth.tokens.verified import Verified, VerifiedTokens, token_key

logger = logging.getLogger(__name__)

#: So many tokens are asked about at once; each by one request at a time.
TURNS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceOptions:
    """
    What the scheme for reference tokens takes, beside the others.

    Args:
        authority: the issuer, whose metadata names the endpoint.

        connection: the arguments of `IntrospectionEndpoint`, beside the issuer:
            `endpoint`, for instance, where there is no metadata.

        client_id: who we are to the issuer.

        client_secret: our secret, `env:NAME`, or a function that returns it.

        client_key: instead, our private key: a path, PEM or JWK, `env:NAME`, a
            SigningKey, a callable.

        client_authentication: `client_secret_basic` (the default with a secret),
            `client_secret_post` or `private_key_jwt` (with a key).

        timeout: how long a request waits for the issuer.

        cache_for: how long a good answer is remembered, at the most; revocation is
            seen no later than that.

        cache_refusals_for: how long a bad one is.

        cache_size: how many of each the process remembers; 0 for none.

        max_token_size: in characters.
    """

    authority: str
    client_id: str
    # Neither is shown, wherever these options are.
    client_secret: Secret | None = field(default=None, repr=False)
    client_key: Any = field(default=None, repr=False)
    client_authentication: str | None = None
    connection: Mapping[str, Any] = field(default_factory=dict)
    timeout: timedelta = timedelta(seconds=5)
    cache_for: timedelta = timedelta(seconds=60)
    cache_refusals_for: timedelta = timedelta(seconds=5)
    cache_size: int = 1024
    max_token_size: int = MAX_TOKEN_SIZE

    def __post_init__(self) -> None:
        for name in ("timeout", "cache_for", "cache_refusals_for"):
            value = getattr(self, name)
            if not isinstance(value, timedelta) or value < timedelta(0):
                raise SettingsError(f"{name} is {value!r}; a timedelta is expected.")
        for name in ("cache_size", "max_token_size"):
            # type() and not isinstance(): True would be the size 1.
            value = getattr(self, name)
            if type(value) is not int or value < 0:
                raise SettingsError(f"{name} is {value!r}; a number is expected.")


SECTIONS = (BearerOptions, ReferenceOptions, AnswerRules)


class ReferenceTokenHandler(BearerHandler):
    """
    Authenticates the bearer of a token that its issuer is asked about.

    Its options are those of `BearerOptions`, `ReferenceOptions` and `AnswerRules`.
    A JSON Web Token of another issuer is not sent there, nor is one that another
    scheme verifies by itself.
    """

    @takes(*SECTIONS)
    def __init__(self, name: str, **options: Any) -> None:
        check_known(options, *SECTIONS)
        super().__init__(name, taken(BearerOptions, options))
        given = taken(ReferenceOptions, options)
        self.issuer = given.authority
        self.rules = taken(AnswerRules, options)
        self.max_token_size = given.max_token_size
        self._client = client_authentication(
            given.client_id,
            given.client_secret,
            given.client_key,
            given.client_authentication,
        )
        self._endpoint = IntrospectionEndpoint(given.authority, **given.connection)
        self._options = given
        # Whoever judges tokens in another way may judge by more than the token.
        rewritten = type(self).validate is not ReferenceTokenHandler.validate
        size = 0 if rewritten else given.cache_size
        self._verified = VerifiedTokens(size)
        self._refused = RefusedTokens(size)
        self._turns = tuple(threading.Lock() for _ in range(TURNS))

    @sensitive_variables("token")
    def validate(self, token: str) -> Mapping[str, Any]:
        """
        Return what the issuer says of a token that is good for us.

        Raises:
            InvalidTokenError: its code says why; temporarily_unavailable where the
                issuer cannot be asked.
        """
        answer = self._endpoint.ask(
            self._form(token), self._options.timeout.total_seconds()
        )
        return self.rules.judged(answer, self.issuer, self.now())

    @sensitive_variables("token")
    def verified(self, token: str) -> Verified:
        """Return a good token's claims and principal; the issuer is asked once."""
        stated = stated_issuer(token)
        if stated and (stated != self.issuer or another_accepts(self, stated)):
            # A token of one issuer is a secret that no other is shown.
            raise InvalidTokenError("invalid_issuer", f"iss {shown(stated)}")
        known = self._known(token)
        if known is not None:
            return known
        turn = self._turns[hash(token) % TURNS]
        if not turn.acquire(timeout=self._options.timeout.total_seconds()):
            raise EndpointUnavailableError("others are asking it already")
        try:
            return self._known(token) or self._asked(token)
        finally:
            turn.release()

    def accepts_issuer(self, issuer: str | None) -> bool:
        """Tell whether a token is opaque, which is what this scheme is for."""
        return issuer is None

    def authorization_servers(self) -> tuple[str, ...]:
        """Return the issuer."""
        return (self.issuer,)

    @property
    def switched_off(self) -> tuple[str, ...]:
        """The options by which a validation is switched off, for `check --deploy`."""
        return self.rules.switched_off

    @sensitive_variables("token")
    def _known(self, token: str) -> Verified | None:
        now = self.now().timestamp()
        code = self._refused.find(token, now)
        if code is not None:
            raise InvalidTokenError(code, "refused a moment ago")
        return self._verified.find(token_key(token), now, ())

    @sensitive_variables("token")
    def _asked(self, token: str) -> Verified:
        now = self.now().timestamp()
        try:
            claims = self.validate(token)
        except EndpointUnavailableError:
            raise
        except InvalidTokenError as error:
            until = now + self._options.cache_refusals_for.total_seconds()
            self._refused.add(token, error.code, until)
            raise
        bound = now + self._options.cache_for.total_seconds()
        until = min(bound, claims.get("exp", bound))
        verified = Verified(claims, self.principal_from(claims), now, until, ())
        self._verified.add(token_key(token), verified)
        return verified

    @sensitive_variables("token", "members")
    def _form(self, token: str) -> Form:
        members = {"token": token, "token_type_hint": "access_token"}
        try:
            return self._client.form(members, self.issuer, self.now())
        except Exception as error:
            # Whatever a vault's client raises: no answer, and no 500.
            logger.exception("The client %r has no credential", self.name)
            raise EndpointUnavailableError(ascii(error)[:200]) from None
