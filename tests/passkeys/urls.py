"""The endpoints of passkeys, those that give sessions besides, and one to guard."""

from datetime import timedelta

from django.http import JsonResponse
from django.urls import include, path

from django_claimsauth.authorization import (
    RequireRecentAuthentication,
    authorize,
)
from django_claimsauth.passkeys import views
from django_claimsauth.passkeys.well_known import related_origins


@authorize(schemes=["bearer", "session"])
def whoami(request):
    """Say who asks, and how that was proved."""
    principal = request.principal
    return JsonResponse(
        {
            "sub": principal.subject,
            "user": request.user.get_username(),
            "amr": list(principal.values("amr")),
            "auth_time": principal.values("auth_time"),
        }
    )


@authorize(
    RequireRecentAuthentication(timedelta(minutes=10), methods=("mfa",)),
    schemes=["bearer", "session"],
)
def vault(request):
    """For who proved two factors a moment ago."""
    return JsonResponse({"opened": True})


urlpatterns = [
    path("passkeys/", include("django_claimsauth.passkeys.urls")),
    path("tokens/", include("django_claimsauth.tokens.urls")),
    path(
        "session/authentication/", views.AuthenticationView.as_view(success="session")
    ),
    path("session/sign-up/", views.SignUpView.as_view(success="session")),
    path("whoami/", whoami),
    path("vault/", vault),
    path(".well-known/webauthn", related_origins),
]
