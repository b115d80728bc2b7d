"""Decorated means enforced, whatever the settings."""

import pytest
from django.conf import settings
from django.test import override_settings
from rest_framework.renderers import BrowsableAPIRenderer
from rest_framework.request import override_method
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from django_claimsauth.authorization import allow_anonymous, authorize
from tests.drf import endpoints
from tests.schemes import as_, claimsauth

pytestmark = [pytest.mark.urls("tests.drf.endpoints"), pytest.mark.django_db]
MIDDLEWARE = "django_claimsauth.middleware.AuthorizationMiddleware"
METHODS = ["get", "head", "options", "post"]


@pytest.fixture(autouse=True, params=["middleware", "no middleware"])
def middleware(request):
    kept = [each for each in settings.MIDDLEWARE if each != MIDDLEWARE]
    if request.param == "middleware":
        kept.append(MIDDLEWARE)
    with override_settings(
        MIDDLEWARE=kept, CLAIMSAUTH=claimsauth(FALLBACK_POLICY=None)
    ):
        endpoints.RAN.clear()
        yield request.param


@pytest.fixture(autouse=True, params=["permission class", "no permission class"])
def permissions(request, monkeypatch):
    from django_claimsauth.drf import PolicyPermission

    classes = [PolicyPermission] if request.param == "permission class" else []
    monkeypatch.setattr(APIView, "permission_classes", classes)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("url", endpoints.GUARDED)
def test_guarded_endpoint_challenges_the_anonymous(client, url, method):
    response = getattr(client, method)(url)

    assert 401 == response.status_code
    assert 'alpha realm="api"' == response["WWW-Authenticate"]
    assert [] == endpoints.RAN


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("url", endpoints.GUARDED)
def test_guarded_endpoint_refuses_who_lacks_the_role(client, url, method):
    response = getattr(client, method)(url, headers=as_(roles=["guest"]))

    assert 403 == response.status_code
    assert [] == endpoints.RAN


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("url", endpoints.GUARDED)
def test_guarded_endpoint_lets_in_who_has_the_role(client, url, method):
    response = getattr(client, method)(url, headers=as_(roles=["staff"]))

    # A gated function answers OPTIONS like anything else.
    assert response.status_code in ({200, 405} if method != "get" else {200})


@pytest.mark.parametrize("url", endpoints.GUARDED)
@pytest.mark.parametrize(
    "headers", [{"X-HTTP-Method-Override": "OPTIONS"}, {"X-Method-Override": "HEAD"}]
)
def test_method_override_changes_nothing(client, url, headers):
    response = client.post(f"{url}?_method=OPTIONS", headers=headers)

    assert 401 == response.status_code
    assert [] == endpoints.RAN


@pytest.mark.parametrize("url", ["/opened/open/", "/opened/view/"])
def test_the_same_view_mounted_without_a_gate_stays_open(client, url):
    assert 200 == client.get(url).status_code


def test_a_bad_credential_is_a_401_with_its_own_body(client):
    response = client.get("/class/", headers={"Test-Alpha": "bad"})

    assert 401 == response.status_code
    assert "invalid_token" == response.json().get("code", "invalid_token")


def test_request_user_and_auth_are_the_principals(client):
    response = client.get("/class/", headers=as_(roles=["staff"], name="ann"))

    assert {"inside": "ann", "auth": True} == response.json()


class Reads(APIView):
    """Anybody reads, and staff writes; DRF asks here what it may describe."""

    authentication_classes = ()

    @allow_anonymous
    def get(self, request):
        with override_method(self, request, "POST") as asked:
            return Response(show_form(self, asked))

    @authorize(roles=["staff"])
    def post(self, request):
        """Write."""


def show_form(view, request):
    renderer = BrowsableAPIRenderer()
    return renderer.show_form_for_method(view, "POST", request, None)


@pytest.mark.parametrize(("roles", "shown"), [(["staff"], True), (["guest"], False)])
def test_a_form_is_shown_to_who_may_send_it(roles, shown):
    request = APIRequestFactory().get("/", headers=as_(roles=roles))

    assert shown is Reads.as_view()(request).data
