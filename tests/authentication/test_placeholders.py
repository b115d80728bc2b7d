"""The short ways by which values are prepared come to what the fields' own do."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection, models
from django.test import override_settings

from django_claimsauth.api_keys.models import ApiKey
from django_claimsauth.authentication.placeholders import UNFIT, Slot

NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)
TEXT = User._meta.get_field("username")
LONG_TEXT = models.TextField(name="notes")
KEY = User._meta.pk
FOREIGN_KEY = Permission._meta.get_field("content_type")
MOMENT = ApiKey._meta.get_field("expires_at")


class Shouting(models.CharField):
    """A column of somebody's own, which writes what it is given its own way."""

    def get_prep_value(self, value):
        return super().get_prep_value(value).upper()


class Counted(models.BigAutoField):
    """A key of somebody's own, which begins elsewhere."""

    def get_db_prep_value(self, value, connection, prepared=False):  # noqa: FBT002  # Django's
        return super().get_db_prep_value(value, connection, prepared) + 1000


def prepared(field, value, *, for_save=False):
    return Slot("x", field, for_save=for_save).prepared(value, connection)


@pytest.mark.parametrize("for_save", [False, True])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        (TEXT, "ada"),
        (TEXT, ""),
        (TEXT, "ad\xe1"),
        (LONG_TEXT, "x" * 10_000),
        (TEXT, 7),
        (KEY, 1),
        (KEY, 2**62),
        (KEY, -1),
        (KEY, "12"),
        (FOREIGN_KEY, 5),
        (FOREIGN_KEY, "5"),
        (MOMENT, NOON),
        (MOMENT, NOON.astimezone(timezone(timedelta(hours=5)))),
        (MOMENT, NOON.replace(microsecond=0)),
    ],
)
def test_a_value_is_what_the_field_makes_of_it(field, value, for_save):
    """Text, keys and moments take a short way; others the field's own."""
    own = field.get_db_prep_save if for_save else field.get_db_prep_value

    assert own(value, connection) == prepared(field, value, for_save=for_save)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (TEXT, "a\0b"),
        (TEXT, "\ud800"),
        (KEY, 2**63),
        (KEY, -(2**63) - 1),
        (FOREIGN_KEY, 2**63),
        (FOREIGN_KEY, "five"),
        (MOMENT, "tomorrow"),
        (TEXT, None),
        (KEY, None),
    ],
)
def test_what_no_row_holds_is_unfit_by_any_way(field, value):
    assert prepared(field, value) is UNFIT


@pytest.mark.parametrize(("field", "value"), [(TEXT, "a\0b"), (KEY, 2**63)])
def test_what_no_column_holds_is_not_written_by_any_way(field, value):
    with pytest.raises(ValueError, match="cannot hold this"):
        prepared(field, value, for_save=True)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [(Shouting(name="x"), "ada", "ADA"), (Counted(name="id"), 1, 1001)],
)
def test_a_field_of_ones_own_is_asked(field, value, expected):
    """It may store something else than it shows."""
    assert expected == prepared(field, value)


def test_a_moment_without_a_time_zone_is_what_the_field_makes_of_it():
    with override_settings(USE_TZ=False):
        naive = NOON.replace(tzinfo=None)

        assert MOMENT.get_db_prep_value(naive, connection) == prepared(MOMENT, naive)


def test_a_moment_that_the_backend_refuses_goes_the_long_way():
    """Without time zones, SQLite and MySQL take no aware one."""
    with override_settings(USE_TZ=False):
        found = prepared(MOMENT, NOON)

    expected = NOON if connection.vendor == "postgresql" else UNFIT
    assert expected == found
