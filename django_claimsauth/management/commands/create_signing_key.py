"""Create a key that signs access tokens; no key is ever printed."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import CommandParser
from django.utils import timezone

from django_claimsauth.conf import settings
from django_claimsauth.management.api_keys import duration
from django_claimsauth.management.signing_keys import (
    SigningKeyCommand,
    described,
    directory,
)
from django_claimsauth.tokens.key_files import KeyState, create_key, read_directory

ALGORITHMS = ["ES256", "EdDSA", "RS256", "PS256", "HS256"]


class Command(SigningKeyCommand):
    """`manage.py create_signing_key`."""

    help = (
        "Creates a signing key in a directory, readable by its owner alone. The "
        "first one signs at once; a further one is staged: published first, and "
        "signing when every client has had time to fetch it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what key, where, and from when on."""
        parser.add_argument("--alg", choices=ALGORITHMS, default=None)
        self.add_directory(parser)
        parser.add_argument(
            "--activate-in",
            metavar="30m",
            help="how long it is staged; 0 signs at once. Default: twice JWKS_MAX_AGE",
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the key, and say from when on it signs."""
        now = timezone.now()
        path = directory(options["dir"])
        held = create_key(
            path,
            options["alg"] or settings.tokens.algorithm,
            activates_at=_activation(path, options["activate_in"], now),
            now=now,
        )
        if options["format"] == "json":
            self.stdout.write(json.dumps(described(held, now), indent=2))
            return
        self.stdout.write(
            f"Created {held.path} ({held.key.alg}, kid {held.key.kid}); it is "
            f"{held.state(now).value} and signs from "
            f"{held.activates_at:%Y-%m-%d %H:%M} UTC."
        )


def _activation(path: Path, asked: str | None, now: datetime) -> datetime:
    if asked is not None:
        return now + duration(asked, "--activate-in")
    if not any(each.state(now) is KeyState.ACTIVE for each in read_directory(path)):
        return now
    # A client may have fetched the set a moment ago, and keep it as long again.
    return now + 2 * settings.tokens.jwks_max_age
