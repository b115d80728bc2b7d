"""
A narrowed list over the filter that one would write by hand, among 100,000 documents.

    python -m benchmarks.lists [--quick]
"""

from benchmarks import reporting
from benchmarks.database import project
from benchmarks.measuring import CPU, WALL, compare

#: DESIGN: in hand-written filters.
NARROWED = 1.10
DOCUMENTS = 100_000
FLOOR = "the filter written by hand with the ORM"
OURS = "narrowed"


def run(*, quick=False):
    """Measure, and yield the tables."""
    with project():
        from benchmarks.site import lists_of

        bench = lists_of.Bench(DOCUMENTS)
        for title, cases in bench.tables():
            ratios = compare(
                "by hand",
                cases,
                rounds=30 if quick else 200,
                calls=5,
                clock=WALL if bench.is_server else CPU,
            )
            peers = cases.keys() - {"by hand", OURS}
            rows = reporting.rows_of(ratios, {OURS: NARROWED}, peers=peers)
            yield reporting.Table(title, FLOOR, tuple(rows))
        yield _whole_table(bench)


def _whole_table(bench):
    """Without a queryset form, every document is loaded and judged in Python."""
    cases = bench.in_python()
    ratios = compare(
        "by hand", cases, rounds=3, calls={**dict.fromkeys(cases, 1), "by hand": 50}
    )
    peers = cases.keys() - {"by hand"}
    rows = reporting.rows_of(ratios, peers=peers)
    return reporting.Table(
        "Ids, where the rule has no queryset form", FLOOR, tuple(rows)
    )


if __name__ == "__main__":
    from benchmarks.__main__ import main

    main(["lists"])
