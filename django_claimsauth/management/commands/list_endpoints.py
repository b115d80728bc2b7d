"""Lists what guards each endpoint, and compares it with what was saved."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from django_claimsauth.drf.comparison import Difference, differences
from django_claimsauth.drf.inventory import (
    ANONYMOUS,
    EXEMPT,
    OTHER,
    UNGUARDED,
    Endpoint,
    endpoints,
)

COLUMNS = ("method", "route", "policies", "schemes", "declared", "view")
FAILING = (UNGUARDED, ANONYMOUS, EXEMPT, OTHER)


class Command(BaseCommand):
    """Exit codes: 0; 1 where `--fail-on` or `--check` found something; 2 usage."""

    help = "List every route and method with the policy that guards it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--format", choices=["table", "json", "markdown"], default="table"
        )
        parser.add_argument(
            "--fail-on", default="", help="what fails: unguarded,anonymous"
        )
        parser.add_argument("--save", metavar="FILE", help="write what --check reads")
        parser.add_argument(
            "--check", metavar="FILE", help="compare with what was saved"
        )
        parser.add_argument("--urlconf", help="another URLconf than the project's")

    def handle(self, *args: Any, **options: Any) -> None:
        failing = _failing(options["fail_on"])
        found = endpoints(options["urlconf"])
        if options["check"]:
            self._check(found, Path(options["check"]))
        if options["save"]:
            _save(found, Path(options["save"]))
        if not options["check"]:
            self.stdout.write(rendered(found, options["format"]))
        bad = [each for each in found if each.declared in failing]
        if bad:
            listed = "\n".join(f"  {e.declared}: {e.method} {e.route}" for e in bad)
            raise CommandError(
                f"{len(bad)} endpoints are open:\n{listed}", returncode=1
            )

    def _check(self, found: list[Endpoint], file: Path) -> None:
        found_differences = differences(_load(file), [e.as_dict() for e in found])
        for each in found_differences:
            self.stdout.write(str(each))
        if found_differences:
            raise CommandError(_summary(found_differences), returncode=1)
        self.stdout.write(f"{len(found)} endpoints are guarded as saved.")


def rendered(found: list[Endpoint], form: str) -> str:
    """Return the endpoints as a table, as Markdown or as JSON."""
    if form == "json":
        return json.dumps([each.as_dict() for each in found], indent=2)
    rows = [COLUMNS, *(_row(each) for each in found)]
    if form == "markdown":
        rows.insert(1, tuple("---" for _ in COLUMNS))
        return "\n".join("| " + " | ".join(map(_cell, row)) + " |" for row in rows)
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(
            text.ljust(width) for text, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


def _row(endpoint: Endpoint) -> tuple[str, ...]:
    shown = endpoint.as_dict()
    return tuple(
        ", ".join(shown[each]) if isinstance(shown[each], list) else str(shown[each])
        for each in COLUMNS
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _failing(text: str) -> set[str]:
    asked = {each.strip() for each in text.split(",") if each.strip()}
    unknown = asked - set(FAILING)
    if unknown:
        raise CommandError(
            f"--fail-on has {', '.join(sorted(unknown))}; expected some of: "
            f"{', '.join(FAILING)}.",
            returncode=2,
        )
    return asked


def _save(found: list[Endpoint], file: Path) -> None:
    text = json.dumps([each.as_dict() for each in found], indent=2) + "\n"
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"Cannot write {file}: {error}", returncode=2) from error


def _load(file: Path) -> list[dict[str, Any]]:
    try:
        saved = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"Cannot read {file}: {error}", returncode=2) from error
    if not isinstance(saved, list) or not all(
        isinstance(each, dict) and {"route", "method"} <= set(each) for each in saved
    ):
        raise CommandError(
            f"{file} does not hold endpoints; write it with --save.", returncode=2
        )
    return saved


def _summary(found: list[Difference]) -> str:
    kinds = [each.kind for each in found]
    counted = [f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)]
    return "The endpoints differ from what was saved: " + ", ".join(counted) + "."
