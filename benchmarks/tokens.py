"""
Refreshing, over the bare transaction; and pruning, over the bare DELETEs.

    python -m benchmarks.tokens [--quick]
"""

import json
import os
import subprocess
import sys

from benchmarks import reporting, settings
from benchmarks.database import project
from benchmarks.measuring import CPU, WALL, compare

#: DESIGN: in bare transactions (UPDATE, INSERT, sign), whatever the number of rows.
ROTATION, STATEMENTS = 1.6, 4
#: DESIGN: in the two bare DELETEs, at so many rows a batch; and MB beyond them.
PRUNING, MEMORY = {10_000: 2.3, 50_000: 1.4}, 20
SIZES = (10, 10_000, 200_000)
EXPIRED = 200_000
NAMES = {
    "ours": "rotated",
    "view": "rotated, by the endpoint",
    "simplejwt": "simplejwt's serializer, with the blacklist",
    "dot": "django-oauth-toolkit's token endpoint",
}


def run(*, quick=False):
    """Measure, and yield the tables."""
    with project():
        from benchmarks.site import rotation_of

        with rotation_of.without_claims():
            bench = rotation_of.Bench()
            rows = []
            for size in SIZES:
                bench.grow(size)
                rows += _rotation(bench, size, 20 if quick else 150)
            yield reporting.Table("Refreshing", FLOOR, tuple(rows))
            yield reporting.Table("Statements of a refresh", "one", _statements(bench))
    yield _pruning(10_000 if quick else EXPIRED)


FLOOR = "one transaction by hand: UPDATE, INSERT, sign"


def _rotation(bench, size, rounds):
    clock = WALL if bench.is_server else CPU
    ratios = compare("by hand", bench.cases(), rounds=rounds, calls=5, clock=clock)
    budgets = {} if bench.is_server else {"ours": ROTATION}
    names = {name: f"{NAMES.get(name, name)}, {size:,} rows" for name in ratios}
    return reporting.rows_of(ratios, budgets, peers={"simplejwt", "dot"}, names=names)


def _statements(bench):
    count = bench.statements()
    return (reporting.Row("besides BEGIN", count, count, count, STATEMENTS),)


def _pruning(expired):
    """Each in a process of its own: how long, and how much memory it grew."""
    cases = ["by hand", *map(str, PRUNING), "simplejwt"]
    filled = f"claimsauth_filled_{os.getpid()}"
    shared = {**os.environ, "CLAIMSAUTH_BENCH_NAME": filled}
    _in_process("fill", str(expired), env=shared)
    try:
        measured = {case: [] for case in cases}
        for _ in range(3):
            for case in cases:
                measured[case].append(json.loads(_in_process(case, filled)))
    finally:
        _in_process("drop", filled, env=shared)
    rows = [
        row
        for case, found in measured.items()
        for row in _rows_of(case, found, measured)
    ]
    title = f"Pruning {expired:,} expired refresh tokens and as many families"
    return reporting.Table(title, "the bare DELETEs", tuple(rows))


def _in_process(*arguments, env=None):
    # Of its own: what another case freed would hide what this one takes.
    command = [sys.executable, "-m", "benchmarks.site.pruning_of", *arguments]
    done = subprocess.run(
        command, check=True, env=env, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def _rows_of(case, found, measured):
    """Yield how long one way took, and how much memory."""
    is_ours = case.isdigit()
    name = f"{int(case):,} a batch" if is_ours else case
    ratios = sorted(
        each["seconds"] / floor["seconds"]
        for each, floor in zip(found, measured["by hand"], strict=True)
    )
    grown = sorted(each["grown"] for each in found)
    taken = sorted(each["seconds"] for each in found)[1] * 1e6
    # A budget is of SQLite, where the same process does the work.
    budget = PRUNING[int(case)] if is_ours and settings.DATABASE == "sqlite" else None
    peer = case == "simplejwt"
    yield reporting.Row(name, ratios[1], ratios[0], ratios[2], budget, taken, peer=peer)
    yield reporting.Row(
        f"{name}: memory",
        grown[1],
        grown[0],
        grown[2],
        MEMORY if is_ours else None,
        unit=" MB",
        peer=peer,
    )


if __name__ == "__main__":
    from benchmarks.__main__ import main

    main(["tokens"])
