"""
Runs the benchmarks, each in a process of its own, and says what is over budget.

    python -m benchmarks [name ...] [--quick]

It exits with 1 where something is over.
"""

import argparse
import importlib
import os
import subprocess
import sys

from benchmarks import reporting

NAMES = ("requests", "decisions", "lists", "tokens", "startup")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="name")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    options = parser.parse_args(arguments if arguments is not None else sys.argv[1:])
    names = options.names or NAMES
    if len(names) == 1:
        sys.exit(_run(names[0], quick=options.quick))
    flags = ["--quick"] if options.quick else []
    failed = [
        name
        for name in names
        if subprocess.run(
            [sys.executable, "-m", "benchmarks", name, *flags], check=False
        ).returncode
    ]
    sys.exit(f"over budget: {', '.join(failed)}" if failed else 0)


def _run(name, *, quick):
    tables = []
    for table in importlib.import_module(f"benchmarks.{name}").run(quick=quick):
        print(reporting.as_markdown(table), flush=True)
        tables.append(table)
    # What a server took stands beside what SQLite took.
    database = os.environ.get("CLAIMSAUTH_BENCH_DATABASE", "sqlite")
    kept = name if database == "sqlite" else f"{name}-{database}"
    reporting.write(kept, tables)
    over = [row for table in tables for row in table.rows if row.is_over]
    for row in over:
        print(f"over: {row.name}: {row.value:.2f}, budget {row.budget:.2f}")
    return 1 if over else 0


if __name__ == "__main__":
    main()
