"""An API beside its metadata."""

from django.http import JsonResponse
from django.urls import include, path

from django_claimsauth.authorization import authorize


@authorize
def whoami(request):
    """Say who asks, by claims and by user."""
    return JsonResponse(
        {"sub": request.principal.subject, "user": request.user.pk}, safe=False
    )


urlpatterns = [
    path("", include("django_claimsauth.tokens.urls_protected_resource")),
    path("v1/whoami/", whoami),
]
