"""
Tokens of djangorestframework-simplejwt, accepted while a project changes over.

An extra scheme beside the bearer scheme: the same key, their claim names. Clients
sign in anew when their refresh token of old has expired, and the scheme goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.views.decorators.debug import sensitive_variables

from django_claimsauth.authentication.encoding import decode_json
from django_claimsauth.authentication.users import find_user
from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens.algorithms import ALGORITHMS, Family
from django_claimsauth.tokens.handler import JWTBearerHandler
from django_claimsauth.tokens.jwks import KeySet
from django_claimsauth.tokens.jws import verify_jws
from django_claimsauth.tokens.keys import VerificationKey
from django_claimsauth.tokens.lifetime import Lifetime
from django_claimsauth.tokens.standing import REVOKED
from django_claimsauth.tokens.verified import Verified

if TYPE_CHECKING:
    from django.core.checks import CheckMessage

#: The `iss` by which a `jti` of theirs is revoked, where their tokens state none.
ISSUER = "simplejwt"


class SimpleJWTHandler(JWTBearerHandler):
    """
    Authenticates the bearer of a simplejwt access token, as its local user.

    Args:
        verifying_key: their `SIGNING_KEY`, or `VERIFYING_KEY` where that is
            asymmetric, in PEM; Django's `SECRET_KEY` when None, as with them.

        algorithm: their `ALGORITHM`.

        user_id_claim: their `USER_ID_CLAIM`; its value becomes `sub`.

        issuer: their `ISSUER`.

        audience: their `AUDIENCE`.

        leeway: their `LEEWAY`.

    Raises:
        UnusableKeyError: a key that is too short or does not fit the algorithm.
    """

    def __init__(
        self,
        name: str,
        *,
        realm: str = "api",
        verifying_key: str | None = None,
        algorithm: str = "HS256",
        user_id_claim: str = "user_id",
        issuer: str | None = None,
        audience: str | None = None,
        leeway: timedelta = timedelta(0),
        role_type: str = "roles",
    ) -> None:
        super().__init__(name, realm=realm, role_type=role_type, cache_size=0)
        self.algorithm = algorithm
        self.user_id_claim = user_id_claim
        self.issuer = issuer
        self.audience = audience
        self.keys = KeySet([_key(verifying_key, algorithm)])
        self.lifetime = Lifetime(
            leeway=leeway.total_seconds(), max_age=None, max_lifetime=None
        )

    def validate(self, token: str) -> Mapping[str, Any]:
        """
        Return the claims, their user's id as `sub`.

        Raises:
            InvalidTokenError: its code says why; `token_revoked` where the user is
                gone or inactive.
        """
        _, payload = verify_jws(token, self.keys, [self.algorithm])
        claims = _object(payload)
        if claims.get("token_type") != "access":
            raise InvalidTokenError("invalid_token_type", "token_type is not access")
        self.lifetime.check(claims, self.now().timestamp())
        self._check_origin(claims)
        subject = self._subject(claims)
        if find_user(subject) is None:
            raise InvalidTokenError(REVOKED, "the user is gone or inactive")
        return {"iat": 0, **claims, "iss": self.issuer or ISSUER, "sub": subject}

    def check(self) -> list[CheckMessage]:
        """Return nothing: what could be wrong was refused when the scheme was made."""
        return []

    @sensitive_variables("token")
    def verified(self, token: str) -> Verified:
        """Return a valid token's claims and principal; nothing is remembered."""
        # The user is asked for each time.
        claims = self.validate(token)
        return Verified(claims, self.principal_from(claims), 0, 0, ())

    def accepts_issuer(self, issuer: str | None) -> bool:
        """Tell whether a token of this issuer is meant for this scheme."""
        return issuer is not None and issuer == self.issuer

    def authorization_servers(self) -> tuple[str, ...]:
        """Return none: nobody issues these tokens any more."""
        return ()

    @property
    def switched_off(self) -> tuple[str, ...]:
        """Nothing, for `check --deploy`: what simplejwt checked is checked."""
        return ()

    def _check_origin(self, claims: Mapping[str, Any]) -> None:
        if self.issuer is not None and claims.get("iss") != self.issuer:
            raise InvalidTokenError("invalid_issuer", "iss")
        named = claims.get("aud")
        named = named if isinstance(named, list) else [named]
        if self.audience is not None and self.audience not in named:
            raise InvalidTokenError("invalid_audience", "aud")

    def _subject(self, claims: Mapping[str, Any]) -> str:
        value = claims.get(self.user_id_claim)
        if isinstance(value, str):
            return value
        # Theirs was a number once; True would be the user 1.
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise InvalidTokenError("missing_claim", self.user_id_claim)


def _key(given: str | None, algorithm: str) -> VerificationKey:
    secret = django_settings.SECRET_KEY if given is None else given
    if ALGORITHMS[algorithm].family is Family.HMAC:
        return VerificationKey.from_secret(secret.encode(), alg=algorithm)
    return VerificationKey.from_pem(secret, alg=algorithm)


def _object(payload: bytes) -> dict[str, Any]:
    try:
        claims = decode_json(payload)
    except ValueError as error:
        raise InvalidTokenError("malformed_token", str(error)[:200]) from None
    if not isinstance(claims, dict):
        raise InvalidTokenError("malformed_token", "the payload is no JSON object")
    return claims
