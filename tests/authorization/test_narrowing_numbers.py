"""Numbers, dates and keys in SQL as in memory, where databases differ."""

from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal

import pytest
from django.conf import settings
from django.db import connection

from django_claimsauth.authorization import claim, now, resource, service
from django_claimsauth.authorization.conditions import condition
from django_claimsauth.authorization.terms import bound
from django_claimsauth.claims import ClaimsPrincipal
from tests.rules_app.models import Item

NOBODY = ClaimsPrincipal.anonymous()


def same(rule, principal=NOBODY):
    """Return the kept rows, which are the allowed ones."""
    narrowed = service.narrow(principal, rule, Item.objects.order_by("pk"))
    kept = [item.big for item in narrowed]
    items = Item.objects.order_by("pk")
    assert kept == [i.big for i in items if service.authorize(principal, rule, i)]
    return kept


@pytest.mark.django_db
class TestNumbers:
    def test_decimals_compare_by_the_digits_that_are_read(self):
        """SQLite keeps a double: rows that read alike must compare alike."""
        for place, text in enumerate(
            ("12345678901234567.8901", "12345678901234600", "12345678901.2345", "-1")
        ):
            Item.objects.create(big=place, wide=Decimal(text))
        Item.objects.create(big=9, wide=None)

        for text in (
            "12345678901234600",
            "12345678901234500",
            "-1",
            "12345678901.2345",
        ):
            for rule in (resource.wide == Decimal(text), resource.wide < Decimal(text),
                         resource.wide >= Decimal(text)):  # fmt: skip
                assert [*same(rule), *same(~rule)]
        assert [2] == same(resource.wide.in_([Decimal("12345678901.2345"), 5]))
        assert [2, 3] == same(resource.wide < Decimal("12345678901.3"))
        assert [2, 3] == same(resource.wide <= Decimal("12345678901.2345"))
        assert [0, 1, 2] == same(resource.wide > 5)
        assert [0, 1, 2] == same(resource.wide >= Decimal("12345678901.2345"))
        assert [9] == same(~((resource.wide < 5) | (resource.wide >= 5)))

    def test_numbers_beyond_a_column_keep_nothing(self):
        """Django keeps NULLs for "less than what no row can have"."""
        Item.objects.create(big=1, number=None)
        Item.objects.create(big=2, number=2**31 - 1)

        for number in (2**31, 10**30, -(10**30), 2.5):
            for rule in (resource.number < number, resource.number == number,
                         resource.number > number):  # fmt: skip
                assert [] == same(rule)
                assert [] == same(~rule)

    def test_floats_compare_exactly(self):
        """0.1 + 0.2 is not 0.3, and -0.0 is 0.0."""
        for place, ratio in enumerate((0.1 + 0.2, 0.3, -0.0, 1e308, None)):
            Item.objects.create(big=place, ratio=ratio)

        assert [1] == same(resource.ratio == 0.3)
        assert [0] == same(resource.ratio == 0.1 + 0.2)
        assert [2] == same(resource.ratio == 0.0)
        assert [0, 3] == same(resource.ratio > 0.3)
        assert [4] == same(~(resource.ratio >= -1.0))

    def test_no_number_is_greater_than_none(self):
        """PostgreSQL orders NaN above all; Python above nothing."""
        if settings.DATABASE_NAME == "postgresql":
            Item.objects.create(big=1, ratio=float("nan"))
            Item.objects.create(big=2, ratio=float("inf"))

            assert [2] == same(resource.ratio > 1.0)
            assert [2] == same(resource.ratio >= 1.0)
            assert [1] == same(~(resource.ratio > 1.0))
            assert [1, 2] == same(resource.ratio != 1.0)
            assert [] == same(resource.ratio < 1.0)

    def test_keys_by_claim_are_texts_and_integers(self):
        """A token's subject is a str, a key a number."""
        item = Item.objects.create(big=1)
        rule = resource.pk == claim("key")

        for key, expected in (
            (str(item.pk), [1]), (item.pk, [1]), (float(item.pk), [1]),
            (f" {item.pk}", []), (f"0{item.pk}", []), (True, []),
        ):  # fmt: skip
            assert expected == same(rule, ClaimsPrincipal.of("bearer", {"key": key}))

    def test_dates_against_now(self):
        """One moment for the whole list."""
        clock = datetime(2026, 5, 6, 22, 30, tzinfo=UTC)
        for place, hours in enumerate((-1, 0, 1, 48)):
            moment = clock + timedelta(hours=hours)
            Item.objects.create(big=place, moment=moment, day=moment.date())
        Item.objects.create(big=9)
        current = now(clock=lambda: clock)

        assert [0, 1] == same(resource.moment <= current)
        assert [2, 3] == same(resource.moment > current)
        assert [2, 3, 9] == same(~(resource.moment <= current))
        assert [0, 1, 2] == same(resource.day == current)
        assert [3] == same(resource.day > current + timedelta(days=1))


