"""Serializers that take nothing they were not told of: names and types exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

UNKNOWN = "This field is unknown."


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses every field that it does not declare, by its name."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated fields."""
        if isinstance(data, Mapping):
            unknown = [name for name in data if name not in self.fields]
            if unknown:
                # No more than a few are named: the client knows what it sent.
                raise serializers.ValidationError(
                    {name[:64]: [UNKNOWN] for name in unknown[:10]}, code="unknown"
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
