"""
Look-ups that compare as Python does, on every database.

MySQL's and MariaDB's usual collations take "acme", "ACME", "acmé" and "acme "
for one another; a column with a collation of its own may anywhere. PostgreSQL
orders NaN above every number, and SQLite keeps decimals as doubles.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import models
from django.db.models import Lookup

PREFIX: Final = "claimsauth_"


class TextLookup(Lookup):  # type: ignore[type-arg]
    """Compares code point by code point; trailing blanks and case count."""

    prepare_rhs = False
    sign: ClassVar[str]
    #: Whether equal code points are equal in every collation as well, so that
    #: MySQL can use the column's index before it compares exactly.
    implied: ClassVar[bool] = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Return the comparison in the collation of code points."""
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.values()
        collated = self.collated(lhs, connection)
        return f"{collated} {self.sign} {rhs}", [*lhs_params, *rhs_params]

    def as_mysql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Return the comparison of bytes, which knows no padding."""
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.values()
        exact = f"{_bytes(lhs)} {self.sign} {rhs.replace('%s', _bytes('%s'))}"
        params = [*lhs_params, *rhs_params]
        if not self.implied:
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


for _lookup in (
    ExactText,
    InText,
    LessText,
    LessOrEqualText,
    GreaterText,
    GreaterOrEqualText,
):
    models.CharField.register_lookup(_lookup)
    models.TextField.register_lookup(_lookup)
