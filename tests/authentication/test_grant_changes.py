"""What is cached of groups and permissions is dropped when they change."""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache
from django.db.models.signals import m2m_changed

from django_claimsauth.authentication.grant_versions import (
    EVERYBODY,
    LONGEST,
    MAX_FORGOTTEN,
    forget_everybody,
    forget_user,
)
from django_claimsauth.authentication.transformation import DjangoGroups
from tests.authentication.grants import (
    GROUPS,
    HERE,
    PERMISSIONS,
    claimsauth,
    permission,
    permissions_of,
    principal_of,
    roles_of,
)

User = get_user_model()


class Fresh(DjangoGroups):
    """Caches nothing."""

    timeout = timedelta(0)


class Late(DjangoGroups):
    """Would outlive the versions."""

    timeout = LONGEST + timedelta(seconds=1)


class Never(DjangoGroups):
    """Has a timeout that cannot be."""

    timeout = timedelta(seconds=-1)


@pytest.fixture(autouse=True)
def configured(db, settings):
    settings.CLAIMSAUTH = claimsauth()


@pytest.fixture
def staff(configured):
    staff = Group.objects.create(name="staff")
    staff.permissions.add(permission("auth.add_user"))
    return staff


@pytest.fixture
def ada(staff):
    ada = User.objects.create_user("ada")
    ada.groups.add(staff)
    ada.user_permissions.add(permission("auth.view_user"))
    # Cached, all of it.
    assert (("staff",), 2) == (roles_of(ada), len(permissions_of(ada)))
    return ada


@pytest.fixture
def other():
    return Group.objects.create(name="other")


class TestGroups:
    @pytest.mark.parametrize(
        ("change", "roles"),
        [
            (lambda ada, staff, other: ada.groups.add(other), ("other", "staff")),
            (lambda ada, staff, other: ada.groups.remove(staff), ()),
            (lambda ada, staff, other: ada.groups.clear(), ()),
            (lambda ada, staff, other: ada.groups.set([other]), ("other",)),
            (lambda ada, staff, other: other.user_set.add(ada), ("other", "staff")),
            (lambda ada, staff, other: staff.user_set.remove(ada), ()),
            (lambda ada, staff, other: staff.user_set.clear(), ()),
            (lambda ada, staff, other: staff.delete(), ()),
            (lambda ada, staff, other: Group.objects.all().delete(), ()),
            (
                lambda ada, staff, other: User.groups.through.objects.create(
                    user=ada, group=other
                ),
                ("other", "staff"),
            ),
        ],
    )
    def test_the_next_request_sees_who_is_in_which(
        self, ada, staff, other, change, roles
    ):
        change(ada, staff, other)

        assert roles == roles_of(ada)

    def test_the_next_request_sees_a_new_name(self, ada, staff):
        staff.name = "crew"
        staff.save()

        assert ("crew",) == roles_of(ada)

    def test_more_users_than_are_worth_naming_are_everybody(self, ada, other):
        users = [User(username=f"u{n}") for n in range(MAX_FORGOTTEN)]
        everybody = cache.get(EVERYBODY)
        other.user_set.add(*User.objects.bulk_create(users))
        assert everybody == cache.get(EVERYBODY)

        other.user_set.set([ada, User.objects.create(username="u")], clear=True)
        other.user_set.clear()
        more = [User(username=f"v{n}") for n in range(MAX_FORGOTTEN)]
        everybody = cache.get(EVERYBODY)
        other.user_set.add(ada, *User.objects.bulk_create(more))

        assert everybody != cache.get(EVERYBODY)
        assert ("other", "staff") == roles_of(ada)

    def test_what_is_read_in_the_middle_of_the_change_is_old_when_it_is_done(
        self, ada, other
    ):
        """Another process may read between the announcement and the row."""
        seen = []

        def read(action, **kwargs):
            seen.append((action, roles_of(ada)))

        m2m_changed.connect(read, sender=User.groups.through)
        try:
            ada.groups.add(other)
        finally:
            m2m_changed.disconnect(read, sender=User.groups.through)

        assert ("pre_add", ("staff",)) == seen[0]
        assert ("other", "staff") == roles_of(ada)

    def test_a_change_in_the_middle_of_a_request_is_seen_by_the_next_one(
        self, ada, other, settings
    ):
        """Groups read before the change are not cached as if read after it."""

        def change(principal, request):
            ada.groups.set([other])
            return principal

        forget_user(ada.pk)
        settings.CLAIMSAUTH = claimsauth(GROUPS, change, PERMISSIONS)
        assert ("staff",) == roles_of(ada)

        settings.CLAIMSAUTH = claimsauth()
        assert ("other",) == roles_of(ada)


