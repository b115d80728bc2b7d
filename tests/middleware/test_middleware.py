"""Plain Django views: the principal, the fallback, what is exempt, the debt."""

import asyncio

import pytest
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import HttpResponse, JsonResponse
from django.test import AsyncClient, RequestFactory, override_settings
from django.urls import path
from django.views.decorators.cache import cache_page

from django_claimsauth.authorization import (
    RequireRole,
    allow_anonymous,
    authorize,
    debt,
    service,
)
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import ClaimsAuthError
from django_claimsauth.middleware import AuthorizationMiddleware
from tests.schemes import as_, claimsauth


def shows(request):
    principal = request.principal
    return JsonResponse(
        {
            "subject": principal.subject,
            "user": str(request.user),
            "kind": isinstance(principal, ClaimsPrincipal),
        }
    )


@authorize(roles=["staff"])
async def async_shows(request):
    return JsonResponse({"user": str(await request.auser())})


@login_not_required
def not_required(request):
    return shows(request)


def owes(request):
    debt.owe(request, "owes", "policy")
    return HttpResponse("inside", status=int(request.GET.get("status", 200)))


def requires(request):
    service.require(request.principal, RequireRole("admin"), object())
    return HttpResponse("inside")


def hides(request):
    service.require(
        request.principal, RequireRole("admin"), hidden_by=RequireRole("reader")
    )


def breaks(request):
    raise ClaimsAuthError("broken")


urlpatterns = [
    path("undeclared/", shows, name="undeclared"),
    path("open/", allow_anonymous(shows)),
    path("async/", async_shows),
    path("exempt/", not_required),
    path("named/", shows, name="public-page"),
    path("static/x/", shows),
    path("owes/", allow_anonymous(owes)),
    path("requires/", allow_anonymous(requires)),
    path("hides/", allow_anonymous(hides)),
    path("breaks/", allow_anonymous(breaks)),
    path("cached/", cache_page(60)(authorize(roles=["staff"])(shows))),
    path("cached-undeclared/", cache_page(60)(shows)),
    path("admin/", admin.site.urls),
]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _settings():
    with override_settings(CLAIMSAUTH=claimsauth()):
        yield


def test_view_that_declares_nothing_is_held_to_the_fallback(client):
    assert 401 == client.get("/undeclared/").status_code
    assert 200 == client.get("/undeclared/", headers=as_()).status_code


def test_url_that_leads_nowhere_stays_a_404(client):
    assert 404 == client.get("/nowhere/").status_code


@pytest.mark.parametrize("url", ["/open/", "/exempt/"])
def test_declared_open_is_open(client, url):
    assert 200 == client.get(url).status_code


@pytest.mark.parametrize(
    ("url", "entry"), [("/named/", "public-*"), ("/static/x/", "/static/")]
)
def test_setting_exempts_by_name_and_by_path(client, url, entry):
    assert 401 == client.get(url).status_code
    with override_settings(CLAIMSAUTH=claimsauth(FALLBACK_EXEMPT=[entry])):
        assert 200 == client.get(url).status_code
        assert 401 == client.get("/undeclared/").status_code


def test_admin_guards_itself(client):
    assert 200 == client.get("/admin/login/").status_code
    assert 302 == client.get("/admin/").status_code
    client.force_login(User.objects.create_superuser("root", password="x"))
    assert 200 == client.get("/admin/").status_code


def test_principal_is_the_default_schemes_where_nothing_was_asked(client):
    found = client.get("/exempt/", headers=as_(sub="7")).json()
    assert {"subject": "7", "user": "AnonymousUser", "kind": True} == found
    assert client.get("/exempt/").json()["subject"] is None


def test_request_user_is_the_schemes_where_something_was_asked(client):
    user = User.objects.create_user("ann")
    found = client.get("/undeclared/", headers=as_(sub=str(user.pk))).json()

    assert "ann" == found["user"]


def test_session_that_the_endpoint_does_not_accept_is_nobody(client):
    client.force_login(User.objects.create_user("ann"))

    assert "AnonymousUser" == client.get("/open/").json()["user"]


@pytest.mark.parametrize("url", ["/cached/", "/cached-undeclared/"])
def test_a_cached_answer_is_guarded_too(client, url):
    assert 200 == client.get(url, headers=as_(roles=["staff"])).status_code
    assert 401 == client.get(url).status_code


@pytest.mark.parametrize(("status", "expected"), [(200, 500), (302, 500), (404, 404)])
def test_answer_that_owes_a_question_is_refused(client, status, expected):
    response = client.get(f"/owes/?status={status}")

    assert expected == response.status_code
    assert (b"inside" in response.content) is (expected == 404)


def test_options_owes_nothing(client):
    assert 200 == client.options("/owes/").status_code


def test_what_service_require_raises_is_answered(client):
    assert 401 == client.get("/requires/").status_code
    assert 'alpha realm="api"' == client.get("/requires/")["WWW-Authenticate"]
    assert 403 == client.get("/requires/", headers=as_()).status_code
    assert 404 == client.get("/hides/", headers=as_()).status_code


def test_other_errors_go_up(client):
    with pytest.raises(ClaimsAuthError, match="broken"):
        client.get("/breaks/")


@pytest.mark.django_db(transaction=True)
def test_async_chain_guards_async_and_sync_views():
    async def ask():
        client = AsyncClient()
        return [
            (await client.get(url, headers=headers)).status_code
            for url, headers in (
                ("/async/", None),
                ("/async/", as_(roles=["staff"])),
                ("/async/", as_(roles=["guest"])),
                ("/undeclared/", None),
                ("/undeclared/", as_()),
            )
        ]

    assert [401, 200, 403, 401, 200] == asyncio.run(ask())


def test_middleware_is_async_exactly_where_the_chain_is():
    async def aresponse(request):
        return HttpResponse("inside")

    sync = AuthorizationMiddleware(lambda request: HttpResponse("inside"))
    response = AuthorizationMiddleware(aresponse)(RequestFactory().get("/"))

    assert 200 == sync(RequestFactory().get("/")).status_code
    assert 200 == asyncio.run(response).status_code
