"""
Placeholders in the ORM's own SQL: where a value goes, and how it is prepared.

What the ORM's look-ups guard against is guarded against here: a value that no
row can hold is `UNFIT`, where some database would raise and another find nothing.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from django.core.exceptions import ValidationError
from django.db.models import CharField, Expression, Field, TextField

AnyField: TypeAlias = "Field[Any, Any]"

UNFIT: Final[Any] = object()


class Slot:
    """
    Where in the parameters a value goes, and the field that prepares it.

    Where it `keeps_text`, a str is what the driver gets.
    """

    __slots__ = ("field", "for_save", "keeps_text", "name")

    def __init__(self, name: str, field: AnyField, *, for_save: bool) -> None:
        self.name = name
        self.field = field
        self.for_save = for_save
        self.keeps_text = _keeps_text(field)

    def prepared(self, value: Any, connection: Any) -> Any:
        """
        Return what the driver gets, or `UNFIT` where no row can hold the value.

        Raises:
            ValueError: the value is to be written and the column cannot hold it.
        """
        is_text = self.keeps_text and value.__class__ is str
        if is_text and value.isascii() and "\0" not in value:
            return value
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


def _keeps_text(field: AnyField) -> bool:
    """Tell whether a field hands on a str as it is, by Django's own methods."""
    if not isinstance(field, CharField | TextField):
        return False
    return all(
        owner.__module__.startswith("django.db.models.")
        for name in (
            "to_python",
            "get_prep_value",
            "get_db_prep_value",
            "get_db_prep_save",
        )
        for owner in type(field).__mro__
        if name in owner.__dict__
    )


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
