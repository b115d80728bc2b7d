"""System checks: what is wrong, found before a request is."""

from dataclasses import dataclass

import pytest
from django.core.checks import run_checks
from django.http import HttpResponse
from django.urls import path
from django.views import View
from rest_framework.views import APIView

from django_claimsauth.authorization import (
    Requirement,
    RequireRole,
    allow_anonymous,
    authorize,
    claim,
    handles,
    policies,
    resource,
)
from django_claimsauth.authorization.handlers import registry
from django_claimsauth.drf import HasPolicy, PolicyPermission, resource_policies
from tests.app.models import Document
from tests.drf.documents import Open
from tests.schemes import claimsauth

pytestmark = pytest.mark.django_db
MIDDLEWARE = "django_claimsauth.middleware.AuthorizationMiddleware"
SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
AUTH = "django.contrib.auth.middleware.AuthenticationMiddleware"


@dataclass(frozen=True)
class Unheard(Requirement):
    """Nobody judges it."""


@dataclass(frozen=True)
class Judged(Requirement):
    """Judged, without a queryset form."""


def judges(context, requirement):
    context.succeed(requirement)


def view(request):
    return HttpResponse()


@authorize("authenticated")
class OwnAsView(View):
    @classmethod
    def as_view(cls, **kwargs):
        return super().as_view(**kwargs)


class Escaping(OwnAsView):
    @classmethod
    def as_view(cls, **kwargs):
        return View.as_view.__func__(cls, **kwargs)


class ByPermission(APIView):
    permission_classes = [HasPolicy(resource.owner_id == claim("sub"))]

    def get(self, request):
        return HttpResponse()


class OursEscaping(Escaping):
    permission_classes = [PolicyPermission]


class Twice(View):
    @authorize("authenticated")
    @allow_anonymous
    def get(self, request):
        return HttpResponse()


@resource_policies(list=Judged(), retrieve="misspelt")
class Unnarrowable(Open):
    pass


@resource_policies(list=resource.owner_id == claim("sub"))
class Fine(Open):
    pass


@pytest.fixture
def ids(settings):
    """Return a function that gives the ids that the checks find for some views."""
    settings.ROOT_URLCONF = __name__
    settings.CLAIMSAUTH = claimsauth()

    def run(*views, deploy=False):
        urlpatterns[:] = [path(f"{n}/", each) for n, each in enumerate(views)]
        from django.urls import clear_url_caches

        clear_url_caches()
        messages = run_checks(include_deployment_checks=deploy)
        return [each.id[11:] for each in messages if each.id.startswith("claimsauth.")]

    return run


urlpatterns = []


def test_sound_project_has_nothing(ids):
    assert [] == ids(view, authorize(view), Fine.as_view({"get": "list"}), deploy=True)


@pytest.mark.parametrize(
    ("claimsauth_setting", "expected"),
    [
        ({"SCHEMS": {}}, ["E001"]),
        ({"CLAIMS_TRANSFORMATIONS": ["nowhere.Nothing"]}, ["E001"]),
        ([], ["E001"]),
        ({"SCHEMES": {"a": {"BACKEND": "nowhere.Nothing"}}}, ["E002"]),
        ({"SCHEMES": {"a": {"BACKEND": "tests.schemes.claimsauth"}}}, ["E002"]),
        (claimsauth(DEFAULT_SCHEME=None), ["E003"]),
        (claimsauth(DEFAULT_SCHEME="gamma"), ["E003"]),
        (claimsauth(DEFAULT_POLICY="gone"), ["E005"]),
        (claimsauth(FALLBACK_POLICY="gone"), ["E005"]),
        (
            {
                "SCHEMES": {
                    "a": {"FORWARD": {"default": "b"}},
                    "b": {"FORWARD": {"default": "a"}},
                },
                "DEFAULT_SCHEME": "a",
            },
            ["E004", "E004"],
        ),
        (
            {
                "SCHEMES": {
                    "a": {
                        "BACKEND": "tests.schemes.HeaderHandler",
                        "FORWARD": {"challenge": "gone"},
                    }
                }
            },
            ["E004", "E004"],
        ),
    ],
)
def test_settings_that_cannot_work_are_errors(
    ids, settings, claimsauth_setting, expected
):
    settings.CLAIMSAUTH = claimsauth_setting

    assert expected == ids(view)


@pytest.mark.parametrize(
    ("requirement", "schemes"), [(Unheard(), ()), (RequireRole("a"), ("gone",))]
)
def test_policy_that_cannot_be_judged_is_an_error(ids, requirement, schemes):
    with policies.override("bad", requirement, schemes=schemes):
        assert ["E006"] == ids(view)


@pytest.mark.parametrize(
    "guarded",
    [
        authorize("misspelt")(view),
        authorize(Unheard())(view),
        authorize(schemes=["gone"])(view),
    ],
)
def test_endpoint_that_cannot_be_judged_is_an_error(ids, guarded):
    assert ["E008"] == ids(guarded)


def test_rule_without_a_resource_is_an_error(ids):
    assert ["E009"] == ids(authorize(resource.owner_id == claim("sub"))(view))


def test_both_on_one_level_is_a_warning(ids):
    assert ["W014"] == ids(allow_anonymous(authorize(view)))
    assert ["W014"] == ids(Twice.as_view())


def test_list_that_cannot_be_narrowed_is_an_error(ids):
    handles(Judged)(judges)
    try:
        unnarrowable = Unnarrowable.as_view({"get": "list"})
        assert ["E011"] == ids(unnarrowable)
        unknown = Unnarrowable.as_view({"get": "retrieve"})
        assert ["E008", "E011"] == ids(unknown)
    finally:
        registry.remove(judges)


def test_unguarded_is_a_warning_and_an_error_for_deployment(ids, settings):
    settings.CLAIMSAUTH = claimsauth(FALLBACK_POLICY=None)

    assert ["W010"] == ids(view)
    assert ["W010", "E010", "W015"] == ids(view, deploy=True)
    assert ["W015"] == ids(authorize(view), deploy=True)


def test_middleware_in_the_wrong_place_is_an_error(ids, settings):
    settings.MIDDLEWARE = [MIDDLEWARE, SESSION, AUTH]

    assert ["E012", "E012"] == [each for each in ids(view) if each != "W010"]


def test_missing_middleware_is_a_warning_where_it_is_needed(ids, settings):
    settings.MIDDLEWARE = []

    assert "W013" in ids(view)
    settings.REST_FRAMEWORK = {
        "DEFAULT_PERMISSION_CLASSES": ["django_claimsauth.drf.PolicyPermission"]
    }
    assert "W013" not in ids(view)
    assert "W013" in ids(ByPermission.as_view())


def test_metadata_that_nothing_enforces_is_an_error(ids, settings):
    settings.MIDDLEWARE = []
    settings.CLAIMSAUTH = claimsauth(FALLBACK_POLICY=None)

    assert [] == ids(OwnAsView.as_view())
    assert ["E007"] == ids(Escaping.as_view())
    assert [] == ids(OursEscaping.as_view())


def test_project_without_urls_has_nothing_to_check(ids, settings):
    settings.ROOT_URLCONF = None
    settings.CLAIMSAUTH = claimsauth(FALLBACK_POLICY=None)

    assert [] == ids(view)


def test_document_is_a_model_of_the_list():
    assert Document is Unnarrowable.queryset.model
