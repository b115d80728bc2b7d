"""The endpoints of tokens as `django_claimsauth.urls` names them, and one to guard."""

from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from django_claimsauth.authorization import authorize


@authorize("authenticated", schemes=["bearer"])
def whoami(request: HttpRequest):
    """Say who asks."""
    return JsonResponse(
        {"sub": request.principal.subject, "user": request.user.get_username()}
    )


urlpatterns = [
    path(
        "",
        include(
            ([path("tokens/", include("django_claimsauth.tokens.urls"))], "claimsauth")
        ),
    ),
    path("whoami/", whoami),
]
