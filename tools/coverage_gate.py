"""Hold every room to its branch coverage; reads the report of `coverage json`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

PACKAGE = "django_claimsauth"
GATES = {"authentication": 100, "authorization": 100, "tokens": 100}
GATE_ELSEWHERE = 95


def main(report: Path) -> int:
    """Print a line for each room; return 1 where one is below its gate, else 0."""
    rooms = counted(json.loads(report.read_text(encoding="utf-8"))["files"])
    if not rooms:
        print(f"{report} measured no file of {PACKAGE}.", file=sys.stderr)
        return 1
    failures = 0
    for room, counts in sorted(rooms.items()):
        gate = GATES.get(room, GATE_ELSEWHERE)
        # 99.99 % is not 100 %: compared in whole numbers, shown rounded down.
        passed = counts["covered"] * 100 >= gate * counts["all"]
        failures += not passed
        percent = int(counts["covered"] * 1000 / (counts["all"] or 1)) / 10
        verdict = "ok" if passed else f"BELOW {gate} %"
        print(f"{room:<20} {percent:>6} %  {verdict}")
    print(f"coverage gates: {len(rooms) - failures} passed, {failures} failed")
    return 1 if failures else 0


def counted(files: dict[str, Any]) -> dict[str, Counter[str]]:
    """Add up lines and branches a room; a file at the top is a room of its own."""
    rooms: dict[str, Counter[str]] = {}
    for name, measured in files.items():
        parts = Path(name.replace("\\", "/")).parts
        if PACKAGE not in parts:
            continue
        summary = measured["summary"]
        room = parts[parts.index(PACKAGE) + 1].removesuffix(".py")
        counts = rooms.setdefault(room, Counter())
        counts["all"] += summary["num_statements"] + summary["num_branches"]
        counts["covered"] += summary["covered_lines"] + summary["covered_branches"]
    return rooms


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
