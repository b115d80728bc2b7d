"""From what a driver returns to what the ORM would: a column's converters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

#: Takes a value and the connection that it came from.
Converter: TypeAlias = Callable[[Any, Any], Any]
#: The position of a column, its converter, and whether NULL stays None there.
ColumnConverter: TypeAlias = tuple[int, Converter, bool]


def converters_of(compiler: Any, columns: list[Any]) -> Iterator[ColumnConverter]:
    """
    Yield each column's converter, none of which holds on to this connection.

    To a backend NULL is None, whatever the column; a field may differ, so it is
    said beside the converter whether it keeps NULL.
    """
    operations = compiler.connection.ops
    for position, (converters, expression) in compiler.get_converters(columns).items():
        steps = [_portable(each, expression, operations) for each in converters]
        keeps_null = all(_is_of(each, operations) for each in converters)
        yield position, steps[0] if len(steps) == 1 else _chained(steps), keeps_null


def _chained(steps: list[Converter]) -> Converter:
    def convert(value: Any, connection: Any) -> Any:
        for step in steps:
            value = step(value, connection)
        return value

    return convert


def _portable(converter: Any, expression: Any, operations: Any) -> Converter:
    """
    Return a converter that works on whichever connection it is called with.

    A connection belongs to one thread; the statement is used by all of them.
    """
    if not _is_of(converter, operations):
        return lambda value, connection: converter(value, expression, connection)
    function = converter.__func__

    return lambda value, connection: function(
        connection.ops, value, expression, connection
    )


def _is_of(converter: Any, operations: Any) -> bool:
    return getattr(converter, "__self__", None) is operations
