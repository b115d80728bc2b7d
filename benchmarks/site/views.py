"""One view, guarded by this package in the ways that are measured."""

from hashlib import sha256

import rules
from django.db import connection
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.site.keys import verify_alone
from django_claimsauth.authorization import authorize
from django_claimsauth.drf import (
    APIKeyAuthentication,
    HasPolicy,
    JWTBearerAuthentication,
    PolicyPermission,
    SchemeAuthentication,
)


class Bare(APIView):
    """The floor of requests: DRF's dispatch, and nobody asked who it is."""

    authentication_classes = []
    permission_classes = []

    def get(self, request):
        return Response({"ok": True})


class Seen(Bare):
    authentication_classes = [JWTBearerAuthentication]
    permission_classes = [PolicyPermission]


class Touching(Seen):
    """Looks at `request.user`, which loads it."""

    def get(self, request):
        return Response({"ok": bool(request.user.username)})


@authorize("benchmarks.read")
class Decorated(Bare):
    pass


@authorize("benchmarks.adult")
class Judged(Bare):
    """Two handlers that somebody wrote judge it."""


class HasScope(BasePermission):
    def has_permission(self, request, view):
        return "documents.read" in request.auth.values("scope")


class IsKnown(BasePermission):
    def has_permission(self, request, view):
        return request.auth is not None


class BehindDRF(Seen):
    permission_classes = [IsKnown & HasScope]


may_read = rules.predicate(lambda user: user.is_authenticated) & rules.predicate(
    lambda principal: "documents.read" in principal.values("scope")
)


class AsksRules(BasePermission):
    def has_permission(self, request, view):
        return may_read.test(request.auth)


class BehindRules(Seen):
    permission_classes = [AsksRules]


class Key(Bare):
    authentication_classes = [APIKeyAuthentication]
    permission_classes = [HasPolicy("authenticated")]


def first_sight(alg):
    """Return a view whose scheme meets every token for the first time."""
    named = type(alg, (SchemeAuthentication,), {"scheme": f"first_{alg}"})
    return type(
        f"First{alg}",
        (Bare,),
        {
            "authentication_classes": [named],
            "permission_classes": [HasPolicy("authenticated")],
        },
    )


def checking(alg):
    """Return the bare view that checks one signature in its body, and uses nothing."""

    def get(self, request):
        return Response({"ok": check()})

    check = verify_alone(alg)
    return type(f"Checking{alg}", (Bare,), {"get": get})


class CachedKeyAuthentication(SchemeAuthentication):
    scheme = "api_key_cached"


class CachedKey(Key):
    authentication_classes = [CachedKeyAuthentication]


class RawAuthentication(BaseAuthentication):
    """What a strict look-up costs by hand: a digest, one SELECT, the owner joined."""

    sql = (
        "SELECT k.name, k.digest, u.id, u.is_active FROM claimsauth_apikey k "
        "LEFT JOIN auth_user u ON u.id = k.owner_id WHERE k.public_id = %s"
    )

    def authenticate(self, request):
        key = request.META["HTTP_X_API_KEY"]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, [key.rsplit("_", 2)[1]])
            name, expected, user_id, is_active = cursor.fetchone()
        if expected != sha256(key.encode()).hexdigest() or not is_active:
            return None
        return user_id, name


class Raw(Bare):
    authentication_classes = [RawAuthentication]

    def get(self, request):
        return Response({"ok": bool(request.user)})
