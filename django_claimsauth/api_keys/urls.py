"""The endpoints of keys; `django_claimsauth.urls` includes them at `api-keys/`."""

from django.urls import path, register_converter

from django_claimsauth.api_keys import views
from django_claimsauth.api_keys.format import ID_PATTERN


class KeyIdConverter:
    """An id as it is made; what is none leads nowhere."""

    regex = ID_PATTERN

    def to_python(self, value: str) -> str:
        """Return the text."""
        return value

    def to_url(self, value: str) -> str:
        """Return the text."""
        return value


register_converter(KeyIdConverter, "claimsauth_key_id")

urlpatterns = [
    path("", views.KeysView.as_view(), name="api-keys"),
    path("<claimsauth_key_id:key_id>/", views.KeyView.as_view(), name="api-key"),
    path(
        "<claimsauth_key_id:key_id>/rotate/",
        views.RotateView.as_view(),
        name="api-key-rotate",
    ),
]
