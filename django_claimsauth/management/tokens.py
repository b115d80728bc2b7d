"""What the commands about tokens share."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import DatabaseError


class TokenCommand(BaseCommand):
    """A command whose refusals are one line on stderr and an exit code."""

    requires_migrations_checks = False

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run; what the database refuses becomes a CommandError."""
        try:
            return super().execute(*args, **options)
        except DatabaseError as error:
            raise CommandError(f"The database refused: {error}".strip()) from error
