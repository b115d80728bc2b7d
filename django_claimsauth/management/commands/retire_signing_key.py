"""Retire a signing key: it signs no more, and verifies until its last token is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management import CommandError, CommandParser
from django.utils import timezone

from django_claimsauth.management.api_keys import duration
from django_claimsauth.management.signing_keys import (
    SigningKeyCommand,
    directory,
    found_key,
)
from django_claimsauth.tokens.key_files import (
    HeldKey,
    KeyState,
    delete_key,
    read_directory,
    retire,
)
from django_claimsauth.tokens.keyring import is_past


class Command(SigningKeyCommand):
    """`manage.py retire_signing_key KID`."""

    help = (
        "Retires a signing key. Its tokens verify until the last of them has "
        "expired; then --purge removes the files. In an emergency, --purge --force "
        "removes them at once, and every token that the key signed is void."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare which key, when, and how thoroughly."""
        parser.add_argument("kid", help="as list_signing_keys shows it")
        self.add_directory(parser)
        parser.add_argument("--in", dest="delay", metavar="2h", default="0")
        parser.add_argument(
            "--purge", action="store_true", help="remove the files of a retired key"
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help="even the last active key, or one whose tokens are still alive",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Retire the key, or remove it."""
        now = timezone.now()
        path = directory(options["dir"])
        held = found_key(path, options["kid"])
        if not options["force"]:
            others = [
                each for each in read_directory(path) if each.key.kid != held.key.kid
            ]
            _check(held, others, now, purge=options["purge"])
        if options["purge"]:
            delete_key(held)
            self.stdout.write(f"Removed {held.path}.")
            return
        if held.state(now) is KeyState.RETIRED:
            self.stdout.write(f"{held.key.kid} is retired already.")
            return
        retired = retire(held, now + duration(options["delay"], "--in"))
        self.stdout.write(
            f"{held.key.kid} retires at {retired.retires_at:%Y-%m-%d %H:%M:%S} UTC."
        )


def _check(held: HeldKey, others: list[HeldKey], now: datetime, *, purge: bool) -> None:
    if purge and not is_past(held, now):
        raise CommandError(
            f"Tokens of {held.key.kid} may be alive: retire it first, and wait until "
            "the last has expired (or --force)."
        )
    if purge or any(each.state(now) is KeyState.ACTIVE for each in others):
        return
    if held.state(now) is KeyState.ACTIVE:
        raise CommandError(
            f"{held.key.kid} is the only active key; create another first (or --force)."
        )
