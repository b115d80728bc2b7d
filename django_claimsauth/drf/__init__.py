"""
Schemes, policies and refusals in the words of Django REST Framework.

Names are imported when they are asked for: DRF imports its authentication
classes while it is half loaded itself.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_ROOMS = {
    "APIKeyAuthentication": "authentication",
    "JWTBearerAuthentication": "authentication",
    "SchemeAuthentication": "authentication",
    "SessionAuthentication": "authentication",
    "HasPolicy": "permissions",
    "PolicyPermission": "permissions",
    "PolicyFilterBackend": "filters",
    "exception_handler": "exceptions",
    "resource_policies": "resources",
}
__all__ = [
    "APIKeyAuthentication",
    "HasPolicy",
    "JWTBearerAuthentication",
    "PolicyFilterBackend",
    "PolicyPermission",
    "SchemeAuthentication",
    "SessionAuthentication",
    "exception_handler",
    "resource_policies",
]

if TYPE_CHECKING:
    from django_claimsauth.drf.authentication import (
        APIKeyAuthentication,
        JWTBearerAuthentication,
        SchemeAuthentication,
        SessionAuthentication,
    )
    from django_claimsauth.drf.exceptions import exception_handler
    from django_claimsauth.drf.filters import PolicyFilterBackend
    from django_claimsauth.drf.permissions import HasPolicy, PolicyPermission
    from django_claimsauth.drf.resources import resource_policies


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
