"""Issue an API key; the key goes to stdout, this once."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import CommandError, CommandParser
from django.utils import timezone

from django_claimsauth.api_keys import flows
from django_claimsauth.management.api_keys import (
    ApiKeyCommand,
    claims_of,
    described,
    lifetime,
)


class Command(ApiKeyCommand):
    """`manage.py issue_api_key NAME`."""

    help = "Issues an API key. The key is written to stdout once, and nowhere else."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what a key may be issued with."""
        parser.add_argument("name", help="unique among the owner's keys")
        parser.add_argument("--owner", help="a user name; without, it is a service")
        parser.add_argument("--scope", action="extend", nargs="+", default=[])
        parser.add_argument(
            "--claim", action="extend", nargs="+", default=[], metavar="TYPE=VALUE"
        )
        parser.add_argument("--expires", metavar="90d|DATE")
        parser.add_argument(
            "--network", action="extend", nargs="+", default=[], metavar="CIDR"
        )
        parser.add_argument("--rate", metavar="100/minute")
        self.add_format(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Issue the key and print it."""
        now = timezone.now()
        expires = options["expires"]
        issued = flows.issue(
            options["name"],
            owner=_owner(options["owner"]),
            scopes=options["scope"],
            claims=claims_of(options["claim"]),
            expires_in=lifetime(expires, now) if expires is not None else None,
            allowed_networks=options["network"],
            rate=options["rate"],
            now=now,
        )
        if options["format"] == "json":
            facts = {**described(issued.api_key, now), "secret": issued.secret}
            self.stdout.write(json.dumps(facts, indent=2))
            return
        self.stderr.write(
            f"Issued {issued.api_key.name!r} for {issued.api_key.subject}. "
            "Keep the key now; it cannot be shown again."
        )
        self.stdout.write(issued.secret)


def _owner(username: str | None) -> Any:
    if username is None:
        return None
    model = get_user_model()
    found = list(model._default_manager.filter(**{model.USERNAME_FIELD: username})[:2])
    if len(found) != 1:
        many = "several users are" if found else "no user is"
        raise CommandError(f"--owner: {many} named {username[:60]!r}.")
    return found[0]
