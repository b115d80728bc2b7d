"""Remove expired credentials, in batches, while the project runs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management import CommandError, CommandParser

from django_claimsauth.management.api_keys import USAGE
from django_claimsauth.management.progress import ProgressBar
from django_claimsauth.management.tokens import TokenCommand
from django_claimsauth.passkeys.challenges import prune as prune_challenges
from django_claimsauth.tokens import flows
from django_claimsauth.tokens.pruning import BATCH_SIZE, Pruned, is_clock_ahead


class Command(TokenCommand):
    """`manage.py prune_credentials`."""

    help = (
        "Removes refresh tokens, sessions, revocations and challenges that have "
        "expired. Safe to interrupt, and to run twice at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare how much at a time, and whether at all."""
        parser.add_argument("--batch-size", type=int, default=BATCH_SIZE)
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument(
            "--force",
            action="store_true",
            help="even where the clock seems to be wrong",
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prune, and say how many rows went."""
        if options["batch_size"] < 1:
            raise CommandError("--batch-size is at least 1.", returncode=USAGE)
        if not options["force"] and is_clock_ahead():
            raise CommandError(
                "By this machine's clock no token was issued for so long that all "
                "have expired. Set the clock, or use --force if it is right."
            )
        counts = asdict(self._prune(options))
        counts["passkey_challenges"] = prune_challenges(
            batch_size=options["batch_size"], dry_run=options["dry_run"]
        )
        self._print(counts, options)

    def _prune(self, options: dict[str, Any]) -> Pruned:
        # Progress is no result: it goes where no pipe takes it for one.
        bar = ProgressBar(self.stderr)
        try:
            return flows.prune(
                batch_size=options["batch_size"],
                dry_run=options["dry_run"],
                progress=bar.show if options["verbosity"] else None,
            )
        finally:
            bar.close()

    def _print(self, counts: dict[str, int], options: dict[str, Any]) -> None:
        if options["format"] == "json":
            self.stdout.write(json.dumps(counts))
            return
        verb = "would be removed" if options["dry_run"] else "removed"
        for name, count in counts.items():
            self.stdout.write(f"{name.replace('_', ' ')}: {count} {verb}")
