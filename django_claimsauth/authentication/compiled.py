"""
Hot look-ups whose SQL the ORM compiles once.

The queryset stays the one source of truth: its own compiler writes the SQL for
each database, with `Param` where a value comes later. At run time only the
values are prepared, the statement executed and the columns converted, which is
a tenth of what building the queryset again would cost.

A value that no row can hold (None, a NUL character, an integer beyond 64 bits,
text that is no Unicode, what the field cannot convert) finds nothing: the ORM's
own look-ups guard against these, and here they are passed by.
"""

from __future__ import annotations

import re
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from types import SimpleNamespace
from typing import Any, Final, TypeAlias

from django.core.signals import setting_changed
from django.db import DEFAULT_DB_ALIAS, connections, router
from django.db.models import Model, QuerySet
from django.db.models.sql import InsertQuery, UpdateQuery

from django_claimsauth.authentication.converters import (
    ColumnConverter,
    converters_of,
)
from django_claimsauth.authentication.placeholders import UNFIT, Param, Slot

__all__ = ["CompiledInsert", "CompiledSelect", "CompiledUpdate", "Param"]

AnyQuerySet: TypeAlias = "QuerySet[Any, Any]"
Row: TypeAlias = tuple[Any, ...]
Params: TypeAlias = "list[Any] | dict[Any, Any]"
#: As Django finds them: `%%` is a character of the text.
_PLACEHOLDER: Final = re.compile(r"(?<!%)%s")


class Statement:
    """SQL for one database, parameters with slots, converters of the columns."""

    __slots__ = ("_names", "_params", "_slots", "converters", "sql")

    def __init__(
        self,
        connection: Any,
        sql: str,
        params: Iterable[Any],
        converters: Iterable[ColumnConverter] = (),
    ) -> None:
        # Never None: the backends handle `%%` only where parameters are given.
        self.sql, self._params = _placed(connection, sql, list(params))
        self._slots = [
            (place, each.name, each.prepared)
            for place, each in _places(self._params)
            if isinstance(each, Slot)
        ]
        self._names = {name for _, name, _ in self._slots}
        self.converters = list(converters)

    def bound(self, values: Mapping[str, Any], connection: Any) -> Params | None:
        """
        Return the parameters, or None where a value fits no row.

        Raises:
            TypeError: a name is missing, or is none of the statement's.
        """
        if values.keys() != self._names:
            raise TypeError(
                f"The statement takes {sorted(self._names)}, not {sorted(values)}."
            )
        params = self._params.copy()
        for place, name, prepared in self._slots:
            value = prepared(values[name], connection)
            if value is UNFIT:
                return None
            params[place] = value
        return params

    def converted(self, row: Row, connection: Any) -> Row:
        """Return the row as the ORM would: booleans, datetimes, JSON, UUIDs."""
        columns = list(row)
        for position, convert, keeps_null in self.converters:
            value = columns[position]
            if value is not None or not keeps_null:
                columns[position] = convert(value, connection)
        return tuple(columns)


def _placed(connection: Any, sql: str, params: list[Any]) -> tuple[str, Params]:
    """
    Return the statement with its placeholders in the style that runs fastest.

    SQLite's wrapper searches for positions at each execution, and fills names in.
    """
    if connection.vendor != "sqlite":
        return sql, params
    names = [f"p{number}" for number in range(len(params))]
    left = iter(names)
    named = _PLACEHOLDER.sub(lambda _: f"%({next(left)})s", sql)
    return named, dict(zip(names, params, strict=True))


def _places(params: Params) -> Iterable[tuple[Any, Any]]:
    return params.items() if isinstance(params, dict) else enumerate(params)


class Compiled(ABC):
    """What the kinds share: one `Statement` a database, made at first use."""

    def __init__(self) -> None:
        self._statements: dict[str, Statement] = {}
        _instances.add(self)

    def drop(self) -> None:
        """Forget what was compiled."""
        self._statements.clear()

    @property
    @abstractmethod
    def alias(self) -> str:
        """The database that the router names now."""

    @abstractmethod
    def compile(self, connection: Any) -> Statement:
        """Let the ORM write the SQL."""

    def _ready(self) -> tuple[Any, Statement]:
        alias = self.alias
        connection = connections[alias]
        statement = self._statements.get(alias)
        if statement is None:
            statement = self._statements[alias] = self.compile(connection)
        return connection, statement

    def _executed(self, values: Mapping[str, Any]) -> int:
        connection, statement = self._ready()
        params = statement.bound(values, connection)
        if params is None:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, params)
            return int(cursor.rowcount)


_instances: weakref.WeakSet[Compiled] = weakref.WeakSet()


