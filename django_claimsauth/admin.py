"""Django's door to the admin pages of every room."""

from django_claimsauth.api_keys.admin import ApiKeyAdmin
from django_claimsauth.passkeys.admin import PasskeyAdmin
from django_claimsauth.tokens.admin import RevokedTokenAdmin, TokenFamilyAdmin
from django_claimsauth.tokens.federated_admin import FederatedIdentityAdmin

__all__ = [
    "ApiKeyAdmin",
    "FederatedIdentityAdmin",
    "PasskeyAdmin",
    "RevokedTokenAdmin",
    "TokenFamilyAdmin",
]
