"""The project as an issuer that resource servers know by its address alone."""

from django.urls import include, path

from django_claimsauth.tokens.publication import metadata

urlpatterns = [
    path(".well-known/oauth-authorization-server", metadata),
    path(".well-known/openid-configuration", metadata),
    path("auth/", include("django_claimsauth.urls")),
]
