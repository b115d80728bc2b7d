"""List API keys: by owner and state, unused, or soon to expire."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import CommandParser
from django.db.models import Q
from django.utils import timezone

from django_claimsauth.api_keys.expiry import expiring, warn_expiring
from django_claimsauth.api_keys.models import ApiKey, State
from django_claimsauth.management.api_keys import (
    ApiKeyCommand,
    described,
    duration,
    table,
)

COLUMNS = ["start", "name", "owner", "state", "scopes", "expires_at", "last_used_at"]


class Command(ApiKeyCommand):
    """`manage.py list_api_keys`."""

    help = "Lists API keys. No secret is shown, since none is stored."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the filters."""
        parser.add_argument("--owner", help="a user name, or service:NAME")
        parser.add_argument("--state", choices=[str(each) for each in State])
        parser.add_argument("--unused-for", metavar="90d")
        parser.add_argument("--expiring-within", metavar="14d")
        parser.add_argument(
            "--warn",
            action="store_true",
            help="send the signal api_key_expiring, once for each expiry",
        )
        parser.add_argument(
            "--exit-code",
            action="store_true",
            help="exit with 1 where any key is listed",
        )
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what the filters leave."""
        now = timezone.now()
        keys = _filtered(options, now).select_related("owner")
        rows = [described(api_key, now) for api_key in keys]
        if options["warn"]:
            within = options["expiring_within"]
            soon = duration(within, "--expiring-within") if within else None
            warn_expiring(soon, now=now)
        if options["format"] == "json":
            self.stdout.write(json.dumps(rows, indent=2))
        else:
            self.stdout.write(table(rows, COLUMNS))
        if rows and options["exit_code"]:
            sys.exit(1)


def _filtered(options: dict[str, Any], now: datetime) -> Any:
    keys: Any = ApiKey.objects.order_by("pk")
    if options["expiring_within"]:
        keys = expiring(duration(options["expiring_within"], "--expiring-within"), now)
    if options["owner"]:
        keys = keys.filter(_owned_by(options["owner"]))
    if options["state"]:
        keys = keys & ApiKey.objects.in_state(options["state"], now)
    if options["unused_for"]:
        unused = duration(options["unused_for"], "--unused-for")
        keys = keys.unused_since(now - unused)
    return keys


def _owned_by(owner: str) -> Q:
    if owner.startswith("service:"):
        return Q(owner=None, name=owner.removeprefix("service:"))
    return Q(**{f"owner__{get_user_model().USERNAME_FIELD}": owner})
