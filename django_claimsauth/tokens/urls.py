"""The endpoints of tokens; `django_claimsauth.urls` includes them at `tokens/`."""

from django.urls import path, register_converter

from django_claimsauth.tokens import client_views, publication, views


class SidConverter:
    """A `sid` as it is made; what is none leads nowhere."""

    regex = "[0-9a-f]{32}"

    def to_python(self, value: str) -> str:
        """Return the text."""
        return value

    def to_url(self, value: str) -> str:
        """Return the text."""
        return value


register_converter(SidConverter, "claimsauth_sid")

urlpatterns = [
    path("sign-in/", views.SignInView.as_view(), name="sign-in"),
    path("refresh/", views.RefreshView.as_view(), name="refresh"),
    path("sign-out/", views.SignOutView.as_view(), name="sign-out"),
    path(
        "sign-out-everywhere/",
        views.SignOutEverywhereView.as_view(),
        name="sign-out-everywhere",
    ),
    path("sessions/", views.SessionsView.as_view(), name="sessions"),
    path("sessions/<claimsauth_sid:sid>/", views.SessionView.as_view(), name="session"),
    path("revoke/", client_views.RevokeView.as_view(), name="revoke"),
    path("introspect/", client_views.IntrospectView.as_view(), name="introspect"),
    path("jwks.json", publication.jwks, name="jwks"),
    path(
        ".well-known/oauth-authorization-server", publication.metadata, name="metadata"
    ),
]
