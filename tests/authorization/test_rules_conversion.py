"""Converting claims by model fields: total, canonical, the same in memory and SQL."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from django_claimsauth.authorization.conversion import (
    NOT_COMPARABLE,
    UNFIT,
    conversion_for,
    keeps_null,
)
from django_claimsauth.claims import JSONObject

NUMBER = models.IntegerField()
BIG = models.BigIntegerField()
SMALL = models.PositiveSmallIntegerField()
TEXT = models.CharField(max_length=10)
FLAG = models.BooleanField()
RATIO = models.FloatField()
PRICE = models.DecimalField(max_digits=6, decimal_places=2)
FREE = models.DecimalField(max_digits=None, decimal_places=None)
TOKEN = models.UUIDField()
DAY = models.DateField()
MOMENT = models.DateTimeField()
KEY = models.BigAutoField(primary_key=True)

AT = datetime(2026, 5, 6, 22, 30, tzinfo=UTC)


class Color(models.TextChoices):
    RED = "red"


class Rank(models.IntegerChoices):
    FIRST = 1


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (NUMBER, 42, 42),
        (NUMBER, "42", 42),
        (NUMBER, "-42", -42),
        (NUMBER, "0", 0),
        (NUMBER, 42.0, 42),
        (NUMBER, Rank.FIRST, 1),
        (NUMBER, 2**31 - 1, 2**31 - 1),
        (BIG, str(2**63 - 1), 2**63 - 1),
        (BIG, -(2**63), -(2**63)),
        (KEY, "7", 7),
        (SMALL, "32767", 32767),
        (TEXT, "acme ", "acme "),
        (TEXT, "", ""),
        (TEXT, "longer than the column", "longer than the column"),
        (TEXT, "\U0001f600", "\U0001f600"),
        (TEXT, Color.RED, "red"),
        (FLAG, True, True),
        (FLAG, False, False),
        (RATIO, 1.5, 1.5),
        (RATIO, 2, 2.0),
        (RATIO, "1.5", 1.5),
        (RATIO, 2**60, float(2**60)),
        (PRICE, 1, Decimal(1)),
        (PRICE, "1.50", Decimal("1.50")),
        (PRICE, "1.500", Decimal("1.50")),
        (PRICE, 1.5, Decimal("1.5")),
        (PRICE, "9999.99", Decimal("9999.99")),
        (PRICE, "1E+2", Decimal(100)),
        (PRICE, "0.000", Decimal(0)),
        (FREE, "0.123456789012345", Decimal("0.123456789012345")),
        (TOKEN, str(UUID(int=1)), UUID(int=1)),
        (TOKEN, UUID(int=1), UUID(int=1)),
        (DAY, "2026-05-06", date(2026, 5, 6)),
        (MOMENT, "2026-05-06T22:30:00+00:00", AT),
        (MOMENT, "2026-05-06T22:30:00Z", AT),
        (MOMENT, "2026-05-07T00:30:00+02:00", AT),
        (MOMENT, "2026-05-06T22:30:00.000Z", AT),
        (MOMENT, "2026-05-06T22:30:00.000001Z", AT + timedelta(microseconds=1)),
    ],
)
def test_what_reads_back_fits(field, value, expected):
    """The claim's text is the one way to write the value."""
    found = conversion_for(field).fit(value)

    assert expected == found
    assert type(expected) is type(found)


