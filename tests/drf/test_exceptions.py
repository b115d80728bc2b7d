"""DRF's own exceptions and ours: statuses, challenges, codes, bodies."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpResponse
from django.test import override_settings
from rest_framework import exceptions
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate

from django_claimsauth.authorization import (
    RequireRole,
    authorize,
)
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.drf import (
    HasPolicy,
    SchemeAuthentication,
    exception_handler,
)
from tests.drf.views import Base, Beta, Guarded
from tests.schemes import as_, claimsauth

pytestmark = [pytest.mark.urls("tests.drf.views"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.CLAIMSAUTH = claimsauth(FALLBACK_POLICY=None)


@pytest.fixture
def api():
    return APIClient()


@pytest.mark.parametrize("url", ["/authenticated/", "/policy/"])
def test_every_authentication_class_challenges(api, url):
    response = api.get(url)

    assert 401 == response.status_code
    assert 'alpha realm="api", beta realm="api"' == response["WWW-Authenticate"]
    assert "not_authenticated" == response.json()["code"]
    assert "no-store" == response["Cache-Control"]


@pytest.mark.parametrize(
    ("code", "status"),
    [("bad", 401), ("bad:keys_unavailable", 503), ("bad:invalid_request", 400)],
)
def test_kind_of_failure_decides_the_status(api, code, status):
    response = api.get("/authenticated/", headers={"Test-Beta": code})

    assert status == response.status_code


def test_first_class_that_succeeds_is_who_it_is(api):
    headers = {**as_("alpha", name="ann"), **as_("beta", name="bob")}
    assert "ann" == api.get("/policy/", headers=headers).json()["user"]

    headers["Test-Alpha"] = "bad"
    assert "bob" == api.get("/policy/", headers=headers).json()["user"]


@pytest.mark.parametrize(
    ("which", "status", "code"),
    [
        ("404", 404, "not_found"),
        ("403", 403, "permission_denied"),
        ("drf403", 403, "permission_denied"),
        ("throttled", 429, "throttled"),
    ],
)
def test_drfs_own_errors_get_a_code(api, which, status, code):
    response = api.get(f"/raising/{which}/")

    assert (status, code) == (response.status_code, response.json()["code"])
    assert "acme" not in response.content.decode()
    problem = api.get(
        f"/raising/{which}/", headers={"Accept": "application/problem+json"}
    )
    if problem.status_code != 406:
        assert code == problem.json()["code"]


def test_problem_details_by_setting(api):
    with override_settings(
        CLAIMSAUTH=claimsauth(PROBLEM_DETAILS=True, FALLBACK_POLICY=None)
    ):
        for url, status in (("/raising/404/", 404), ("/authenticated/", 401)):
            response = api.get(url)
            body = response.json()
            assert "application/problem+json" == response["Content-Type"].split(";")[0]
            assert (status, status) == (response.status_code, body["status"])
            assert {"type", "title", "status", "detail", "code"} == set(body)


@pytest.mark.parametrize("which", ["validation", "list"])
def test_validation_errors_are_left_alone(api, which):
    response = api.get(f"/raising/{which}/")

    assert 400 == response.status_code
    assert "Too long." in response.content.decode()


def test_what_service_require_raises_is_answered(api):
    for headers, status in (
        ({}, 401),
        (as_(roles=["staff"]), 403),
        (as_(roles=["guest"]), 404),
    ):
        assert status == api.get("/requiring/", headers=headers).status_code


def test_permissions_compose(api):
    a, b = as_(roles=["a"]), as_(roles=["b"])

    assert [200, 200] == [api.get("/either/", headers=h).status_code for h in (a, b)]
    assert 403 == api.get("/either/", headers=as_(roles=["c"])).status_code
    assert [403, 200] == [api.get("/neither/", headers=h).status_code for h in (a, b)]


def test_permission_class_holds_the_fallback(api):
    assert 200 == api.get("/fallback/").status_code
    with override_settings(CLAIMSAUTH=claimsauth()):
        assert 401 == api.get("/fallback/").status_code
        response = api.get("/fallback/", headers=as_(name="ann"))
        assert {"user": "ann", "auth": True} == response.json()


def test_guard_wins_over_no_authentication_classes(api):
    assert 401 == api.get("/guarded/", headers=as_("alpha")).status_code
    response = api.get("/guarded/", headers=as_("beta", roles=["staff"], name="bob"))
    assert {"user": "bob", "auth": True} == response.json()


@authorize
class OwnList(Base):
    authentication_classes = [Beta, SchemeAuthentication]


def test_policy_without_schemes_asks_the_views_own_classes(api):
    view = OwnList.as_view()

    def ask(headers):
        return view(APIRequestFactory().get("/", headers=headers))

    assert 'beta realm="api", alpha realm="api"' == ask({})["WWW-Authenticate"]
    both = {**as_("alpha", name="ann"), **as_("beta", name="bob")}
    # The first that succeeds, as DRF means its list; nothing is merged.
    assert "bob" == ask(both).data["user"]
    assert "ann" == ask({**both, "Test-Beta": "bad"}).data["user"]
    assert 401 == ask({"Test-Beta": "bad"}).status_code


def test_fallback_asks_the_views_own_classes(api):
    with override_settings(CLAIMSAUTH=claimsauth()):
        assert (
            "bob"
            == api.get("/by-beta/", headers=as_("beta", name="bob")).json()["user"]
        )
        assert 401 == api.get("/by-beta/", headers=as_("alpha")).status_code


def test_open_view_knows_who_it_is(api):
    assert {"user": "AnonymousUser", "auth": False} == api.get("/open/").json()
    assert "ann" == api.get("/open/", headers=as_(name="ann")).json()["user"]


@pytest.mark.parametrize("url", ["/policy/", "/open/", "/session/"])
def test_forced_user_is_a_principal(api, url):
    user = User.objects.create_user("ann")
    api.force_authenticate(user)

    assert {"user": "ann", "auth": True} == api.get(url).json() | {"auth": True}


def test_whom_another_authentication_class_vouches_for_is_a_principal(api):
    user = User.objects.create_user("ann")

    assert "ann" == api.get("/foreign/", headers={"Foreign": "ann"}).json()["user"]
    assert (
        "bob" == api.get("/foreign/", headers=as_(sub="b", name="bob")).json()["user"]
    )
    assert 401 == api.get("/foreign/").status_code
    user.is_active = False
    user.save()
    # DRF tells 401 from 403 by whether anybody was vouched for.
    assert 403 == api.get("/foreign/", headers={"Foreign": "ann"}).status_code


@pytest.mark.parametrize(("roles", "status"), [(["staff"], 200), (["guest"], 403)])
def test_forced_principal_is_judged(roles, status):
    request = APIRequestFactory().get("/")
    principal = ClaimsPrincipal.of("beta", {"sub": "x", "roles": roles})
    force_authenticate(request, User(username="x"), token=principal)

    assert status == Guarded.as_view()(request).status_code


def test_user_is_forced_on_a_request_that_was_refused():
    user = User(pk=1, username="x", is_active=True)
    request = APIRequestFactory().get("/")
    view = authorize(lambda request: HttpResponse(str(request.user)))
    assert 401 == view(request).status_code

    force_authenticate(request, user)
    assert 200 == view(request).status_code


def test_forced_inactive_user_is_nobody():
    request = APIRequestFactory().get("/")
    force_authenticate(request, User(username="x", is_active=False))
    assert 401 == Guarded.as_view()(request).status_code

    request = APIRequestFactory().get("/")
    force_authenticate(request, AnonymousUser())
    assert 401 == Guarded.as_view()(request).status_code


def test_session_needs_a_csrf_token_on_unsafe_methods():
    user = User.objects.create_user("ann")
    strict = APIClient(enforce_csrf_checks=True)
    strict.force_login(user)

    assert 200 == strict.get("/session/").status_code
    response = strict.post("/session/")
    assert 403 == response.status_code
    assert "csrf_failed" == response.json()["code"]


def test_names_that_are_not_there_are_attribute_errors():
    from django_claimsauth import drf

    with pytest.raises(AttributeError):
        getattr(drf, "nothing")  # noqa: B009  # asked for at run time
    assert all(getattr(drf, name) for name in drf.__all__)


@pytest.mark.parametrize("policy", [None, "", 1, RequireRole])
def test_has_policy_takes_a_policy(policy):
    with pytest.raises((TypeError, ValueError)):
        HasPolicy(policy)
    assert "HasPolicy" in HasPolicy("x").__name__


def test_refusal_outside_of_a_request_is_drfs(api):
    response = exception_handler(exceptions.NotAuthenticated(), {"request": None})

    assert 401 == response.status_code
    assert exception_handler(KeyError("x"), {"request": None}) is None


def test_default_handler_of_drf_answers_too(api):
    class Plain(Guarded):
        def get_exception_handler(self):
            from rest_framework.views import exception_handler as default

            return default

    response = Plain.as_view()(APIRequestFactory().get("/"))
    assert 401 == response.status_code
    assert 'beta realm="api"' == response["WWW-Authenticate"]
    assert {"detail"} == set(json.loads(response.rendered_content))
