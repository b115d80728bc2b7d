"""
One decision, over the same rule written by hand in Python; and a request with it.

    python -m benchmarks.decisions [--quick]
"""

from benchmarks import reporting
from benchmarks.database import project
from benchmarks.measuring import CPU, compare

#: DESIGN: in decisions by hand.
RULE, BUILT_INS, HANDLERS = 3.5, 4.5, 8.0
REQUEST = 1.15
CALLS = 500
FLOOR = "the same rule written by hand, in a function of principal and document"


def run(*, quick=False):
    """Measure, and yield the tables."""
    with project():
        from benchmarks.site import decisions_of

        rounds = 40 if quick else 300
        for title, budgets, cases in decisions_of.tables():
            ratios = compare("by hand", cases, rounds=rounds, calls=CALLS, clock=CPU)
            peers = {name for name in cases if name not in budgets} - {"by hand"}
            rows = reporting.rows_of(ratios, budgets, peers=peers)
            yield reporting.Table(title, FLOOR, tuple(rows))
        yield _whole_request(rounds)


def _whole_request(rounds):
    """A view that anybody authenticated may see, and the same with a policy."""
    from benchmarks.site.requests_of import Bench

    bench = Bench()
    with bench.revocation("off"):
        ratios = compare("seen", bench.cases(*NAMES), rounds=rounds, clock=CPU)
    budgets = {"decorated": REQUEST, "judged": REQUEST}
    rows = reporting.rows_of(ratios, budgets, names=NAMES, peers={"rules", "drf"})
    return reporting.Table("A request with a policy", FULL, tuple(rows))


FULL = "the request of whom any policy would let in, that is authenticated"
NAMES = {
    "seen": "anybody authenticated",
    "decorated": "@authorize with a scope",
    "judged": "@authorize with two user-written handlers",
    "drf": "our token, DRF's composed permissions over its claims",
    "rules": "our token, rules' predicates over its claims",
}

if __name__ == "__main__":
    from benchmarks.__main__ import main

    main(["decisions"])