UNFITTING = {
    NUMBER: [
        True, False, 1.5, 1e300, "", " 1", "1 ", "1\n", "+1", "-0", "01", "1.0", "1_0", "1e1",
        "\u0661", "\uff11", "x", 2**31, -(2**31) - 1, "9" * 5000, 10**400, JSONObject({}),
    ],
    BIG: [2**63, -(2**63) - 1, 10**30, str(10**30)],
    SMALL: [-1, 32768],
    TEXT: [1, True, 1.5, "\x00", "a\x00", "\ud800", JSONObject({"a": 1})],
    FLAG: [1, 0, "true", "True", "1", 1.0],
    RATIO: [True, "nan", "inf", "Infinity", "1", "1.50", " 1.5", "1_0.0", "x", 2**53 + 1, 10**400],
    PRICE: [
        True, "1.005", 1.005, "10000", 10**9, "NaN", "sNaN", "Infinity", " 1", "1_0", "\u0661",
        "x", "1E+1000000", "1E-1000000", JSONObject({}),
    ],
    FREE: ["0.1234567890123456", "1234567890123456"],
    TOKEN: [
        "x", "00000000000000000000000000000001", "{00000000-0000-0000-0000-000000000001}",
        "urn:uuid:00000000-0000-0000-0000-000000000001", "0000000A-0000-0000-0000-000000000000", 1,
    ],
    DAY: ["2026-5-6", "20260506", "2026-W19-3", "2026-05-06 ", "2026-02-30", 20260506, AT],
    MOMENT: [
        "2026-05-06", "2026-05-06T22:30:00", "2026-05-06 22:30:00+00:00", "20260506T223000Z",
        "2026-05-06T22:30:00z", "2026-05-06T22:30:00.5Z", "2026-05-06T22:30Z", 1778106600, "now",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", date(2026, 5, 6),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [(field, value) for field, values in UNFITTING.items() for value in values],
)
def test_what_does_not_read_back_counts_as_absent(field, value):
    """`int()` takes " 1" and "1_0"; a claim of these is another than 1."""
    assert UNFIT is conversion_for(field).fit(value)


json_values = st.one_of(
    st.text(st.characters(), max_size=30),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.just(JSONObject({"a": 1})),
    st.datetimes().map(datetime.isoformat),
    st.decimals().map(str),
)


@given(value=json_values)
def test_conversion_never_raises(value):
    """Whatever stands in a token, the answer is a value or none."""
    for field in UNFITTING:
        conversion_for(field).fit(value)


@given(number=st.integers(-(2**63), 2**63 - 1))
def test_an_integer_has_one_spelling(number):
    """Its own."""
    assert (
        number
        == conversion_for(BIG).fit(str(number))
        == conversion_for(BIG).fit(number)
    )


class LowerCaseField(models.CharField):
    def get_prep_value(self, value):
        return value if value is None else value.lower()


class ListField(models.CharField):
    def to_python(self, value):
        return value.split(",")


class PickyField(models.IntegerField):
    def to_python(self, value):
        if value == 13:
            raise ValueError
        return super().to_python(value)


class TwiceField(models.IntegerField):
    def from_db_value(self, value, expression, connection):
        return value * 2


class EncryptedField(models.CharField):
    def get_db_prep_value(self, value, connection, **kwargs):
        return value[::-1]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (LowerCaseField(), "acme", "acme"),
        (LowerCaseField(), "ACME", UNFIT),
        (LowerCaseField(), 3, UNFIT),
        (ListField(), "a,b", UNFIT),
        (PickyField(), 12, 12),
        (PickyField(), 13, UNFIT),
    ],
)
def test_a_field_of_ones_own_must_change_nothing(field, value, expected):
    """What it would store otherwise is another value than the claim's."""
    assert expected == conversion_for(field).fit(value)
    assert conversion_for(field).exact is None


@pytest.mark.parametrize(
    "field",
    [
        TwiceField(),
        EncryptedField(),
        models.JSONField(),
        models.BinaryField(),
        models.DurationField(),
        models.TimeField(),
        models.GenericIPAddressField(),
        models.FileField(),
    ],
)
def test_other_fields_are_not_compared(field):
    """What they store and what they show differ, or have no order that all share."""
    assert NOT_COMPARABLE is conversion_for(field)
    assert UNFIT is conversion_for(field).fit(1)


def test_only_some_of_them_are_null_where_they_show_none():
    """JSON has a null of its own, a file field shows an empty file."""
    assert keeps_null(models.BinaryField())
    assert keeps_null(models.DurationField())
    assert not keeps_null(models.JSONField())
    assert not keeps_null(models.FileField())
    assert not keeps_null(TwiceField())
    assert not keeps_null(EncryptedField())
