"""
Placeholders in the ORM's own SQL: where a value goes, and how it is prepared.

What the ORM's look-ups guard against is guarded against here: a value that no
row can hold is `UNFIT`, where some database would raise and another find nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

from django.core.exceptions import ValidationError
from django.db.models import (
    AutoField,
    BigAutoField,
    CharField,
    DateTimeField,
    Expression,
    Field,
    ForeignKey,
    SmallAutoField,
    TextField,
)

AnyField: TypeAlias = "Field[Any, Any]"

UNFIT: Final[Any] = object()


class Slot:
    """
    Where in the parameters a value goes, and the field that prepares it.

    What most values are, a field of Django's own passes on: by `_shortcut`, without
    the five calls that its methods take for it.
    """

    __slots__ = ("_kind", "_shortcut", "field", "for_save", "name")

    def __init__(self, name: str, field: AnyField, *, for_save: bool) -> None:
        self.name = name
        self.field = field
        self.for_save = for_save
        self._kind = _kind_of(field)
        self._shortcut = _SHORTCUTS[self._kind]

    def prepared(self, value: Any, connection: Any) -> Any:
        """
        Return what the driver gets, or `UNFIT` where no row can hold the value.

        Raises:
            ValueError: the value is to be written and the column cannot hold it.
        """
        if value.__class__ is self._kind:
            ready = self._shortcut(value, connection)
            if ready is not None:
                return ready
        if self.for_save:
            ready = self.field.get_db_prep_save(value, connection)
            if is_unfit(ready):
                raise ValueError(
                    f"{self.field} cannot hold this {type(value).__name__}."
                )
            return ready
        if value is None:
            # `= NULL` is never true, and `IS NULL` would be another statement.
            return UNFIT
        try:
            ready = self.field.get_db_prep_value(value, connection)
        except (TypeError, ValueError, OverflowError, ValidationError):
            return UNFIT
        return UNFIT if is_unfit(ready) else ready


_KINDS: Final = (
    (str, (CharField, TextField)),
    # Keys alone: a backend may type other numbers by their column.
    (int, (AutoField, BigAutoField, SmallAutoField)),
    (datetime, (DateTimeField,)),
)
_METHODS: Final = (
    "to_python",
    "get_prep_value",
    "get_db_prep_value",
    "get_db_prep_save",
)


def _kind_of(field: Any) -> type | None:
    """Return whose values a field passes on, by Django's own methods, or None."""
    if isinstance(field, ForeignKey):
        return _kind_of(field.target_field) if _is_djangos(field) else None
    for kind, fields in _KINDS:
        if isinstance(field, fields) and _is_djangos(field):
            return kind
    return None


def _is_djangos(field: AnyField) -> bool:
    return all(
        owner.__module__.startswith("django.db.models.")
        for name in _METHODS
        for owner in type(field).__mro__
        if name in owner.__dict__
    )


def _text(value: str, connection: Any) -> str | None:
    return value if value.isascii() and "\0" not in value else None


def _number(value: int, connection: Any) -> int | None:
    # MariaDB has a rule of its own for a key that is 0.
    return value if 0 < value < 2**63 else None


def _moment(value: datetime, connection: Any) -> Any:
    if value.tzinfo is None:
        return None
    try:
        return connection.ops.adapt_datetimefield_value(value)
    except (ValueError, OverflowError):
        # What that is worth, the long way says.
        return None


_SHORTCUTS: Final[dict[Any, Any]] = {
    None: None,
    str: _text,
    int: _number,
    datetime: _moment,
}


def is_unfit(value: Any) -> bool:
    """Tell whether some database raises at this value where others find nothing."""
    if isinstance(value, str):
        return "\0" in value or not (value.isascii() or _is_unicode(value))
    return isinstance(value, int) and not -(2**63) <= value < 2**63


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        # A lone surrogate: JSON can spell it, no database can store it.
        return False
    return True


class Param(Expression):
    """
    A value that is given when the statement runs, under this name.

    Args:
        field: the model field whose conversion prepares the value.
    """

    def __init__(self, name: str, field: AnyField) -> None:
        super().__init__(output_field=field)
        self.slot = Slot(name, field, for_save=False)

    def resolve_expression(
        self,
        query: Any = None,
        allow_joins: bool = True,  # noqa: FBT001, FBT002  # Django's signature
        reuse: Any = None,
        summarize: bool = False,  # noqa: FBT001, FBT002
        for_save: bool = False,  # noqa: FBT001, FBT002
    ) -> Param:
        resolved = super().resolve_expression(
            query, allow_joins, reuse, summarize, for_save
        )
        # The compiler says `for_save` of what is assigned in UPDATE and INSERT.
        resolved.slot = Slot(self.slot.name, self.slot.field, for_save=for_save)
        return resolved

    def as_sql(
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self.slot,)
