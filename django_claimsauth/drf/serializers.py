"""Serializers that take nothing they were not told of: names and types exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rest_framework import serializers

UNKNOWN: Final = "This field is unknown."
#: No more are named: the client knows what it sent.
NAMED: Final = 10
SHOWN: Final = 64


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses every field that it does not declare, by its name."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated fields."""
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                raise serializers.ValidationError(
                    {str(name)[:SHOWN]: [UNKNOWN] for name in unknown[:NAMED]},
                    code="unknown",
                )
        return super().to_internal_value(data)


class TextField(serializers.CharField):
    """A JSON string, as it was sent: no number, no trimming."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Return the text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class WholeNumberField(serializers.IntegerField):
    """A JSON number without a fraction: no text, no boolean."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number."""
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return int(super().to_internal_value(data))
