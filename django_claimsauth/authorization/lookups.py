"""
Look-ups that compare as Python does, on every database.

MySQL's and MariaDB's usual collations take "acme", "ACME", "acmé" and "acme "
for one another; a column with a collation of its own may anywhere. PostgreSQL
orders NaN above every number, and SQLite keeps decimals as doubles.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Lookup
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    LessThan,
    LessThanOrEqual,
)

PREFIX: Final = "claimsauth_"
#: A double keeps this many decimal digits; Django reads no more of them.
MAX_DIGITS_OF_DOUBLES: Final = 15


class TextLookup(Lookup):
    """Compares code point by code point; trailing blanks and case count."""

    prepare_rhs = False
    sign: ClassVar[str]
    #: Whether equal code points are equal in every collation as well, so that
    #: MySQL can use the column's index before it compares exactly.
    implied: ClassVar[bool] = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return the comparison in the collation of code points."""
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.values()
        collated = self.collated(lhs, connection)
        return f"{collated} {self.sign} {rhs}", (*lhs_params, *rhs_params)

    def as_mysql(self, compiler: Any, connection: Any) -> Any:
        """Return the comparison of bytes, which knows no padding."""
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.values()
        exact = f"{_bytes(lhs)} {self.sign} {rhs.replace('%s', _bytes('%s'))}"
        params = (*lhs_params, *rhs_params)
        # A column of an older character set refuses to meet what it cannot hold.
        if not self.implied or not all(map(str.isascii, rhs_params)):
            return exact, params
        return f"({lhs} {self.sign} {rhs} AND {exact})", params * 2

    def values(self) -> tuple[str, list[Any]]:
        """Return the right side and its parameters."""
        return "%s", [self.rhs]

    def collated(self, lhs: str, connection: Any) -> str:
        """Return the left side in the collation of code points."""
        if connection.vendor == "sqlite":
            return f"{lhs} COLLATE BINARY"
        # A database's own collation tells texts apart by code points, unless the
        # column says otherwise; naming another one would pass by its index.
        if connection.vendor == "postgresql" and not self._is_exact(connection):
            return f'({lhs})::text COLLATE "C"'
        return lhs

    def _is_exact(self, connection: Any) -> bool:
        field = self.lhs.output_field
        plain = (field.db_type(connection) or "").startswith(("varchar", "text"))
        return self.implied and plain and getattr(field, "db_collation", None) is None


def _bytes(sql: str) -> str:
    return f"CAST(CONVERT({sql} USING utf8mb4) AS BINARY)"


class ExactText(TextLookup):
    """`=`."""

    lookup_name = PREFIX + "exact"
    sign = "="
    implied = True


class InText(TextLookup):
    """`IN`."""

    lookup_name = PREFIX + "in"
    sign = "IN"
    implied = True

    def values(self) -> tuple[str, list[Any]]:
        """Return one placeholder a value."""
        return f"({', '.join(['%s'] * len(self.rhs))})", list(self.rhs)


class LessText(TextLookup):
    """`<`."""

    lookup_name = PREFIX + "lt"
    sign = "<"


class LessOrEqualText(TextLookup):
    """`<=`."""

    lookup_name = PREFIX + "lte"
    sign = "<="


class GreaterText(TextLookup):
    """`>`."""

    lookup_name = PREFIX + "gt"
    sign = ">"


class GreaterOrEqualText(TextLookup):
    """`>=`."""

    lookup_name = PREFIX + "gte"
    sign = ">="


class NumberLookup(Lookup):
    """Compares floats and decimals as they are once they are loaded."""

    sign: ClassVar[str]

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        """Return the operator and its right side; Django asks by the look-up's name."""
        return f"{self.sign} {rhs}"

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        """Round a decimal to the digits that Django reads of it."""
        field = self.lhs.output_field
        if not isinstance(field, models.DecimalField) or (
            field.max_digits is not None and field.max_digits <= MAX_DIGITS_OF_DOUBLES
        ):
            return self.as_sql(compiler, connection)
        lhs, lhs_params = compiler.compile(self.lhs)
        values = self.rhs if isinstance(self.rhs, list) else [self.rhs]
        rhs = ", ".join(["CAST(%s AS NUMERIC)"] * len(values))
        read = _as_read(lhs, connection)
        params = [*lhs_params] * (1 + read.count(lhs))
        return (
            f"({lhs} IS NOT NULL AND {read} {self.sign} ({rhs}))",
            (*params, *map(str, values)),
        )


def _as_read(sql: str, connection: Any) -> str:
    """Return a decimal column as Django's converter takes it from SQLite."""
    double = f"CAST(printf('%%.{MAX_DIGITS_OF_DOUBLES}g', {sql}) AS NUMERIC)"
    # Whole numbers are stored as integers; not every version of Django rounds them.
    whole = 10**MAX_DIGITS_OF_DOUBLES + 1
    convert = connection.ops.get_decimalfield_converter(None)
    if convert(whole, None, connection) != whole:
        return double
    return f"CASE typeof({sql}) WHEN 'integer' THEN {sql} ELSE {double} END"


class ExactNumber(NumberLookup, Exact):
    """`=`."""

    lookup_name = PREFIX + "exact"
    sign = "="


class InNumbers(NumberLookup, In):
    """`IN`."""

    lookup_name = PREFIX + "in"
    sign = "IN"


class LessNumber(NumberLookup, LessThan):
    """`<`."""

    lookup_name = PREFIX + "lt"
    sign = "<"


class LessOrEqualNumber(NumberLookup, LessThanOrEqual):
    """`<=`."""

    lookup_name = PREFIX + "lte"
    sign = "<="


class _NotNaN(NumberLookup):
    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """Leave out NaN, which PostgreSQL takes for the greatest number."""
        sql, params = self.as_sql(compiler, connection)
        lhs, lhs_params = compiler.compile(self.lhs)
        return f"({sql} AND {lhs} <> 'NaN')", (*params, *lhs_params)


class GreaterNumber(_NotNaN, GreaterThan):
    """`>`."""

    lookup_name = PREFIX + "gt"
    sign = ">"


class GreaterOrEqualNumber(_NotNaN, GreaterThanOrEqual):
    """`>=`."""

    lookup_name = PREFIX + "gte"
    sign = ">="


_FIELDS: Final[dict[type[Lookup], tuple[Any, ...]]] = {
    TextLookup: (models.CharField, models.TextField),
    NumberLookup: (models.FloatField, models.DecimalField),
}


def _register() -> None:
    for base, fields in _FIELDS.items():
        for lookup in _concrete(base):
            for field in fields:
                field.register_lookup(lookup)


def _concrete(base: type[Lookup]) -> Iterator[type[Lookup]]:
    for each in base.__subclasses__():
        if "lookup_name" in each.__dict__:
            yield each
        yield from _concrete(each)


_register()
