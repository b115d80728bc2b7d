"""
Access tokens: what they state (RFC 9068 section 2.2), and minting them.

No database here: who the user is and what it may do is handed in.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from django.views.decorators.debug import sensitive_variables

from django_claimsauth.conf import TokenSettings, settings
from django_claimsauth.errors import ConfigurationError, SettingsError
from django_claimsauth.tokens.keyring import keys

if TYPE_CHECKING:
    from django_claimsauth.tokens.signing import SigningKey

logger = logging.getLogger(__name__)

TYP = "at+jwt"
ONE_TIME_CLAIM = "one_time"
#: What no claims hook may state: these are the issuer's own.
RESERVED_CLAIMS = frozenset(
    {
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti",
        "client_id", "scope", "auth_time", "amr", "sid", "cnf", ONE_TIME_CLAIM,
    }
)  # fmt: skip
#: A larger token meets the header limits of common servers and proxies.
LARGE_TOKEN = 4096


class Grant(NamedTuple):
    """
    What an access token is to say about its user.

    Args:
        subject: the user's `sub`.

        sid: the family that it belongs to; None for a token of its own.

        extra: claims of the project's own.
    """

    subject: str
    client: str = ""
    sid: str | None = None
    scopes: Sequence[str] = ()
    roles: Sequence[str] = ()
    amr: Sequence[str] = ()
    auth_time: datetime | None = None
    extra: Mapping[str, Any] = MappingProxyType({})
    audience: str | Sequence[str] | None = None
    one_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A minted access token, and the claims that it carries."""

    token: str = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)


@sensitive_variables("token")
def mint(
    grant: Grant,
    *,
    now: datetime,
    lifetime: timedelta | None = None,
    key: SigningKey | None = None,
) -> AccessToken:
    """
    Mint an access token for what was granted.

    Args:
        lifetime: `ACCESS_TOKEN_LIFETIME` unless another is given.

        key: the active signing key unless another is given.

    Raises:
        ConfigurationError: no active key, no issuer, no audience, or a claim of
            the project's own that is reserved or no JSON.
    """
    current = settings.tokens
    claims = _claims(grant, current, now, lifetime or current.access_token_lifetime)
    signing_key = key or keys.signing_key(now)
    try:
        token = signing_key.sign({"typ": TYP}, claims)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            f"A claim of the project's own is no JSON: {error}."
        ) from error
    if len(token) > LARGE_TOKEN:
        logger.warning(
            "The access token %s has %d characters, over %d: some servers refuse a "
            "header of that size. Issue fewer claims.",
            claims["jti"],
            len(token),
            LARGE_TOKEN,
        )
    return AccessToken(token=token, claims=claims)


def _claims(
    grant: Grant, current: TokenSettings, now: datetime, lifetime: timedelta
) -> dict[str, Any]:
    issued_at = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": issuer(),
        "sub": grant.subject,
        "aud": grant.audience or audience(),
        "exp": issued_at + int(lifetime.total_seconds()),
        "iat": issued_at,
        "jti": secrets.token_hex(16),
        "client_id": grant.client or current.default_client,
    }
    optional = {
        "scope": " ".join(grant.scopes),
        "roles": list(grant.roles),
        "auth_time": grant.auth_time and int(grant.auth_time.timestamp()),
        "amr": list(grant.amr),
        "sid": grant.sid,
        ONE_TIME_CLAIM: grant.one_time,
    }
    claims.update({name: value for name, value in optional.items() if value})
    claims.update(_own(grant.extra))
    return claims


def issuer() -> str:
    """
    Return `ISSUER`, the `iss` of every token of ours.

    Raises:
        SettingsError: it is not set.
    """
    found = settings.tokens.issuer
    if not found:
        raise SettingsError(
            "CLAIMSAUTH['TOKENS']['ISSUER'] is not set; the https URL of this "
            "project is expected."
        )
    return found


def audience() -> str | list[str]:
    """
    Return `AUDIENCE`, the `aud` of every token of ours: there is none without.

    Raises:
        SettingsError: it is not set, or an empty list.
    """
    found = settings.tokens.audience
    if not found:
        raise SettingsError(
            "CLAIMSAUTH['TOKENS']['AUDIENCE'] is not set; the name of the API that "
            "accepts the tokens is expected."
        )
    return found if isinstance(found, str) else list(found)


def _own(extra: Mapping[str, Any]) -> Mapping[str, Any]:
    reserved = RESERVED_CLAIMS & extra.keys()
    if reserved:
        raise ConfigurationError(
            f"The project's own claims have {', '.join(sorted(reserved))}, which the "
            "issuer alone states; name them otherwise."
        )
    return extra
