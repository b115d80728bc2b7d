"""The requirement of docs/extending.md does what the page says."""

from datetime import UTC, date, datetime

import pytest

from django_claimsauth.authorization import service
from django_claimsauth.claims import ClaimsPrincipal
from docs.examples.minimum_age import MinimumAge, age_of
from tests.app.models import Document


def born(birthdate):
    return ClaimsPrincipal.of("test", {"sub": "1", "birthdate": birthdate})


def years_ago(years):
    """The first of January, so that the birthday has been, this year."""
    return f"{datetime.now(UTC).year - years}-01-01"


@pytest.mark.parametrize(
    ("today", "age"),
    [
        (date(2024, 2, 28), 19),
        (date(2024, 2, 29), 20),
        (date(2025, 2, 28), 20),
        (date(2025, 3, 1), 21),
    ],
)
def test_age_grows_on_the_birthday(today, age):
    assert age == age_of(born("2004-02-29"), today)


@pytest.mark.parametrize(
    ("birthdate", "allowed"),
    [
        (years_ago(21), True),
        (years_ago(20), False),
        (None, False),
        ("", False),
        ("yesterday", False),
        ("0000-00-00", False),
        (20000101, False),
        (True, False),
        ({"year": 2000}, False),
        ("9999-12-31", False),
    ],
)
def test_the_policy_asks_for_a_known_age(birthdate, allowed):
    assert allowed == bool(service.authorize(born(birthdate), "wine.order"))


def test_a_birthdate_that_nobody_vouches_for_satisfies_nothing():
    stranger = ClaimsPrincipal.anonymous()

    assert not service.authorize(stranger, MinimumAge(0))


@pytest.mark.django_db
@pytest.mark.parametrize(("years", "rows"), [(21, 1), (20, 0)])
def test_a_list_is_narrowed_as_its_rows_are_judged(years, rows):
    Document.objects.create(title="a")

    narrowed = service.narrow(
        born(years_ago(years)), "wine.order", Document.objects.all()
    )

    assert rows == narrowed.count()
