"""User models of one's own: other keys, other names, no groups, no flags."""

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import modify_settings, override_settings

from django_claimsauth import following
from django_claimsauth.authentication.users import find_user, principal_of_user
from tests.authentication.grants import (
    claimsauth,
    permission,
    permissions_of,
    principal_of,
    roles_of,
)


@pytest.fixture
def user_model(transactional_db, settings):
    """Return a function that makes a model of `tests.users_app` the user model."""
    settings.CLAIMSAUTH = claimsauth()
    undo = []

    def use(name):
        for override in (
            override_settings(AUTH_USER_MODEL=f"users_app.{name}"),
            modify_settings(INSTALLED_APPS={"append": "tests.users_app"}),
        ):
            override.enable()
            undo.append(override.disable)
        model = get_user_model()
        with connection.schema_editor() as editor:
            editor.create_model(model)
        undo.append(lambda: _drop(model))
        return model

    yield use
    for step in reversed(undo):
        step()


def _drop(model):
    with connection.schema_editor() as editor:
        editor.delete_model(model)


class TestTextKey:
    @pytest.fixture
    def member(self, user_model):
        model = user_model("Member")
        member = model.objects.create(code="Ada")
        staff = Group.objects.create(name="staff")
        staff.permissions.add(permission("auth.add_user"))
        member.groups.add(staff)
        member.user_permissions.add(permission("auth.view_user"))
        return member

    def test_groups_and_permissions_are_read_by_its_own_relations(
        self, member, django_assert_num_queries
    ):
        with django_assert_num_queries(2):
            principal = principal_of(member)

        assert ("staff",) == principal.values("roles")
        assert ("auth.add_user", "auth.view_user") == principal.values("permission")

    def test_changes_are_followed_by_its_own_relations(self, member):
        assert ("staff",) == roles_of(member)

        member.groups.clear()
        assert () == roles_of(member)
        Group.objects.get().members.add(member)
        assert ("staff",) == roles_of(member)
        permission("auth.delete_user").members.add(member)
        assert "auth.delete_user" in permissions_of(member)

    @pytest.mark.parametrize(
        "subject", ["ada", "ADA", "Ada ", "Ada\0", "Adá", "\ud800"]
    )
    def test_a_key_is_exact_whatever_the_collation(self, member, subject):
        """MariaDB's default finds "Ada" for "ada "."""
        assert find_user(subject) is None
        assert () == roles_of(subject)

    def test_the_exact_key_is_found(self, member):
        assert member == find_user("Ada")

    def test_an_inactive_one_has_nothing(self, member):
        # Not saved: other rooms follow the model that the project started with.
        type(member).objects.update(is_active=False)

        assert ((), ()) == (roles_of(member), permissions_of(member))
        assert find_user("Ada") is None


class TestComputed:
    def test_one_that_works_out_whether_it_is_active_is_asked(self, user_model):
        model = user_model("Machine")
        on, off = (
            model.objects.create(serial=n, state=s) for n, s in ((1, "on"), (2, "off"))
        )

        assert on == find_user(str(on.pk))
        assert find_user(str(off.pk)) is None
        assert find_user(str(on.pk).upper()) is None
        assert "1" == principal_of_user(on, "session").name
        assert not principal_of_user(off, "session").is_authenticated

    def test_one_without_groups_or_permissions_has_none(self, user_model):
        machine = user_model("Machine").objects.create(serial=1)

        assert ((), ()) == (roles_of(machine), permissions_of(machine))
        assert () == roles_of("00000000-0000-0000-0000-000000000000")

    def test_one_that_works_out_its_permissions_is_asked(self, user_model):
        model = user_model("Robot")
        robot, scrap = (model.objects.create(serial=n) for n in (1, -1))
        group = Group.objects.create(name="welders")
        robot.groups.add(group)
        scrap.groups.add(group)

        assert ("welders",) == roles_of(robot)
        assert ("factory.weld",) == permissions_of(robot)
        assert ((), ()) == (roles_of(scrap), permissions_of(scrap))

    def test_one_that_works_out_whether_everything_is_allowed_is_asked(
        self, user_model
    ):
        model = user_model("Officer")
        general, major = (model.objects.create(rank=r) for r in ("general", "major"))

        assert Permission.objects.count() == len(permissions_of(general))
        assert () == permissions_of(major)

    def test_one_without_a_flag_is_active_and_no_superuser(self, user_model):
        guest = user_model("Guest").objects.create(name="g")

        assert guest == find_user(str(guest.pk))
        assert ((), ()) == (roles_of(guest), permissions_of(guest))


def test_without_django_s_auth_app_there_is_nothing_to_follow():
    remaining = [each.name for each in apps.get_app_configs() if each.label != "auth"]
    with apps._lock:
        kept = dict(apps.app_configs)
    try:
        apps.app_configs.pop("auth")
        assert remaining
        assert following.register() is None
    finally:
        apps.app_configs.clear()
        apps.app_configs.update(kept)


class TestManager:
    def test_a_manager_that_looks_elsewhere_each_time_is_asked_each_time(
        self, user_model, monkeypatch
    ):
        model = user_model("Employee")
        ada = model.objects.create(name="ada")
        assert ada == find_user(str(ada.pk))

        monkeypatch.setattr(type(model.objects), "serving", "globex")

        assert find_user(str(ada.pk)) is None

    def test_what_the_database_cannot_hold_names_nobody(self, user_model):
        """Nor does it end in an error, where the manager makes the query."""
        user_model("Employee")

        assert find_user("\ud800") is None
