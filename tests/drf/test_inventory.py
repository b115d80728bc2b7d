"""The inventory: what guards each endpoint, ours or not, and what changed."""

import io
import json

import pytest
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required, login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import override_settings
from django.urls import include, path
from django.views import View
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView

from django_claimsauth.authorization import (
    RequireRole,
    allow_anonymous,
    authorize,
    require_authorization,
)
from django_claimsauth.drf import HasPolicy, PolicyPermission
from django_claimsauth.drf.inventory import endpoints
from tests.drf.documents import Documents
from tests.schemes import claimsauth


def plain(request):
    return HttpResponse()


@login_not_required
def public(request):
    return HttpResponse()


class Plain(View):
    def get(self, request):
        return HttpResponse()

    def post(self, request):
        return HttpResponse()


class Mixed(LoginRequiredMixin, Plain):
    pass


class Third(APIView):
    permission_classes = [IsAuthenticated]

    def get(self, request):
        return HttpResponse()


class Composed(Third):
    permission_classes = [IsAuthenticated & HasPolicy("authenticated")]


class Ours(Third):
    permission_classes = [PolicyPermission]


class OpenToAll(Third):
    permission_classes = []


class Empty(View):
    pass


urlpatterns = [
    path("plain/", plain, name="plain"),
    path("public/", public),
    path("class/", Plain.as_view()),
    path("login/", login_required(plain)),
    path("mixin/", Mixed.as_view()),
    path("third/", Third.as_view()),
    path("composed/", Composed.as_view()),
    path("ours/", Ours.as_view()),
    path("open-drf/", OpenToAll.as_view()),
    path("empty/", Empty.as_view()),
    path("anonymous/", allow_anonymous(plain)),
    path("function/", authorize("authenticated", schemes=["beta"])(plain)),
    path("default/", authorize(plain)),
    path("roles/", authorize(RequireRole("a"), roles=["b", "c"])(plain)),
    path(
        "gated/",
        require_authorization(
            include(([path("x/", Plain.as_view(), name="x")], "app"), "ns"), roles=["a"]
        ),
    ),
    path("documents/", Documents.as_view({"get": "list", "post": "create"})),
    path("admin/", admin.site.urls),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.CLAIMSAUTH = claimsauth()


def found(**kwargs):
    return {(e.method, e.route): e for e in endpoints(**kwargs)}


@pytest.mark.parametrize(
    ("key", "declared", "policies", "schemes"),
    [
        (("ANY", "/plain/"), "fallback", ("authenticated",), ("alpha",)),
        (("GET", "/class/"), "fallback", ("authenticated",), ("alpha",)),
        (("ANY", "/public/"), "exempt", (), ()),
        (("ANY", "/anonymous/"), "anonymous", (), ()),
        (("ANY", "/function/"), "function", ("authenticated",), ("beta",)),
        (("ANY", "/default/"), "function", ("default policy",), ("alpha",)),
        (
            ("ANY", "/roles/"),
            "function",
            ("RequireRole('a') and roles: b, c",),
            ("alpha",),
        ),
        (("POST", "/gated/x/"), "gate", ("roles: a",), ("alpha",)),
        (("GET", "/composed/"), "permission", ("authenticated",), ("alpha",)),
        (("ANY", "/admin/"), "admin", (), ()),
        (("ANY", "/admin/auth/user/"), "admin", (), ()),
        (("ANY", "/admin/login/"), "exempt", (), ()),
    ],
)
def test_guard_of_each_endpoint(key, declared, policies, schemes):
    endpoint = found()[key]

    assert (declared, policies, schemes) == (
        endpoint.declared,
        endpoint.policies,
        endpoint.schemes,
    )


def test_resource_policy_is_shown_as_itself():
    endpoint = found()["GET", "/documents/"]

    assert "resource" == endpoint.declared
    assert "resource.tenant.slug" in endpoint.policies[0]
    assert "ViewLevel" not in str(endpoint.as_dict())


@pytest.mark.parametrize(
    ("key", "declared"),
    [
        (("ANY", "/plain/"), "unguarded"),
        (("GET", "/class/"), "unguarded"),
        (("ANY", "/login/"), "django"),
        (("GET", "/mixin/"), "django"),
        (("GET", "/third/"), "other"),
        (("GET", "/ours/"), "unguarded"),
        (("GET", "/open-drf/"), "unguarded"),
        (("ANY", "/empty/"), "unguarded"),
        (("ANY", "/admin/"), "admin"),
    ],
)
def test_without_a_fallback_the_others_guards_show(settings, key, declared):
    settings.CLAIMSAUTH = claimsauth(FALLBACK_POLICY=None)

    assert declared == found()[key].declared


def test_without_the_middleware_only_our_permission_class_falls_back(settings):
    settings.MIDDLEWARE = []

    assert "fallback" == found()["GET", "/ours/"].declared
    assert "unguarded" == found()["GET", "/class/"].declared
    assert ("IsAuthenticated",) == found()["GET", "/third/"].policies


def test_login_required_middleware_guards_plain_views(settings):
    settings.MIDDLEWARE = ["django.contrib.auth.middleware.LoginRequiredMiddleware"]

    assert "django" == found()["GET", "/class/"].declared
    assert "exempt" == found()["ANY", "/public/"].declared


def test_names_have_their_namespaces():
    assert "ns:x" == found()["GET", "/gated/x/"].name


def test_two_schemes_without_a_default_show_none(settings):
    settings.CLAIMSAUTH = claimsauth(DEFAULT_SCHEME=None)

    assert () == found()["ANY", "/default/"].schemes


def run(*args, **kwargs):
    out = io.StringIO()
    call_command("list_endpoints", *args, stdout=out, **kwargs)
    return out.getvalue()


def test_formats():
    table, markdown = run(), run(format="markdown")
    rows = json.loads(run(format="json"))

    assert table.startswith("method")
    assert "| --- |" in markdown
    assert {"method", "route", "policies", "schemes", "declared"} <= set(rows[0])


def test_fail_on_names_what_is_open():
    with pytest.raises(CommandError, match="anonymous: ANY /anonymous/") as caught:
        run(fail_on="unguarded,anonymous")
    assert 1 == caught.value.returncode
    assert "method" in run(fail_on="unguarded")


def test_fail_on_refuses_a_word_it_does_not_know():
    with pytest.raises(CommandError, match="unguraded") as caught:
        run(fail_on="unguraded")
    assert 2 == caught.value.returncode


def test_check_says_what_was_loosened_and_what_was_tightened(tmp_path, settings):
    file = tmp_path / "endpoints.json"
    run(save=str(file))
    assert "guarded as saved" in run(check=str(file))

    saved = json.loads(file.read_text())
    by_route = {each["route"]: each for each in saved}
    by_route["/default/"]["requirements"].append("RequireRole('was here')")
    by_route["/anonymous/"]["declared"] = "function"
    by_route["/roles/"]["requirements"].pop()
    by_route["/function/"]["schemes"] = ["alpha"]
    by_route["/plain/"]["declared"] = "unguarded"
    saved.remove(by_route["/public/"])
    saved.append({"method": "GET", "route": "/gone/"})
    file.write_text(json.dumps(saved))

    out = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("list_endpoints", check=str(file), stdout=out)

    lines = [line.split() for line in out.getvalue().splitlines()]
    assert 1 == caught.value.returncode
    assert [
        ("loosened:", "/anonymous/:"),
        ("loosened:", "/default/:"),
        ("changed:", "/function/:"),
        ("added:", "/public/:"),
        ("removed:", "/gone/:"),
        ("tightened:", "/plain/:"),
        ("tightened:", "/roles/:"),
    ] == [(words[0], words[2]) for words in lines]


@pytest.mark.parametrize("content", [None, "not json", "{}", "[1]", '[{"route": 1}]'])
def test_check_of_what_was_not_saved_is_a_usage_error(tmp_path, content):
    file = tmp_path / "saved.json"
    if content is not None:
        file.write_text(content)

    with pytest.raises(CommandError) as caught:
        run(check=str(file))
    assert 2 == caught.value.returncode


def test_saving_where_nothing_can_be_written_is_a_usage_error(tmp_path):
    with pytest.raises(CommandError, match="Cannot write") as caught:
        run(save=str(tmp_path / "no" / "where"))
    assert 2 == caught.value.returncode


@override_settings(ROOT_URLCONF="tests.urls")
def test_another_urlconf():
    assert "/documents/" not in run(urlconf="tests.urls")
