"""Groups as roles and permissions as claims: whose, which, and at what price."""

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission

from django_claimsauth.authentication import schemes
from django_claimsauth.authentication.transformation import (
    DjangoGroups,
    DjangoPermissions,
    transformations,
)
from django_claimsauth.claims import LOCAL_ISSUER, ClaimsIdentity, ClaimsPrincipal
from django_claimsauth.errors import SettingsError
from tests.authentication.grants import (
    GROUPS,
    HERE,
    PERMISSIONS,
    claimsauth,
    permission,
    permissions_of,
    principal_of,
    request_of,
    roles_of,
)

pytestmark = pytest.mark.django_db
User = get_user_model()


@pytest.fixture(autouse=True)
def configured(settings):
    settings.CLAIMSAUTH = claimsauth()


@pytest.fixture
def ada():
    """A user in two groups, with a permission of her own and one of a group."""
    ada = User.objects.create_user("ada")
    staff = Group.objects.create(name="staff")
    staff.permissions.add(permission("auth.add_user"))
    ada.groups.add(staff, Group.objects.create(name="editors"))
    ada.user_permissions.add(permission("auth.view_user"))
    return ada


def transformed(principal, transformation=DjangoGroups):
    return transformation().transform(principal, request_of("x"))


class TestWhat:
    def test_groups_are_roles(self, ada):
        principal = principal_of(ada)

        assert ("editors", "staff") == principal.values("roles")
        assert principal.is_in_role("staff")
        assert {LOCAL_ISSUER} == {each.issuer for each in principal.claims}

    def test_permissions_are_claims_a_user_s_own_and_their_groups(self, ada):
        assert ("auth.add_user", "auth.view_user") == permissions_of(ada)

    def test_they_are_those_that_django_s_backend_grants(self, ada):
        ada.groups.first().permissions.add(permission("auth.view_user"))

        assert set(permissions_of(ada)) == ada.get_all_permissions()

    def test_a_superuser_has_all(self):
        root = User.objects.create_superuser("root")

        granted = permissions_of(root)

        assert Permission.objects.count() == len(granted)
        assert set(granted) == root.get_all_permissions()
        assert () == roles_of(root)

    def test_who_has_none_has_none(self):
        bob = User.objects.create_user("bob")

        assert ((), ()) == (roles_of(bob), permissions_of(bob))

    def test_one_may_be_used_without_the_other(self, ada, settings):
        settings.CLAIMSAUTH = claimsauth(PERMISSIONS)
        assert ((), 2) == (roles_of(ada), len(permissions_of(ada)))

        settings.CLAIMSAUTH = claimsauth(GROUPS)
        assert (2, ()) == (len(roles_of(ada)), permissions_of(ada))

    def test_they_run_off_the_event_loop(self, ada):
        result = async_to_sync(schemes.aauthenticate)(request_of(ada))

        assert 2 == len(result.principal.values("roles"))


class TestWhose:
    def test_an_inactive_user_has_nothing(self, ada):
        ada.is_superuser = True
        ada.is_active = False
        ada.save()

        assert ((), ()) == (roles_of(ada), permissions_of(ada))

    @pytest.mark.parametrize("subject", ["0", "999", "x", "", " 1", "1" * 300])
    def test_a_subject_that_is_no_user_has_nothing(self, ada, subject):
        assert ((), ()) == (roles_of(subject), permissions_of(subject))

    @pytest.mark.parametrize("transformation", [DjangoGroups, DjangoPermissions])
    def test_a_stranger_s_subject_is_no_local_user(
        self, ada, transformation, django_assert_num_queries
    ):
        stranger = ClaimsPrincipal.of(
            "x", {"sub": str(ada.pk)}, issuer="https://a.test"
        )

        with django_assert_num_queries(0):
            assert stranger is transformed(stranger, transformation)

    @pytest.mark.parametrize(
        "principal",
        [
            ClaimsPrincipal.anonymous(),
            ClaimsPrincipal([ClaimsIdentity()]),
            ClaimsPrincipal.of(None, {"sub": "1"}),
            ClaimsPrincipal.of("x", {"name": "ada"}),
        ],
    )
    @pytest.mark.parametrize("transformation", [DjangoGroups, DjangoPermissions])
    def test_who_is_nobody_has_nothing(self, principal, transformation):
        assert principal is transformed(principal, transformation)

    @pytest.mark.parametrize("transformation", [DjangoGroups, DjangoPermissions])
    def test_an_api_key_is_not_widened_to_what_its_owner_may(self, ada, transformation):
        key = ClaimsPrincipal.of("api_key", {"sub": str(ada.pk), "key_id": "k1"})

        assert key is transformed(key, transformation)

    def test_only_the_primary_identity_s_user_counts(self, ada):
        other = ClaimsPrincipal.of("oidc", {"sub": "9"}, issuer="https://a.test")
        local = ClaimsPrincipal.of("session", {"sub": str(ada.pk)})

        assert not transformed(other.merge(local)).has_claim("roles")
        assert transformed(local.merge(other)).has_claim("roles")