class TestPermissions:
    OWN, GROUPS, NEW = "auth.view_user", "auth.add_user", "auth.delete_user"

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            (lambda ada, staff, new: ada.user_permissions.add(new), (GROUPS, NEW, OWN)),
            (lambda ada, staff, new: ada.user_permissions.clear(), (GROUPS,)),
            (lambda ada, staff, new: ada.user_permissions.set([new]), (GROUPS, NEW)),
            (lambda ada, staff, new: new.user_set.add(ada), (GROUPS, NEW, OWN)),
            (lambda ada, staff, new: staff.permissions.add(new), (GROUPS, NEW, OWN)),
            (lambda ada, staff, new: staff.permissions.clear(), (OWN,)),
            (lambda ada, staff, new: staff.permissions.set([new]), (NEW, OWN)),
            (lambda ada, staff, new: new.group_set.add(staff), (GROUPS, NEW, OWN)),
            (lambda ada, staff, new: ada.groups.clear(), (OWN,)),
            (lambda ada, staff, new: staff.delete(), (OWN,)),
            (lambda ada, staff, new: permission("auth.add_user").delete(), (OWN,)),
        ],
    )
    def test_the_next_request_sees_what_is_granted(self, ada, staff, change, expected):
        change(ada, staff, permission(self.NEW))

        assert expected == permissions_of(ada)

    def test_the_next_request_sees_a_new_codename(self, ada):
        renamed = permission(self.OWN)
        renamed.codename = "look_at_user"
        renamed.save()

        assert "auth.look_at_user" in permissions_of(ada)


class TestUsers:
    def test_who_was_deactivated_has_nothing(self, ada):
        ada.is_active = False
        ada.save(update_fields=["is_active"])

        assert ((), ()) == (roles_of(ada), permissions_of(ada))

    def test_who_became_a_superuser_has_all(self, ada):
        ada.is_superuser = True
        ada.save()

        assert set(permissions_of(ada)) == ada.get_all_permissions()

    def test_who_was_deleted_has_nothing(self, ada):
        key = ada.pk
        ada.delete()

        assert () == roles_of(key)

    def test_a_sign_in_changes_nothing(self, ada, django_assert_num_queries):
        user_logged_in.send(sender=User, request=None, user=ada)

        with django_assert_num_queries(0):
            principal_of(ada)

    def test_a_change_of_one_user_is_no_change_of_another(
        self, ada, other, django_assert_num_queries
    ):
        bob = User.objects.create_user("bob")
        principal_of(bob)
        ada.groups.add(other)
        ada.save()

        with django_assert_num_queries(0):
            principal_of(bob)


class TestBound:
    """What sends no signal is seen when the entry ends, or when somebody says so."""

    def test_an_update_is_seen_when_the_user_is_forgotten(self, ada):
        User.objects.update(is_active=False)
        assert ("staff",) == roles_of(ada)

        forget_user(ada.pk)
        assert () == roles_of(ada)

    def test_an_update_is_seen_when_everybody_is_forgotten(self, ada, staff):
        Group.objects.update(name="crew")
        assert ("staff",) == roles_of(ada)

        forget_everybody()
        assert ("crew",) == roles_of(ada)

    def test_a_timeout_of_nothing_caches_nothing(self, ada, settings):
        settings.CLAIMSAUTH = claimsauth(f"{__name__}.Fresh")
        roles_of(ada)

        User.objects.update(is_active=False)

        assert () == roles_of(ada)

    def test_an_entry_that_ended_is_read_again(self, ada):
        User.objects.update(is_active=False)
        cache.clear()

        assert () == roles_of(ada)


class TestTransactions:
    def test_the_version_moves_at_once_and_again_at_the_commit(
        self, ada, other, django_capture_on_commit_callbacks
    ):
        """Between the two, another process may cache what is not committed yet."""
        before = cache.get(EVERYBODY)
        with django_capture_on_commit_callbacks(execute=True):
            other.save()
            during = cache.get(EVERYBODY)

        assert 3 == len({before, during, cache.get(EVERYBODY)})

    @pytest.mark.django_db(transaction=True)
    def test_without_a_transaction_it_moves_at_once(self, ada, staff):
        staff.name = "crew"
        staff.save()

        assert ("crew",) == roles_of(ada)


def test_a_user_can_be_locked_while_the_cache_is_away(ada, settings, caplog):
    broken = {"BACKEND": f"{HERE}.BrokenCache"}
    settings.CACHES = {"default": {**settings.CACHES["default"], **broken}}

    with caplog.at_level(logging.ERROR, "django_claimsauth"):
        ada.is_active = False
        ada.save()

    assert not User.objects.get(pk=ada.pk).is_active
    assert "could not be announced" in caplog.text
