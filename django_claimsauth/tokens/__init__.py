"""JSON Web Tokens: verified, issued, and what is stored about them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_claimsauth.tokens.issuers import Issuer, IssuerTemplate
    from django_claimsauth.tokens.jwks import KeySet
    from django_claimsauth.tokens.jws import verify_jws
    from django_claimsauth.tokens.keys import VerificationKey
    from django_claimsauth.tokens.parameters import TokenValidationParameters
    from django_claimsauth.tokens.signing import SigningKey
    from django_claimsauth.tokens.sources import key_source
    from django_claimsauth.tokens.validation import TokenValidator, VerifiedToken

# By module: PyJWT is loaded when a token is met, not when Django starts.
_EXPORTS = {
    "Issuer": "issuers",
    "IssuerTemplate": "issuers",
    "KeySet": "jwks",
    "SigningKey": "signing",
    "TokenValidationParameters": "parameters",
    "TokenValidator": "validation",
    "VerificationKey": "keys",
    "VerifiedToken": "validation",
    "key_source": "sources",
    "verify_jws": "jws",
}

__all__ = [
    "Issuer",
    "IssuerTemplate",
    "KeySet",
    "SigningKey",
    "TokenValidationParameters",
    "TokenValidator",
    "VerificationKey",
    "VerifiedToken",
    "key_source",
    "verify_jws",
]


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_EXPORTS[name]}"), name)
