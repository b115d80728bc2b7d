"""Django's door to the models of every room."""

from django_claimsauth.api_keys.models import ApiKey, LegacyUse
from django_claimsauth.passkeys.models import Passkey, PasskeyChallenge, UserHandle
from django_claimsauth.tokens.federated import FederatedIdentity
from django_claimsauth.tokens.models import (
    NotBefore,
    RefreshToken,
    RevokedToken,
    TokenFamily,
)

__all__ = [
    "ApiKey",
    "FederatedIdentity",
    "LegacyUse",
    "NotBefore",
    "Passkey",
    "PasskeyChallenge",
    "RefreshToken",
    "RevokedToken",
    "TokenFamily",
    "UserHandle",
]
