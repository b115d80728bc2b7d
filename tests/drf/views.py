"""DRF views under every kind of permission and authentication class."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from django_claimsauth.authorization import (
    RequireRole,
    allow_anonymous,
    authorize,
    service,
)
from django_claimsauth.drf import (
    HasPolicy,
    PolicyPermission,
    SchemeAuthentication,
    SessionAuthentication,
    exception_handler,
)

RAISED = {
    "404": Http404("document 7 of tenant acme"),
    "403": PermissionDenied("because"),
    "drf403": exceptions.PermissionDenied(),
    "throttled": exceptions.Throttled(wait=3),
    "validation": exceptions.ValidationError({"title": ["Too long."]}),
    "list": exceptions.ValidationError(["Too long."]),
}


class Beta(SchemeAuthentication):
    scheme = "beta"


class Base(APIView):
    authentication_classes = [SchemeAuthentication, Beta]
    permission_classes = [AllowAny]

    def get_exception_handler(self):
        return exception_handler

    def get(self, request, *args, **kwargs):
        return Response({"user": str(request.user), "auth": request.auth is not None})

    post = get


class Raising(Base):
    def get(self, request, which):
        raise RAISED[which]


class Requiring(Base):
    def get(self, request):
        principal = request.auth
        service.require(principal, RequireRole("admin"), hidden_by=RequireRole("staff"))


class Authenticated(Base):
    permission_classes = [IsAuthenticated]


class ByPolicy(Base):
    permission_classes = [HasPolicy("authenticated")]


class Either(Base):
    permission_classes = [HasPolicy(RequireRole("a")) | HasPolicy(RequireRole("b"))]


class Neither(Base):
    permission_classes = [~HasPolicy(RequireRole("a")) & IsAuthenticated]


class Fallback(Base):
    permission_classes = [PolicyPermission]


class Foreign(BaseAuthentication):
    """An authentication class that knows nothing of schemes."""

    def authenticate(self, request):
        name = request.headers.get("Foreign")
        return name and (User.objects.get(username=name), "token")


class ForeignFirst(Base):
    authentication_classes = [Foreign, SchemeAuthentication]
    permission_classes = [HasPolicy("authenticated")]


class BySession(Base):
    authentication_classes = [SessionAuthentication]
    permission_classes = [IsAuthenticated]


@allow_anonymous
class Open(Base):
    pass


@authorize(roles=["staff"], schemes=["beta"])
class Guarded(Base):
    authentication_classes = []


class ByBeta(Base):
    authentication_classes = [Beta]


urlpatterns = [
    path("by-beta/", ByBeta.as_view()),
    path("foreign/", ForeignFirst.as_view()),
    path("raising/<which>/", Raising.as_view()),
    path("requiring/", Requiring.as_view()),
    path("authenticated/", Authenticated.as_view()),
    path("policy/", ByPolicy.as_view()),
    path("either/", Either.as_view()),
    path("neither/", Neither.as_view()),
    path("fallback/", Fallback.as_view()),
    path("session/", BySession.as_view()),
    path("open/", Open.as_view()),
    path("guarded/", Guarded.as_view()),
]
