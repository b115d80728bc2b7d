"""
Claims, identities and principals: pure values that say who is calling.

A `Claim` is one statement, a `ClaimsIdentity` is what one scheme vouches for,
a `ClaimsPrincipal` is the caller, with every identity that was authenticated.
All three are immutable, hashable and compare by value.
"""

from django_claimsauth.claims.claim import LOCAL_ISSUER, Claim
from django_claimsauth.claims.identities import (
    DEFAULT_NAME_TYPE,
    DEFAULT_ROLE_TYPE,
    ClaimsIdentity,
)
from django_claimsauth.claims.principals import ClaimsPrincipal
from django_claimsauth.claims.values import (
    MAX_OBJECT_DEPTH,
    ClaimValue,
    JSONObject,
    json_key,
    json_value,
)

__all__ = [
    "DEFAULT_NAME_TYPE",
    "DEFAULT_ROLE_TYPE",
    "LOCAL_ISSUER",
    "MAX_OBJECT_DEPTH",
    "Claim",
    "ClaimValue",
    "ClaimsIdentity",
    "ClaimsPrincipal",
    "JSONObject",
    "json_key",
    "json_value",
]