class CompiledSelect(Compiled):
    """
    A look-up that is made on each request.

    Args:
        queryset: makes a queryset with `Param`s, best one with `values_list()`
            (else every column is read); it is called at first use, when the
            models are loaded.

        for_write: ask the router for the database that is written to.
    """

    def __init__(
        self, queryset: Callable[[], AnyQuerySet], *, for_write: bool = False
    ) -> None:
        super().__init__()
        self._queryset = queryset
        self._for_write = for_write
        self._model: type[Model] | None = None

    @property
    def alias(self) -> str:
        """The database that the router names now."""
        if self._model is None:
            self._model = self._queryset().model
        if self._for_write:
            return _written(self._model)
        return router.db_for_read(self._model) if router.routers else DEFAULT_DB_ALIAS

    def compile(self, connection: Any) -> Statement:
        """Let the ORM write the SELECT and name its columns' converters."""
        query: Any = self._queryset().query
        if not (query.annotation_select or query.extra_select or query.combinator):
            # Columns alone need no `AS "name"`, which SQLite's wrapper would look
            # for placeholders at each execution.
            query.selected = None
        compiler = query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        columns = [column for column, _, _ in compiler.select]
        return Statement(connection, sql, params, converters_of(compiler, columns))

    def first(self, **values: Any) -> Row | None:
        """Return the first row that the values find, or None."""
        connection, statement = self._ready()
        params = statement.bound(values, connection)
        if params is None:
            return None
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, params)
            row = cursor.fetchone()
        if row is None or not statement.converters:
            return row  # type: ignore[no-any-return]  # as the driver has it
        return statement.converted(row, connection)

    def all(self, **values: Any) -> list[Row]:
        """Return every row that the values find."""
        connection, statement = self._ready()
        params = statement.bound(values, connection)
        if params is None:
            return []
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, params)
            rows = cursor.fetchall()
        return [statement.converted(row, connection) for row in rows]


class CompiledUpdate(Compiled):
    """
    An UPDATE of one table, with the conditions of a queryset.

    Args:
        queryset: makes the queryset of the rows, with `Param`s.

        fields: the names of the fields that are set; `execute()` takes the new
            values under these names.

        expressions: fields that are set to an expression (`F("n") + 1`).
    """

    def __init__(
        self, queryset: Callable[[], AnyQuerySet], *fields: str, **expressions: Any
    ) -> None:
        super().__init__()
        self._queryset = queryset
        self._fields = fields
        self._expressions = expressions
        self._model: type[Model] | None = None

    @property
    def alias(self) -> str:
        """The database that the router names now."""
        if self._model is None:
            self._model = self._queryset().model
        return _written(self._model)

    def compile(self, connection: Any) -> Statement:
        """Let the ORM write the UPDATE."""
        queryset = self._queryset()
        query: Any = queryset.query.chain(UpdateQuery)
        named = {
            name: Param(name, queryset.model._meta.get_field(name))
            for name in self._fields
        }
        query.add_update_values({**named, **self._expressions})
        if query.count_active_tables() > 1 or query.related_updates:
            # The ORM would run a query of its own while it compiles.
            raise TypeError("A compiled update is of one table, without joins.")
        sql, params = query.get_compiler(connection=connection).as_sql()
        return Statement(connection, sql, params)

    def execute(self, **values: Any) -> int:
        """Return how many rows were changed (or matched, as the database counts)."""
        return self._executed(values)


class CompiledInsert(Compiled):
    """
    An INSERT of one row.

    Args:
        model: returns the model; called at first use.

        fields: the attribute names (`owner_id`) of the columns that are given;
            the others get what the database has as their default.
    """

    def __init__(self, model: Callable[[], type[Model]], *fields: str) -> None:
        super().__init__()
        self._model = model
        self._fields = fields

    @property
    def alias(self) -> str:
        """The database that the router names now."""
        return _written(self._model())

    def compile(self, connection: Any) -> Statement:
        """Let the ORM write the INSERT."""
        model = self._model()
        concrete = {field.attname: field for field in model._meta.concrete_fields}
        fields = [concrete[name] for name in self._fields]
        params = {each.attname: Param(each.attname, each) for each in fields}
        query: Any = InsertQuery(model)
        query.insert_values(fields, [SimpleNamespace(**params)], raw=True)
        ((sql, found),) = query.get_compiler(connection=connection).as_sql()
        return Statement(connection, sql, found)

    def execute(self, **values: Any) -> None:
        """
        Insert one row.

        Raises:
            ValueError: a value that its column cannot hold.

            django.db.IntegrityError: what the database refuses.
        """
        self._executed(values)


def _written(model: type[Model]) -> str:
    # Where no router is set, there is nothing to ask.
    return router.db_for_write(model) if router.routers else DEFAULT_DB_ALIAS


def _drop_all(**kwargs: Any) -> None:
    # Databases, the user model and time zones stand in the SQL or beside it.
    for each in list(_instances):
        each.drop()


setting_changed.connect(_drop_all, dispatch_uid="django_claimsauth.compiled")
