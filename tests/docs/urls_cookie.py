"""A view behind the scheme for cookies."""

from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from django_claimsauth.authorization import authorize


# Exempt from the middleware's check, as DRF's views are: the scheme has its own.
@csrf_exempt
@authorize
def whoami(request):
    """Say who asks."""
    return JsonResponse({"sub": request.principal.subject})


urlpatterns = [path("whoami/", whoami)]
