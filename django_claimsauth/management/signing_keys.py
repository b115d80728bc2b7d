"""What the commands about signing keys share: the directory, errors, the printing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from django_claimsauth.conf import settings
from django_claimsauth.errors import ConfigurationError
from django_claimsauth.management.api_keys import USAGE
from django_claimsauth.tokens.key_entries import directory_of
from django_claimsauth.tokens.key_files import HeldKey, read_directory
from django_claimsauth.tokens.keyring import WHERE

COLUMNS = ["kid", "alg", "state", "activates_at", "retires_at"]


class SigningKeyCommand(BaseCommand):
    """A command that needs no database, and whose refusals are one line."""

    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_directory(self, parser: CommandParser) -> None:
        """Add `--dir`."""
        parser.add_argument(
            "--dir",
            type=Path,
            metavar="DIRECTORY",
            help=f"where the keys are; without, the one directory in {WHERE}",
        )

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run; a key or a file that is not as it should be becomes a CommandError."""
        try:
            return super().execute(*args, **options)
        except ConfigurationError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error


def directory(option: Path | None) -> Path:
    """
    Return the directory that `--dir` names, else the one of the settings.

    Raises:
        CommandError: a file, or not exactly one directory in the settings.
    """
    if option is not None:
        if option.exists() and not option.is_dir():
            raise CommandError(f"--dir is {option}, a file.", returncode=USAGE)
        return option
    named = [directory_of(entry) for entry in settings.tokens.signing_keys]
    found = [each for each in named if each is not None]
    if len(found) != 1:
        raise CommandError(
            f"{WHERE} names {len(found)} directories; say which with --dir.",
            returncode=USAGE,
        )
    return found[0]


def found_key(path: Path, kid: str) -> HeldKey:
    """
    Return the key of a directory by its `kid`.

    Raises:
        CommandError: no such key there.
    """
    held = read_directory(path)
    for each in held:
        if each.key.kid == kid:
            return each
    known = ", ".join(each.key.kid for each in held) or "none"
    raise CommandError(f"There is no key {kid[:64]!r} in {path}; there: {known}.")


def described(held: HeldKey, now: datetime) -> dict[str, Any]:
    """Return what may be shown of a key, in JSON's types; never the key."""
    return {
        "kid": held.key.kid,
        "alg": held.key.alg,
        "state": held.state(now).value,
        "created_at": _written(held.created_at),
        "activates_at": _written(held.activates_at),
        "retires_at": _written(held.retires_at),
        "path": None if held.path is None else str(held.path),
    }


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
