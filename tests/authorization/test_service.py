"""Asking a policy: authorize, require, narrow, and what the log says."""

import asyncio
import logging
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory, override_settings

from django_claimsauth.authorization import (
    Policy,
    RequireAuthenticated,
    RequirePermission,
    RequireRecentAuthentication,
    RequireRole,
    claim,
    resource,
    service,
)
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import (
    NoHandlerError,
    NotAuthorizedError,
    UnknownPolicyError,
)
from tests.app.models import Document
from tests.schemes import claimsauth

ANN = ClaimsPrincipal.of("alpha", {"sub": "1", "roles": ["member"]})
NOBODY = ClaimsPrincipal.anonymous()


def test_none_is_the_anonymous_principal():
    assert not service.authorize(None, "authenticated")


@pytest.mark.parametrize(
    "principal", [AnonymousUser(), RequestFactory().get("/"), "ann", 1, object()]
)
def test_what_is_no_principal_is_a_type_error(principal):
    with pytest.raises(TypeError, match=r"request\.principal"):
        service.authorize(principal, "authenticated")


@pytest.mark.parametrize("policy", [None, 1, object(), RequireRole, ["authenticated"]])
def test_what_is_no_policy_is_a_type_error(policy):
    with pytest.raises(TypeError):
        service.authorize(ANN, policy)


def test_unknown_policy_names_the_near_miss():
    with pytest.raises(UnknownPolicyError, match="did you mean 'authenticated'"):
        service.authorize(ANN, "authentcated")


@pytest.mark.parametrize(
    "policy", ["authenticated", Policy(RequireAuthenticated()), RequireAuthenticated()]
)
def test_policy_is_a_name_a_policy_or_a_requirement(policy):
    assert service.authorize(ANN, policy)
    assert asyncio.run(service.aauthorize(ANN, policy))


def test_requirement_without_a_handler_is_an_error(asked):
    with pytest.raises(NoHandlerError, match="handles"):
        service.authorize(ANN, asked)


def test_handler_that_is_added_later_is_asked(asked, judged):
    with pytest.raises(NoHandlerError):
        service.authorize(ANN, asked)

    judged(lambda context, requirement: context.succeed(requirement))

    assert service.authorize(ANN, asked)


def test_handlers_after_veto_run_unless_the_setting_says_no(asked, judged):
    ran = []

    def veto(context, requirement):
        ran.append("veto")
        context.fail("no")

    judged(veto)
    judged(lambda context, requirement: ran.append("after"))

    service.authorize(ANN, asked)
    with override_settings(CLAIMSAUTH=claimsauth(HANDLERS_AFTER_VETO=False)):
        service.authorize(ANN, asked)
        asyncio.run(service.aauthorize(ANN, asked))

    assert ["veto", "after", "veto", "veto"] == ran


def test_refusal_is_logged_with_everything_but_secrets(asked, judged, caplog):
    caplog.set_level(logging.INFO, "django_claimsauth.authorization")

    @judged
    def too_young(context, requirement):
        context.fail("born in 2020")

    service.authorize(ANN, Policy(asked, RequireRole("admin")), Document())

    (record,) = caplog.records
    for part in (
        "Asked",
        "'1'",
        "Document",
        "too_young",
        "born in 2020",
        "vetoed=True",
    ):
        assert part in record.getMessage()


def test_success_logs_nothing(caplog):
    caplog.set_level(logging.DEBUG, "django_claimsauth.authorization")

    service.authorize(ANN, "authenticated")

    assert [] == caplog.records


@pytest.mark.parametrize(
    ("principal", "hidden_by", "status", "kind"),
    [
        (NOBODY, None, 401, PermissionDenied),
        (NOBODY, RequireRole("reader"), 401, PermissionDenied),
        (ANN, None, 403, PermissionDenied),
        (ANN, RequireRole("member"), 403, PermissionDenied),
        (ANN, RequireRole("reader"), 404, Http404),
    ],
)
@pytest.mark.parametrize("is_async", [False, True])
def test_require_tells_401_from_403_from_404(
    principal, hidden_by, status, kind, is_async
):
    def ask():
        args = (principal, RequireRole("admin"), object())
        if is_async:
            return asyncio.run(service.arequire(*args, hidden_by=hidden_by))
        return service.require(*args, hidden_by=hidden_by)

    with pytest.raises(NotAuthorizedError) as caught:
        ask()

    assert status == caught.value.status
    # Where nothing of ours handles it, Django still answers 403 or 404.
    assert isinstance(caught.value, kind)
    assert (RequireRole("admin"),) == caught.value.failure.requirements


