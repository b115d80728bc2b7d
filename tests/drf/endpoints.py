"""Every kind of endpoint, each guarded by the role `staff`, and some that are not."""

from django.http import HttpResponse
from django.urls import include, path, re_path
from django.views import View
from rest_framework.decorators import action, api_view
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter
from rest_framework.urlpatterns import format_suffix_patterns
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from django_claimsauth.authorization import (
    allow_anonymous,
    authorize,
    require_authorization,
)

RAN = []


def ran(request, *args, **kwargs):
    RAN.append(request.method)
    return HttpResponse("inside")


class Answering(APIView):
    permission_classes = []
    authentication_classes = []

    def get(self, request, *args, **kwargs):
        RAN.append(request.method)
        return Response({"inside": str(request.user), "auth": bool(request.auth)})

    post = get


@authorize(roles=["staff"])
class ClassView(Answering):
    pass


class MethodView(APIView):
    @authorize(roles=["staff"])
    def get(self, request, *args, **kwargs):
        return ran(request)

    @authorize(roles=["staff"])
    def post(self, request, *args, **kwargs):
        return ran(request)


class OverridingView(MethodView):
    def get(self, request, *args, **kwargs):
        return ran(request)

    def initial(self, request, *args, **kwargs):
        pass


@api_view(["GET", "POST"])
@authorize(roles=["staff"])
def guarded_inside(request, *args, **kwargs):
    return ran(request)


@authorize(roles=["staff"])
@api_view(["GET", "POST"])
def guarded_outside(request, *args, **kwargs):
    return ran(request)


class Things(ViewSet):
    def list(self, request, *args, **kwargs):
        return ran(request)

    def create(self, request, *args, **kwargs):
        return ran(request)

    @action(detail=False, methods=["get", "post"])
    def extra(self, request, *args, **kwargs):
        return ran(request)


@authorize(roles=["staff"])
class ThingViewSet(Things):
    pass


class ActionViewSet(Things):
    @authorize(roles=["staff"])
    def list(self, request, *args, **kwargs):
        return ran(request)

    @authorize(roles=["staff"])
    def create(self, request, *args, **kwargs):
        return ran(request)

    @authorize(roles=["staff"])
    @action(detail=False, methods=["get", "post"])
    def above(self, request, *args, **kwargs):
        return ran(request)

    @action(detail=False, methods=["get", "post"])
    @authorize(roles=["staff"])
    def below(self, request, *args, **kwargs):
        return ran(request)


class PlainView(View):
    @authorize(roles=["staff"])
    def get(self, request, *args, **kwargs):
        return ran(request)

    @authorize(roles=["staff"])
    def post(self, request, *args, **kwargs):
        return ran(request)


class OverridingPlainView(PlainView):
    def get(self, request, *args, **kwargs):
        return ran(request)


@authorize(roles=["staff"])
class PlainClassView(View):
    def get(self, request, *args, **kwargs):
        return ran(request)

    post = get


@authorize(roles=["staff"])
def function(request, *args, **kwargs):
    return ran(request)


@authorize(roles=["staff"])
async def coroutine(request, *args, **kwargs):
    return ran(request)


@authorize(roles=["staff"])
class AsyncView(View):
    async def get(self, request, *args, **kwargs):
        return ran(request)

    async def post(self, request, *args, **kwargs):
        return ran(request)


@allow_anonymous
def open_function(request, *args, **kwargs):
    return ran(request)


class OpenView(Answering):
    permission_classes = [AllowAny]


router = DefaultRouter()
router.register("things", ThingViewSet, "thing")
router.register("actions", ActionViewSet, "action")
gated_router = DefaultRouter()
gated_router.register("gated", Things, "gated")
inner = [
    path("open/", open_function),
    path("view/", OpenView.as_view()),
    path("nested/", include([path("open/", open_function)])),
]

urlpatterns = [
    path("class/", ClassView.as_view()),
    path("method/", MethodView.as_view()),
    path("overriding/", OverridingView.as_view()),
    path("inside/", guarded_inside),
    path("outside/", guarded_outside),
    path("plain-method/", PlainView.as_view()),
    path("plain-overriding/", OverridingPlainView.as_view()),
    path("plain-class/", PlainClassView.as_view()),
    path("function/", function),
    re_path(r"^slashless/?$", function),
    path("async/", coroutine),
    path("async-class/", AsyncView.as_view()),
    path("wrapped/", authorize(roles=["staff"])(OpenView.as_view())),
    path("gate/", require_authorization(open_function, roles=["staff"])),
    path("gated/", require_authorization(include(inner), roles=["staff"])),
    path(
        "routers/", require_authorization(include(gated_router.urls), roles=["staff"])
    ),
    path("opened/", include(inner)),
    path("undeclared/", ran),
    path("undeclared-drf/", OpenView.as_view()),
    *router.urls,
    *format_suffix_patterns([path("suffixed", ClassView.as_view())]),
]
GUARDED = [
    "/class/",
    "/method/",
    "/overriding/",
    "/inside/",
    "/outside/",
    "/plain-method/",
    "/plain-overriding/",
    "/plain-class/",
    "/function/",
    "/slashless",
    "/slashless/",
    "/async/",
    "/async-class/",
    "/wrapped/",
    "/gate/",
    "/gated/open/",
    "/gated/view/",
    "/gated/nested/open/",
    "/routers/gated/",
    "/routers/gated/extra/",
    "/things/",
    "/things.json",
    "/things/extra/",
    "/things/extra.json",
    "/actions/",
    "/actions/above/",
    "/actions/below/",
    "/suffixed",
    "/suffixed.json",
]
