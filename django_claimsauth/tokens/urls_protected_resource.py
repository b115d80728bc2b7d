"""
The metadata of protected resources (RFC 9728), for the root of the URLs.

`path("", include("django_claimsauth.tokens.urls_protected_resource"))`: clients look
for it below the host, wherever the API stands.
"""

from django.urls import path

from django_claimsauth.tokens.challenges import WELL_KNOWN
from django_claimsauth.tokens.protected_resource import protected_resource

ROUTE = WELL_KNOWN.removeprefix("/")

urlpatterns = [
    path(ROUTE, protected_resource, name="protected-resource"),
    path(f"{ROUTE}/<path:path>", protected_resource, name="protected-resource-at"),
]
