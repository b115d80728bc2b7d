"""List the old credentials that were accepted, so that one sees when they are gone."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management import CommandParser
from django.utils import timezone

from django_claimsauth.api_keys.models import LegacyUse
from django_claimsauth.management.api_keys import ApiKeyCommand, duration, table

COLUMNS = ["scheme", "credential", "of", "uses", "first_used_at", "last_used_at"]


class Command(ApiKeyCommand):
    """`manage.py list_legacy_credentials`."""

    help = (
        "Lists credentials of other packages that were accepted, the last used first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the filters."""
        parser.add_argument("--used-within", metavar="30d")
        parser.add_argument("--scheme")
        parser.add_argument(
            "--exit-code",
            action="store_true",
            help="exit with 1 where any is listed",
        )
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what the filters leave."""
        rows = LegacyUse.objects.order_by("-last_used_at")
        if options["used_within"]:
            within = duration(options["used_within"], "--used-within")
            rows = rows.filter(last_used_at__gte=timezone.now() - within)
        if options["scheme"]:
            rows = rows.filter(scheme=options["scheme"])
        facts = [_described(each) for each in rows]
        if options["format"] == "json":
            self.stdout.write(json.dumps(facts, indent=2))
        else:
            self.stdout.write(table(facts, COLUMNS))
        if facts and options["exit_code"]:
            sys.exit(1)


def _described(use: LegacyUse) -> dict[str, Any]:
    return {
        "scheme": use.scheme,
        "credential": use.credential,
        "of": use.name,
        "uses": use.uses,
        "first_used_at": use.first_used_at.isoformat(timespec="seconds"),
        "last_used_at": use.last_used_at.isoformat(timespec="seconds"),
    }
