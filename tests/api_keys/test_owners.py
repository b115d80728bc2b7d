"""A key never exceeds its owner, whatever it was issued with."""

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

from django_claimsauth.api_keys import flows, owners
from django_claimsauth.api_keys.principals import principal_of
from django_claimsauth.api_keys.records import ApiKeyRecord

pytestmark = pytest.mark.django_db
VIEW, CHANGE = "claimsauth.view_apikey", "claimsauth.change_apikey"


def permission(name):
    return Permission.objects.get(
        content_type__app_label="claimsauth", codename=name.split(".")[1]
    )


def scopes_of_staff(user):
    return ["a", "b"] if user.is_staff else ["a"]


class TestRoles:
    def test_are_those_that_the_owner_has_too(self, ada, present):
        ada.groups.add(Group.objects.create(name="editor"))
        issued = flows.issue("k", owner=ada, claims={"roles": ["editor", "admin"]})

        assert ("editor",) == present(issued.secret).principal.values("roles")

    def test_that_the_owner_lost_are_lost(self, ada, present):
        ada.groups.add(Group.objects.create(name="editor"))
        issued = flows.issue("k", owner=ada, claims={"roles": "editor"})
        assert present(issued.secret).principal.is_in_role("editor")

        ada.groups.clear()

        assert not present(issued.secret).principal.is_in_role("editor")

    def test_of_a_service_are_as_issued(self, present):
        issued = flows.issue("k", claims={"roles": ["admin"]})

        assert ("admin",) == present(issued.secret).principal.values("roles")

    def test_are_none_where_the_user_model_has_no_groups(self, ada, settings):
        settings.AUTH_USER_MODEL = "testapp.Tenant"

        assert frozenset() == owners.roles_of(ada.pk)


class TestPermissions:
    @pytest.fixture
    def narrowed(self, ada):
        ada.user_permissions.set([permission(VIEW), permission(CHANGE)])
        claims = {"permission": [VIEW, "claimsauth.delete_apikey"]}
        return flows.issue("k", owner=ada, claims=claims)

    def test_are_those_that_the_owner_has_too(self, narrowed, present):
        assert (VIEW,) == present(narrowed.secret).principal.values("permission")

    def test_the_user_of_the_request_grants_no_other(self, narrowed, present, handler):
        user = handler.user(present(narrowed.secret).principal)

        assert user.has_perm(VIEW)
        assert not user.has_perm(CHANGE)
        assert not user.has_perms([VIEW, CHANGE])
        assert {VIEW} == user.get_all_permissions()
        assert user.has_module_perms("claimsauth")
        assert not user.has_module_perms("auth")

    def test_the_same_in_async_views(self, narrowed, present, handler):
        user = handler.user(present(narrowed.secret).principal)

        async def ask():
            return [await user.ahas_perm(each) for each in (VIEW, CHANGE)]

        assert [True, False] == async_to_sync(ask)()

    def test_a_key_that_lost_them_all_has_not_gained_the_rest(
        self, ada, narrowed, present, handler
    ):
        ada.user_permissions.set([permission(CHANGE)])

        user = handler.user(present(narrowed.secret).principal)

        assert not user.has_perm(VIEW)
        assert not user.has_perm(CHANGE)

    def test_of_a_superuser_are_narrowed_too(self, root, present, handler):
        issued = flows.issue("k", owner=root, claims={"permission": VIEW})

        user = handler.user(present(issued.secret).principal)

        assert user.has_perm(VIEW)
        assert not user.has_perm(CHANGE)

    def test_a_key_that_names_none_acts_as_its_owner(
        self, ada, issued, present, handler
    ):
        ada.user_permissions.set([permission(CHANGE)])

        assert handler.user(present(issued.secret).principal).has_perm(CHANGE)

    def test_of_nobody_are_none(self):
        assert frozenset() == owners.permissions_of(999_999)


class TestScopes:
    @pytest.fixture
    def bounded(self, settings):
        section = {"OWNER_SCOPES": scopes_of_staff}
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "API_KEYS": section}

    def test_are_bounded_by_what_the_owner_may_have(self, bounded, ada, present):
        issued = flows.issue("k", owner=ada, scopes=["a", "b"])
        before = present(issued.secret).principal.values("scope")
        get_user_model().objects.update(is_staff=True)

        assert (("a",), ("a", "b")) == (
            before,
            present(issued.secret).principal.values("scope"),
        )

    def test_of_a_service_are_not_bounded(self, bounded, present):
        issued = flows.issue("k", scopes=["a", "b"])

        assert ("a", "b") == present(issued.secret).principal.values("scope")

    def test_of_nobody_are_none(self, bounded):
        assert () == owners.scopes_within(999_999, ["a"])

    def test_none_ask_nothing(self, bounded, ada, present, django_assert_num_queries):
        issued = flows.issue("k", owner=ada)

        with django_assert_num_queries(1):
            present(issued.secret)


def test_what_a_store_of_ones_own_says_of_reserved_types_is_left_out():
    record = ApiKeyRecord(
        "a" * 12, "k", "0" * 64, claims={"sub": "1", "scope": "admin", "tier": "gold"}
    )

    principal = principal_of(record, "api_key")

    assert ("service:k",) == principal.values("sub")
    assert () == principal.values("scope")
    assert ("gold",) == principal.values("tier")