def test_require_hides_nothing_where_the_setting_says_no():
    with (
        override_settings(CLAIMSAUTH=claimsauth(HIDE_FORBIDDEN_RESOURCES=False)),
        pytest.raises(NotAuthorizedError) as caught,
    ):
        service.require(ANN, RequireRole("admin"), hidden_by=RequireRole("reader"))

    assert 403 == caught.value.status


@pytest.mark.parametrize("is_async", [False, True])
def test_require_returns_none_where_the_principal_may(is_async):
    if is_async:
        assert asyncio.run(service.arequire(ANN, "authenticated")) is None
    assert service.require(ANN, "authenticated") is None


def test_only_a_sign_in_that_is_too_old_is_a_401_for_the_authenticated():
    recent = RequireRecentAuthentication(timedelta(minutes=10))

    for policy, status in (
        (recent, 401),
        (recent & RequireRole("member"), 403),
        (Policy(recent, RequireRole("admin")), 403),
    ):
        with pytest.raises(NotAuthorizedError) as caught:
            service.require(ANN, policy)
        assert status == caught.value.status


def test_plans_are_bounded(monkeypatch):
    from django_claimsauth.authorization import decisions

    monkeypatch.setattr(decisions, "MAX_PLANS", 10)
    for number in range(50):
        service.authorize(ANN, RequireRole(f"role-{number}"))

    assert len(decisions._plans) <= 10


@pytest.mark.django_db
class TestPermission:
    """`RequirePermission` asks the user's own backends."""

    @pytest.fixture
    def user(self):
        user = User.objects.create_user("ann")
        user.user_permissions.add(Permission.objects.get(codename="change_document"))
        return user

    def principal(self, user):
        return ClaimsPrincipal.of("alpha", {"sub": str(user.pk)})

    @pytest.mark.parametrize(
        ("permissions", "allowed"),
        [
            (["testapp.change_document"], True),
            (["testapp.delete_document"], False),
            (["testapp.delete_document", "testapp.change_document"], True),
        ],
    )
    @pytest.mark.parametrize("about", [None, Document()])
    def test_permission_is_any_of(self, user, permissions, allowed, about):
        requirement = RequirePermission(*permissions)

        result = service.authorize(self.principal(user), requirement, about)

        assert allowed is bool(result)

    def test_anonymous_stranger_and_inactive_have_none(self, user):
        requirement = RequirePermission("testapp.change_document")
        stranger = ClaimsPrincipal.of("x", {"sub": str(user.pk)}, issuer="https://x")
        principal = self.principal(user)
        user.is_active = False
        user.save()

        for each in (NOBODY, stranger, principal):
            assert not service.authorize(each, requirement)

    def test_the_requests_own_user_is_asked(self, user, django_assert_num_queries):
        request = RequestFactory().get("/")
        request.principal = self.principal(user)
        request.user = user
        user.get_all_permissions()

        with django_assert_num_queries(0):
            assert service.authorize(
                request.principal,
                RequirePermission("testapp.change_document"),
                request=request,
            )

    def test_object_permissions_are_asked_of_the_backend(self, user):
        backend = f"{__name__}.OwnerBackend"
        mine = Document.objects.create(title="mine", owner=user)
        other = Document.objects.create(title="other")
        requirement = RequirePermission("testapp.delete_document")

        with override_settings(AUTHENTICATION_BACKENDS=[backend]):
            assert service.authorize(self.principal(user), requirement, mine)
            assert not service.authorize(self.principal(user), requirement, other)

    def test_a_list_is_narrowed_by_the_permission(self, user):
        Document.objects.create(title="one")
        every = Document.objects.all()
        principal = self.principal(user)

        may = RequirePermission("testapp.change_document")
        may_not = RequirePermission("testapp.delete_document")

        assert 1 == service.narrow(principal, may, every).count()
        assert 0 == service.narrow(principal, may_not, every).count()


class OwnerBackend:
    """Gives owners every permission for what they own."""

    def has_perm(self, user, permission, obj=None):
        return obj is not None and obj.owner_id == user.pk


@pytest.mark.django_db
def test_narrow_pays_the_debt_and_takes_any_policy():
    own = resource.owner_id == claim("sub")

    assert 0 == service.narrow(ANN, Policy(own), Document.objects.all()).count()
    with pytest.raises(TypeError):
        service.narrow("ann", own, Document.objects.all())
