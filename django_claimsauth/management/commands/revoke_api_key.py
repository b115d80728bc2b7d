"""Revoke an API key, from the next request on."""

from __future__ import annotations

from typing import Any

from django.core.management import CommandParser

from django_claimsauth.api_keys import flows
from django_claimsauth.management.api_keys import ApiKeyCommand, found_key


class Command(ApiKeyCommand):
    """`manage.py revoke_api_key ID`."""

    help = "Revokes an API key for good, with the old secret of a rotation."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the key and the reason."""
        parser.add_argument("key", metavar="ID|PREFIX")
        parser.add_argument("--reason", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Revoke the key; one that is revoked already is no error."""
        api_key = found_key(options["key"])
        done = flows.revoke(api_key, options["reason"])
        said = "Revoked" if done else "It was revoked before:"
        self.stdout.write(f"{said} {api_key.name!r} ({api_key.public_id}).")
