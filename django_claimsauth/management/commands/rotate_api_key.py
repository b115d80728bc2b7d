"""Give an API key a new secret; the old one works for a while beside it."""

from __future__ import annotations

import json
from typing import Any

from django.core.management import CommandParser
from django.utils import timezone

from django_claimsauth.api_keys import flows
from django_claimsauth.management.api_keys import (
    ApiKeyCommand,
    described,
    duration,
    found_key,
    lifetime,
)


class Command(ApiKeyCommand):
    """`manage.py rotate_api_key ID`."""

    help = "Gives an API key a new secret, which is written to stdout once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the key, the overlap and the new expiry."""
        parser.add_argument("key", metavar="ID|PREFIX")
        parser.add_argument(
            "--overlap", metavar="24h", help="how long the old secret works; 0 is none"
        )
        parser.add_argument("--expires", metavar="90d|DATE")
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate the key and print the new secret."""
        now = timezone.now()
        overlap, expires = options["overlap"], options["expires"]
        issued = flows.rotate(
            found_key(options["key"]),
            overlap=duration(overlap, "--overlap") if overlap is not None else None,
            expires_in=lifetime(expires, now) if expires is not None else None,
            now=now,
        )
        until = issued.api_key.previous_valid_until
        if options["format"] == "json":
            facts = {
                **described(issued.api_key, now),
                "previous_valid_until": until.isoformat() if until else None,
                "secret": issued.secret,
            }
            self.stdout.write(json.dumps(facts, indent=2))
            return
        self.stderr.write(
            f"Rotated {issued.api_key.name!r}. The old secret works until {until}."
        )
        self.stdout.write(issued.secret)
