"""
Converting claims by the model field that they are compared with.

A conversion is total (nothing that a claim can hold raises) and canonical: the
value must read back as it was, so " 1", "1_0" and True are no integers. What
does not fit is `UNFIT`, and counts as an absent claim.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from functools import cache
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.backends.base.operations import BaseDatabaseOperations
from django.utils import timezone

UNFIT: Final = object()
#: More digits are not told apart by every database (SQLite keeps a double).
MAX_SIGNIFICANT_DIGITS: Final = 15
_BIGGEST: Final = 2**63 - 1
_NUMBERS: Final = (int, float, Decimal)
_STORING: Final = ("get_db_prep_value", "get_db_prep_save", "descriptor_class")
_UNROUNDED: Final = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


@dataclass(frozen=True, slots=True, eq=False)
class Conversion:
    """
    How values of a column compare.

    `fit` takes a claim's, a constant's or an attribute's value to the column's
    Python type, or to `UNFIT`; a value of exactly the class `exact` is one
    already. `ordered` allows `<` and its like; what is `inexact` is compared by the
    look-ups of `lookups`.
    """

    fit: Callable[[Any], Any]
    exact: type | None = None
    ordered: bool = False
    inexact: bool = False
    #: The types of constants that mean such a value, though not each one fits.
    alike: Any = ()
    #: Takes the time to the column's type, where it has to do with time.
    from_moment: Callable[[datetime], Any] | None = None


def _fits_nothing(value: Any) -> Any:
    return UNFIT


NOT_COMPARABLE: Final = Conversion(_fits_nothing)


@cache
def conversion_for(field: models.Field[Any, Any]) -> Conversion:
    """
    Return how the values of a column compare, or `NOT_COMPARABLE`.

    That is a field that stores something else than what it shows
    (`from_db_value`): the database would compare the one, and Python the other.
    """
    if hasattr(field, "from_db_value") or not _is_djangos(field, *_STORING):
        return NOT_COMPARABLE
    for kind, make in _CONVERSIONS:
        if isinstance(field, kind):
            conversion = make(field)
            if _is_djangos(field, "to_python", "get_prep_value"):
                return conversion
            return _reading_back(field, conversion)
    return NOT_COMPARABLE


def keeps_null(field: models.Field[Any, Any]) -> bool:
    """Tell whether a column is NULL exactly where its attribute is None."""
    # JSON has a null of its own, and a file field shows an empty file.
    if isinstance(field, models.JSONField | models.FileField):
        return False
    return not hasattr(field, "from_db_value") and _is_djangos(field, *_STORING)


def fit_text(value: Any) -> Any:
    """Return a str that every database can compare: no NUL, no lone surrogate."""
    if not isinstance(value, str) or "\x00" in value:
        return UNFIT
    # An enumeration's member is its value.
    text = str.__str__(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return UNFIT
    return text


def _fit_boolean(value: Any) -> Any:
    return value if isinstance(value, bool) else UNFIT


def _fit_uuid(value: Any) -> Any:
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str):
        return UNFIT
    try:
        found = UUID(value)
    except ValueError:
        return UNFIT
    return found if str(found) == value else UNFIT


def _integer(value: Any) -> Any:
    if isinstance(value, bool):
        return UNFIT
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else UNFIT
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,19}", value):
        return UNFIT
    return int(value) if str(int(value)) == value else UNFIT


@cache
def _integers(lowest: int, highest: int) -> Conversion:
    def fit(value: Any) -> Any:
        found = _integer(value)
        return found if found is UNFIT or lowest <= found <= highest else UNFIT

    return Conversion(fit, int, ordered=True, alike=_NUMBERS)


def _for_integer(field: Any) -> Conversion:
    # These are within the bounds of every backend, so that no look-up meets its
    # own guard against overflow, which would keep NULLs.
    ranges = BaseDatabaseOperations.integer_field_ranges
    bounds = ranges.get(field.get_internal_type(), (-_BIGGEST - 1, _BIGGEST))
    return _integers(*bounds)


def _fit_float(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return UNFIT
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return UNFIT
    same = repr(found) == value if isinstance(value, str) else found == value
    return found if same and math.isfinite(found) else UNFIT


@cache
def _decimals(max_digits: int | None, places: int | None) -> Conversion:
    def fit(value: Any) -> Any:
        found = _decimal(value)
        if found is UNFIT or not _has_room(found, max_digits, places):
            return UNFIT
        return found

    return Conversion(fit, Decimal, ordered=True, inexact=True, alike=_NUMBERS)


def _decimal(value: Any) -> Any:
    if isinstance(value, bool):
        return UNFIT
    if isinstance(value, float):
        value = repr(value)
    if not isinstance(value, int | str | Decimal):
        return UNFIT
    try:
        found = Decimal(value)
    except ArithmeticError:
        return UNFIT
    if isinstance(value, str) and str(found) != value:
        return UNFIT
    return found if found.is_finite() else UNFIT


def _has_room(value: Decimal, max_digits: int | None, places: int | None) -> bool:
    """Tell whether a column of these digits holds the number without rounding it."""
    digits = value.normalize(_UNROUNDED)
    if len(digits.as_tuple().digits) > MAX_SIGNIFICANT_DIGITS:
        return False
    if max_digits is None or places is None or not value:
        return True
    exponent = int(digits.as_tuple().exponent)
    return -exponent <= places and digits.adjusted() < max_digits - places


def _fit_date(value: Any) -> Any:
    if isinstance(value, datetime):
        return UNFIT
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return UNFIT
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return UNFIT
    return found if found.isoformat() == value else UNFIT


def _fit_moment(value: Any) -> Any:
    found = _moment(value) if isinstance(value, str) else value
    if not isinstance(found, datetime):
        return UNFIT
    aware = found.utcoffset() is not None
    try:
        if settings.USE_TZ:
            return found.astimezone(UTC) if aware else UNFIT
        return timezone.make_naive(found) if aware else found
    except (OverflowError, ValueError):
        return UNFIT


def _moment(value: str) -> Any:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return UNFIT
    return found if value in _spellings(found) else UNFIT


def _spellings(moment: datetime) -> set[str]:
    """Return the ways to write a moment that read back as it was."""
    texts = {moment.isoformat()}
    if not moment.microsecond % 1000:
        texts.add(moment.isoformat(timespec="milliseconds"))
    # RFC 3339 writes Z where Python writes +00:00.
    return texts | {
        text.removesuffix("+00:00") + "Z" for text in texts if text.endswith("+00:00")
    }


def _today(moment: datetime) -> date:
    # Not the activated time zone: a client may choose that one, and with it the day.
    return timezone.localdate(moment, timezone.get_default_timezone())


_TEXT: Final = Conversion(fit_text, str, ordered=True, inexact=True, alike=str)
_BOOLEAN: Final = Conversion(_fit_boolean, bool)
_UUID: Final = Conversion(_fit_uuid, UUID)
_DATE: Final = Conversion(_fit_date, date, ordered=True, from_moment=_today)
# No exact class: only values in one time zone compare without surprises.
_MOMENT: Final = Conversion(_fit_moment, ordered=True, from_moment=_fit_moment)
_FLOAT: Final = Conversion(
    _fit_float, float, ordered=True, inexact=True, alike=_NUMBERS
)

_CONVERSIONS: Final[tuple[tuple[Any, Callable[[Any], Conversion]], ...]] = (
    (models.BooleanField, lambda _: _BOOLEAN),
    (models.IntegerField, _for_integer),
    (models.FloatField, lambda _: _FLOAT),
    (
        models.DecimalField,
        lambda field: _decimals(field.max_digits, field.decimal_places),
    ),
    (models.UUIDField, lambda _: _UUID),
    (models.DateTimeField, lambda _: _MOMENT),
    (models.DateField, lambda _: _DATE),
    (models.CharField | models.TextField, lambda _: _TEXT),
)


def _is_djangos(field: object, *names: str) -> bool:
    """Tell whether Django itself defines these methods of the field."""
    return all(
        owner.__module__.startswith("django.")
        for name in names
        for owner in type(field).__mro__
        if name in owner.__dict__
    )


def _reading_back(field: Any, conversion: Conversion) -> Conversion:
    """Return the conversion of a field that has its own: it must change nothing."""

    def fit(value: Any) -> Any:
        found = conversion.fit(value)
        if found is UNFIT:
            return UNFIT
        try:
            others = (field.to_python(found), field.get_prep_value(found))
        # Whatever a field of somebody's own raises, the value does not fit it.
        except Exception:  # noqa: BLE001
            return UNFIT
        same = all(type(each) is type(found) and each == found for each in others)
        return found if same else UNFIT

    return replace(conversion, fit=fit, exact=None)
