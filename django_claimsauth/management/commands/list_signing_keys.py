"""List the signing keys and what each does; no key is ever printed."""

from __future__ import annotations

import json
from typing import Any

from django.core.management import CommandParser
from django.utils import timezone

from django_claimsauth.management.api_keys import table
from django_claimsauth.management.signing_keys import (
    COLUMNS,
    SigningKeyCommand,
    described,
)
from django_claimsauth.tokens.key_files import read_directory
from django_claimsauth.tokens.keyring import keys


class Command(SigningKeyCommand):
    """`manage.py list_signing_keys`."""

    help = "Lists the signing keys: staged, active (the first signs) and retired."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare where to look, and the form."""
        self.add_directory(parser)
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        now = timezone.now()
        path = options["dir"]
        held = keys.held() if path is None else read_directory(path)
        rows = [described(each, now) for each in held]
        if options["format"] == "json":
            self.stdout.write(json.dumps(rows, indent=2))
        else:
            self.stdout.write(table(rows, COLUMNS))