class TestHow:
    def test_roles_are_of_the_identity_s_own_role_type(self, ada):
        principal = ClaimsPrincipal.of("x", {"sub": str(ada.pk)}, role_type="groups")

        richer = transformed(principal)

        assert ("editors", "staff") == richer.values("groups")
        assert richer.is_in_role("staff")

    def test_what_is_there_already_is_not_added_again(self, ada):
        once = transformed(ClaimsPrincipal.of("x", {"sub": str(ada.pk)}))

        assert once is transformed(once)

    def test_other_claims_and_identities_stay_as_they_are(self, ada):
        first = ClaimsPrincipal.of("x", {"sub": str(ada.pk), "roles": "staff", "n": 1})
        other = ClaimsPrincipal.of("y", {"sub": "9"})

        richer = transformed(first.merge(other))

        assert ("staff", "editors") == richer.values("roles")
        assert first.claims == richer.claims[:3]
        assert other.identities[0] is richer.identities[1]

    def test_a_user_who_was_loaded_rides_along(self, ada):
        principal = ClaimsPrincipal.of("session", {"sub": str(ada.pk)})
        principal.memo["user"] = ada

        assert ada is transformed(principal).memo["user"]
        assert {} == transformed(ClaimsPrincipal(principal.identities)).memo


class TestPrice:
    @pytest.mark.parametrize(
        ("given", "queries"),
        [
            ([GROUPS], 1),
            ([PERMISSIONS], 2),
            ([GROUPS, PERMISSIONS], 2),
            ([PERMISSIONS, GROUPS], 2),
            ([GROUPS, PERMISSIONS, GROUPS, PERMISSIONS], 2),
        ],
    )
    @pytest.mark.parametrize("cache", ["locmem.LocMemCache", "dummy.DummyCache"])
    def test_two_queries_a_user_at_most(
        self, ada, settings, django_assert_num_queries, *, given, queries, cache
    ):
        backend = f"django.core.cache.backends.{cache}"
        settings.CACHES = {
            "default": {**settings.CACHES["default"], "BACKEND": backend}
        }
        settings.CLAIMSAUTH = claimsauth(*given)

        with django_assert_num_queries(queries):
            principal_of(ada)

    def test_a_superuser_and_an_inactive_user_cost_no_more(
        self, django_assert_max_num_queries
    ):
        root = User.objects.create_superuser("root")
        gone = User.objects.create_user("gone", is_active=False)

        with django_assert_max_num_queries(2):
            principal_of(root)
        with django_assert_max_num_queries(1):
            principal_of(gone)

    @pytest.mark.parametrize("given", [[GROUPS], [PERMISSIONS], [GROUPS, PERMISSIONS]])
    def test_the_next_request_costs_none(
        self, ada, settings, django_assert_num_queries, given
    ):
        settings.CLAIMSAUTH = claimsauth(*given)
        first = principal_of(ada)

        with django_assert_num_queries(0):
            assert first == principal_of(ada)
        assert first.has_claim("roles") is (GROUPS in given)

    def test_permissions_asked_for_later_cost_one(
        self, ada, settings, django_assert_num_queries
    ):
        settings.CLAIMSAUTH = claimsauth(GROUPS)
        principal_of(ada)
        settings.CLAIMSAUTH = claimsauth(PERMISSIONS)

        with django_assert_num_queries(1):
            assert 2 == len(permissions_of(ada))

    def test_many_groups_and_permissions_cost_no_more(
        self, ada, django_assert_num_queries
    ):
        every = list(Permission.objects.all())
        for n in range(30):
            group = Group.objects.create(name=f"g{n}")
            group.permissions.set(every)
            ada.groups.add(group)

        with django_assert_num_queries(2):
            principal = principal_of(ada)

        assert (32, len(every)) == (
            len(principal.values("roles")),
            len(principal.values("permission")),
        )


class TestBackends:
    @pytest.mark.parametrize(
        ("backends", "expected"),
        [
            (["django.contrib.auth.backends.ModelBackend"], 2),
            (["django.contrib.auth.backends.RemoteUserBackend"], 2),
            (["django.contrib.auth.backends.ModelBackend", f"{HERE}.Doorman"], 2),
            ([f"{HERE}.Guardian"], 1),
            (["django.contrib.auth.backends.ModelBackend", f"{HERE}.Guardian"], 3),
            ([f"{HERE}.Doorman"], 0),
            (["django.contrib.auth.backends.BaseBackend"], 0),
        ],
    )
    def test_permissions_are_what_the_backends_grant(
        self, ada, settings, backends, expected
    ):
        settings.AUTHENTICATION_BACKENDS = backends

        granted = permissions_of(ada)

        assert expected == len(granted)
        assert set(granted) == User.objects.get(pk=ada.pk).get_all_permissions()


@pytest.mark.parametrize("timeout", ["Late", "Never"])
def test_a_timeout_beyond_the_bound_is_refused(settings, timeout):
    settings.CLAIMSAUTH = claimsauth(
        f"tests.authentication.test_grant_changes.{timeout}"
    )

    with pytest.raises(SettingsError, match="timeout"):
        transformations.all()
