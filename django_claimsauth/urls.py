"""
Django's door to the endpoints of every room.

`path("auth/", include("django_claimsauth.urls"))` takes all of them, under the
namespace `claimsauth`; a room's own `urls` is for who wants that one alone.
"""

from django.urls import include, path

app_name = "claimsauth"
urlpatterns = [
    path("api-keys/", include("django_claimsauth.api_keys.urls")),
    path("passkeys/", include("django_claimsauth.passkeys.urls")),
    path("tokens/", include("django_claimsauth.tokens.urls")),
]
