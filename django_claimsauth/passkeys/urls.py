"""The endpoints of passkeys; `django_claimsauth.urls` includes them at `passkeys/`."""

from django.urls import path, register_converter

from django_claimsauth.passkeys import management_views, views


class KeyConverter:
    """A primary key that a database can hold; what is none leads nowhere."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """Return the number."""
        return int(value)

    def to_url(self, value: int) -> str:
        """Return the text."""
        return str(value)


register_converter(KeyConverter, "claimsauth_passkey")

urlpatterns = [
    path("", management_views.PasskeysView.as_view(), name="passkeys"),
    path(
        "<claimsauth_passkey:key>/",
        management_views.PasskeyView.as_view(),
        name="passkey",
    ),
    path(
        "registration/options/",
        views.RegistrationOptionsView.as_view(),
        name="passkey-registration-options",
    ),
    path(
        "registration/", views.RegistrationView.as_view(), name="passkey-registration"
    ),
    path(
        "authentication/options/",
        views.AuthenticationOptionsView.as_view(),
        name="passkey-authentication-options",
    ),
    path(
        "authentication/",
        views.AuthenticationView.as_view(),
        name="passkey-authentication",
    ),
    path(
        "sign-up/options/",
        views.SignUpOptionsView.as_view(),
        name="passkey-sign-up-options",
    ),
    path("sign-up/", views.SignUpView.as_view(), name="passkey-sign-up"),
    path(
        "step-up/options/",
        views.StepUpOptionsView.as_view(),
        name="passkey-step-up-options",
    ),
    path("step-up/", views.StepUpView.as_view(), name="passkey-step-up"),
]
