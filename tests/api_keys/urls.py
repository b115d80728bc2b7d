"""The endpoints of keys, and one that asks for a key."""

from django.http import JsonResponse
from django.urls import include, path
from rest_framework.decorators import api_view
from rest_framework.response import Response

from django_claimsauth.authorization import RequireScope, authorize


@api_view(["GET"])
@authorize(RequireScope("reports.read"), schemes=["api_key"])
def reports(request):
    return Response({"sub": request.principal.subject})


@authorize(schemes=["api_key", "bearer"])
def plain(request):
    return JsonResponse({"user": str(request.user)})


urlpatterns = [
    path("api-keys/", include("django_claimsauth.api_keys.urls")),
    path("reports/", reports),
    path("plain/", plain),
]
