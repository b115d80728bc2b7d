"""What the commands about API keys share: how they read, find, fail and print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from django_claimsauth.api_keys.errors import ApiKeyError
from django_claimsauth.api_keys.format import ID_LENGTH, parse
from django_claimsauth.api_keys.models import ApiKey

#: The exit code of an argument that is not what it may be; 1 is of a state of things.
USAGE: Final = 2
#: Codes of `ApiKeyError` that are about what is stored, not about an argument.
STATE_CODES: Final = frozenset(
    {
        "duplicate_name",
        "invalid_owner",
        "too_many_keys",
        "not_live",
        "changed_meanwhile",
    }
)
_DURATION = re.compile(r"([0-9]{1,9})([mhdw])|0")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
MIN_REFERENCE: Final = 4
_ID = re.compile(f"[0-9a-z]{{{MIN_REFERENCE},{ID_LENGTH}}}")
LONGEST: Final = timedelta(days=36_525)


class ApiKeyCommand(BaseCommand):
    """A command whose refusals are one line on stderr and an exit code."""

    requires_migrations_checks = False

    def add_format(self, parser: CommandParser) -> None:
        """Add `--format`."""
        parser.add_argument(
            "--format",
            choices=["table", "json"],
            default="table",
            help="json writes one document to stdout, and nothing else.",
        )

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run; what a flow or the database refuses becomes a CommandError."""
        try:
            return super().execute(*args, **options)
        except ApiKeyError as error:
            code = 1 if error.code in STATE_CODES else USAGE
            raise CommandError(str(error), returncode=code) from error
        except DatabaseError as error:
            raise CommandError(f"The database refused: {error}".strip()) from error


def duration(text: str, option: str) -> timedelta:
    """Return the time that `90d`, `12h`, `30m` or `4w` means, at most a century."""
    match = _DURATION.fullmatch(text)
    if match is not None:
        seconds = int(match[1] or 0) * _SECONDS[match[2] or "m"]
        if seconds <= LONGEST.total_seconds():
            return timedelta(seconds=seconds)
    raise CommandError(
        f"{option} is {text[:40]!r}; a number and m, h, d or w is expected: 90d.",
        returncode=USAGE,
    )


def lifetime(text: str, now: datetime) -> timedelta:
    """Return the time until `90d` or a date: the date's first moment, here."""
    if _DURATION.fullmatch(text):
        return duration(text, "--expires")
    try:
        day, moment = parse_date(text), parse_datetime(text)
    except ValueError:
        day = moment = None
    if day is not None:
        moment = timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001
    if moment is None or timezone.is_naive(moment):
        raise CommandError(
            f"--expires is {text[:40]!r}; a time like 90d, a date like 2027-01-31 or "
            "a moment with its offset (2027-01-31T12:00:00+00:00) is expected.",
            returncode=USAGE,
        )
    return moment - now


def claims_of(pairs: Iterable[str]) -> dict[str, list[str]]:
    """Return the claims that `k=v` pairs mean; a type may come several times."""
    claims: dict[str, list[str]] = {}
    for pair in pairs:
        type, separator, value = pair.partition("=")
        if not separator or not type:
            raise CommandError(
                f"--claim is {pair[:40]!r}; type=value is expected.", returncode=USAGE
            )
        claims.setdefault(type, []).append(value)
    return claims


def found_key(reference: str) -> ApiKey:
    """
    Return the key that an id, the start of a key, or a whole key names.

    Of an id, the first four characters will do where they name one key.
    """
    parsed = parse(reference)
    public_id = parsed.key_id if parsed else reference.rpartition("_")[2]
    found = []
    if _ID.fullmatch(public_id):
        found = list(ApiKey.objects.filter(public_id__startswith=public_id)[:2])
    if len(found) == 1:
        return found[0]
    # A whole key that was pasted is not repeated on a screen.
    shown = public_id[:ID_LENGTH]
    if found:
        raise CommandError(f"{shown!r} is the start of several ids; write more of it.")
    raise CommandError(f"There is no API key with the id {shown!r}.")


def described(api_key: ApiKey, now: datetime) -> dict[str, Any]:
    """Return what may be shown of a key, in JSON's types."""
    return {
        "id": api_key.public_id,
        "start": api_key.start,
        "name": api_key.name,
        "owner": None if api_key.owner is None else api_key.owner.get_username(),
        "subject": api_key.subject,
        "state": str(api_key.state(now)),
        "scopes": list(api_key.scopes),
        "claims": api_key.claims,
        "allowed_networks": list(api_key.allowed_networks),
        "rate": api_key.rate or None,
        "created_at": _written(api_key.created_at),
        "expires_at": _written(api_key.expires_at),
        "last_used_at": _written(api_key.last_used_at),
        "last_used_ip": api_key.last_used_ip,
        "revoked_at": _written(api_key.revoked_at),
        "reason": api_key.reason or None,
    }


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Return the rows as text in columns, under their names."""
    cells = [[_cell(row[column]) for column in columns] for row in rows]
    lines = [list(columns), *cells]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value) or "-"
    return "-" if value is None else str(value)
