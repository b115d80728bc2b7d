"""Ways through the engine that few requests take."""

import asyncio

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.views import View

from django_claimsauth import hooks
from django_claimsauth.authentication import schemes
from django_claimsauth.authorization import (
    RequirePermission,
    RequireRole,
    authorize,
    claim,
    debt,
    decisions,
    enforcement,
    metadata,
    resource,
    service,
)
from django_claimsauth.authorization.metadata import EndpointMetadata
from django_claimsauth.authorization.policies import AuthorizeData
from django_claimsauth.authorization.refusals import missing_scopes
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import NotAuthorizedError, NotNarrowableError
from tests.app.models import Document
from tests.schemes import as_, claimsauth

ANN = ClaimsPrincipal.of("alpha", {"sub": "1"})


@pytest.fixture(autouse=True)
def _settings():
    with override_settings(CLAIMSAUTH=claimsauth()):
        yield


class KnowsObjects:
    """A backend that gives permissions for single objects."""

    def has_perm(self, user, permission, obj=None):
        return obj is not None


@pytest.mark.django_db
def test_object_permissions_cannot_narrow_a_list():
    principal = ClaimsPrincipal.of(
        "alpha", {"sub": str(User.objects.create_user("a").pk)}
    )
    permission = RequirePermission("testapp.view_document")

    with (
        override_settings(AUTHENTICATION_BACKENDS=[f"{__name__}.KnowsObjects"]),
        pytest.raises(NotNarrowableError, match="KnowsObjects"),
    ):
        service.narrow(principal, permission, Document.objects.all())


@pytest.mark.django_db
def test_narrowing_for_a_request_pays_its_debt():
    request = RequestFactory().get("/")
    debt.owe(request, "view", "policy")

    service.narrow(
        ANN, resource.owner_id == claim("sub"), Document.objects.all(), request=request
    )

    assert debt.outstanding(request, 200) is None


def test_who_was_authenticated_before_is_not_asked_again():
    request = RequestFactory().get("/", headers=as_())
    before = schemes.authenticate(request, ("alpha",))

    refusal = enforcement.enforce(
        request, EndpointMetadata(entries=(AuthorizeData(schemes=("alpha",)),))
    )

    assert refusal is None
    assert before.principal is request.principal


@pytest.mark.parametrize(
    ("headers", "subject"),
    [
        (as_("beta", sub="b"), "b"),
        ({**as_("alpha", sub="a"), **as_("beta", sub="b")}, "a"),
        ({}, None),
    ],
)
def test_a_list_of_ones_own_is_asked_in_turn_on_the_event_loop(headers, subject):
    request = RequestFactory().get("/", headers=headers)
    declared = EndpointMetadata(entries=(AuthorizeData(),), schemes=("alpha", "beta"))

    refusal = asyncio.run(enforcement.aenforce(request, declared))

    assert (refusal is None) is (subject is not None)
    assert subject == request.principal.subject


def test_what_is_kept_about_endpoints_is_bounded(monkeypatch):
    monkeypatch.setattr(decisions, "MAX_PLANS", 3)
    monkeypatch.setattr(metadata, "MAX_ENDPOINTS", 3)
    made = [
        authorize(roles=["r"])(type(f"View{number}", (View,), {"get": print}))
        for number in range(10)
    ]
    for number, cls in enumerate(made):
        request = RequestFactory().get("/", headers=as_(roles=[f"r{number}"]))
        entry = AuthorizeData(RequireRole(f"r{number}"))
        assert enforcement.enforce(request, EndpointMetadata(entries=(entry,))) is None
        assert metadata.metadata_of_handler(cls, "get").is_declared

    assert len(enforcement._demands) <= 3
    assert len(metadata._known) <= 3


def test_a_hook_hears_of_classes_guarded_before():
    heard = []

    def hook(cls):
        heard.append(cls)

    authorize(type("Earlier", (View,), {}))
    hooks.on_guarded_class(hook)
    hooks._class_hooks.remove(hook)

    assert hooks._guarded_classes == heard


def test_a_guarded_function_under_another_name_still_says_what_it_asks():
    def view(request):
        return HttpResponse()

    guarded = authorize(roles=["staff"])(view)

    found = metadata.metadata_of_method(View, guarded, "elsewhere")

    assert (AuthorizeData(roles=("staff",)),) == found.entries


def test_a_method_named_handler_that_closes_over_a_number_declares_nothing():
    number = 7

    def handler(self, request):
        return HttpResponse(str(number))

    cls = type("Closing", (View,), {"get": handler})

    assert not metadata.metadata_of(cls.as_view()).is_declared


def test_a_veto_is_never_a_matter_of_signing_in_again(asked, judged):
    judged(lambda context, requirement: context.fail("no"))

    with pytest.raises(NotAuthorizedError) as caught:
        service.require(ANN, asked)

    assert 403 == caught.value.status


def test_without_a_failure_no_scope_is_missing():
    assert () == missing_scopes(None)


def test_what_the_service_does_not_have_is_said():
    with pytest.raises(AttributeError, match="has no attribute 'decide'"):
        service.decide  # noqa: B018
