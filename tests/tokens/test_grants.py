"""User models that lack what Django's own has."""

import pytest
from django.db.models import Value

from django_claimsauth.tokens import grants


@pytest.fixture(name="bare_user_model")
def _bare_user_model(settings):
    """A model that is neither active nor in groups, and has no password."""
    settings.AUTH_USER_MODEL = "contenttypes.ContentType"


def test_a_user_model_without_groups_has_no_roles(db, bare_user_model):
    assert [] == grants.roles_of(1)
    assert grants.group_column("user__").value is None


def test_a_user_model_without_a_column_is_always_active(bare_user_model):
    column = grants.active_column("user__")

    assert isinstance(column, Value)
    assert 1 == column.value


def test_a_user_model_without_a_password_has_an_empty_one(bare_user_model):
    assert "" == grants.password_column("user__").value


def test_django_s_own_has_all_of_them():
    assert "user__is_active" == grants.active_column("user__")
    assert "user__password" == grants.password_column("user__")


def test_the_stamp_of_another_password_is_another():
    assert grants.stamp_of("a") != grants.stamp_of("b")
    assert grants.stamp_of("") != ""
