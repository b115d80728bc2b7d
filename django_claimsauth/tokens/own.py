"""Validating the tokens that this project issues, by its settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django_claimsauth.conf import settings
from django_claimsauth.tokens import issuing
from django_claimsauth.tokens.keyring import keys
from django_claimsauth.tokens.parameters import TokenValidationParameters
from django_claimsauth.tokens.validation import TokenValidator

LONGEST_LIFETIME = timedelta(hours=24)
#: What every access token of ours has (RFC 9068 section 2.2).
REQUIRED_CLAIMS = ("sub", "iat", "jti", "client_id")


def own_parameters(**changed: Any) -> TokenValidationParameters:
    """
    Return what a token has to be to be one of ours.

    Args:
        changed: parameters that are to differ.

    Raises:
        SettingsError: no issuer, or no audience.
    """
    audience = issuing.audience()
    current = settings.tokens
    lifetime = max(LONGEST_LIFETIME, current.access_token_lifetime + current.leeway)
    own: dict[str, Any] = {
        "issuers": [issuing.issuer()],
        "audiences": [audience] if isinstance(audience, str) else audience,
        "keys": keys,
        "token_types": [issuing.TYP],
        "required_claims": REQUIRED_CLAIMS,
        "leeway": current.leeway,
        "max_lifetime": lifetime,
    }
    return TokenValidationParameters(**{**own, **changed})


class _OwnValidator:
    """The validator of what we issued, for any audience, made at first use."""

    def __init__(self) -> None:
        self._made: TokenValidator | None = None

    def reset(self) -> None:
        """Forget it: the settings changed."""
        self._made = None

    def __call__(self) -> TokenValidator:
        """Return the validator."""
        if self._made is None:
            parameters = own_parameters(accept_any_audience=True)
            self._made = TokenValidator(parameters)
        return self._made


#: For the issuer itself, which revokes and introspects what others accept.
own_validator = _OwnValidator()
settings.on_drop(own_validator.reset)