BYTES = "CAST(CONVERT({} USING utf8mb4) AS BINARY)"
T_BYTES, S_BYTES = BYTES.format("T"), BYTES.format("%s")
READ = (
    "CASE typeof(T) WHEN 'integer' THEN T ELSE CAST(printf('%%.15g', T) AS NUMERIC) END"
)
NUMERIC = "CAST(%s AS NUMERIC)"
ONE, TWO = Decimal(1), Decimal(2)


@pytest.mark.parametrize(
    ("rule", "values", "vendor", "expected"),
    [
        (resource.text == "x", "x", "mysql", f"(T = %s AND {T_BYTES} = {S_BYTES})"),
        (resource.text == "x", "\u00e9", "mysql", f"{T_BYTES} = {S_BYTES}"),
        (resource.text < "x", "x", "mysql", f"{T_BYTES} < {S_BYTES}"),
        (resource.text == "x", "x", "postgresql", "T = %s"),
        (resource.text < "x", "x", "postgresql", '(T)::text COLLATE "C" < %s'),
        (resource.text == "x", "x", "elsewhere", "T = %s"),
        (resource.ratio > 1, [1.0], "postgresql", "(T > %s AND T <> 'NaN')"),
        (resource.price > 1, [ONE], "sqlite", "T > %s"),
        (
            resource.wide > 1,
            [ONE],
            "sqlite",
            f"(T IS NOT NULL AND {READ} > ({NUMERIC}))",
        ),
        (
            resource.wide.in_([1, 2]),
            [ONE, TWO],
            "sqlite",
            f"(T IS NOT NULL AND {READ} IN ({NUMERIC}, {NUMERIC}))",
        ),
    ],
)
def test_each_database_is_asked_in_its_own_words(rule, values, vendor, expected):
    """Here for those that this run does not have; their own runs try them."""
    assert expected == written(rule, tuple(values), Elsewhere(vendor))


def test_where_django_rounds_whole_decimals_the_database_does_too():
    """Some versions read integers of SQLite exactly, some as doubles."""
    elsewhere = Elsewhere("sqlite", digits=15)
    read = "CAST(printf('%%.15g', T) AS NUMERIC)"

    found = written(resource.wide == 1, (ONE,), elsewhere)

    assert f"(T IS NOT NULL AND {read} = ({NUMERIC}))" == found


def written(rule, values, elsewhere):
    """Return the SQL of a rule's comparison on another database; its column is T."""
    route, _ = bound(rule, Item)
    query = Item.objects.filter(condition(rule, route, values)).query
    (lookup,) = query.where.children
    write = getattr(lookup, f"as_{elsewhere.vendor}", lookup.as_sql)

    sql, params = write(query.get_compiler("default"), elsewhere)

    assert sql.replace("%%", "").count("%s") == len(params)
    quote = connection.ops.quote_name
    return sql.replace(f"{quote(Item._meta.db_table)}.{quote(rule.path[0])}", "T")


class Elsewhere:
    """The connection of this run, under another name."""

    def __init__(self, vendor, digits=30):
        self.vendor = vendor
        self.ops = Operations(Context(prec=digits).create_decimal)

    def __getattr__(self, name):
        return getattr(connection, name)


class Operations:
    """Its operations, which read decimals in a way of their own."""

    def __init__(self, read):
        self.read = read

    def get_decimalfield_converter(self, expression):
        return lambda value, expression, connection: self.read(value)

    def __getattr__(self, name):
        return getattr(connection.ops, name)
