"""
A request by JWT and by API key, over the same view without authentication.

    python -m benchmarks.requests [--quick]
"""

from benchmarks import reporting
from benchmarks.database import project
from benchmarks.measuring import CPU, WALL, compare

#: DESIGN: what a request may cost, in bare requests.
SEEN, STRICT, KEY, CACHED_KEY = 1.12, 1.42, 1.60, 1.12
FIRST_SIGHT = 0.35
TOUCHING, TOUCHING_STRICT = 1.65, 1.80
#: On PostgreSQL: over the view that makes one SELECT by hand.
SERVER_STRICT, SERVER_KEY = 1.0, 1.15
#: What is stored beside the key that is presented.
KEYS = (10, 1_000, 100_000)
STRICT_BUDGETS = {
    "seen": STRICT,
    "touching": TOUCHING_STRICT,
    "key": KEY,
    "cached-key": CACHED_KEY,
}
#: The peers that ask the database on each request.
LOOKING_UP = (
    "simplejwt-user", "simplejwt-sliding", "dot", "knox", "drf-token", "api-key",
)  # fmt: skip


def run(*, quick=False):
    """Measure, and yield the tables."""
    with project():
        from benchmarks.site import requests_of

        bench = requests_of.Bench()
        yield from _tables(bench, 40 if quick else 300)


def _tables(bench, rounds):
    clock = WALL if bench.is_server else CPU
    yield _memory(bench, rounds, clock)
    yield _first_sight(bench, rounds, clock)
    yield from _strict(bench, rounds, clock)


def _memory(bench, rounds, clock):
    """Nothing is looked up: the revocation modes that ask the process alone."""
    rows = []
    for mode in ("off", "bounded"):
        with bench.revocation(mode):
            cases = bench.cases("bare", "seen", "decorated", "judged", "touching")
            if mode == "off":
                cases |= bench.cases("simplejwt-HS256", "allauth")
            ratios = compare("bare", cases, rounds=rounds, clock=clock)
        budgets = {} if bench.is_server else {"seen": SEEN, "touching": TOUCHING}
        rows += reporting.rows_of(
            ratios if mode == "off" else {"seen": ratios["seen"]},
            budgets,
            peers={"simplejwt-HS256", "allauth"},
            names={**NAMES, "seen": f"{NAMES['seen']}, revocation {mode}"},
        )
    return reporting.Table("JWT seen before, no look-up", FLOOR, tuple(rows))


def _first_sight(bench, rounds, clock):
    from benchmarks.site.keys import ALGORITHMS, verify_alone

    firsts = [f"first-{alg}" for alg in ALGORITHMS]
    peers = [f"simplejwt-{alg}" for alg in ALGORITHMS]
    alone = {f"verify-{alg}": verify_alone(alg) for alg in ALGORITHMS}
    inside = [f"inside-{alg}" for alg in ALGORITHMS]
    with bench.revocation("off"):
        cases = bench.cases("bare", *firsts, *inside, *peers) | alone
        ratios = compare("bare", cases, rounds=rounds, clock=clock)
    budgets = {
        f"first-{alg}": 1 + ratios[f"verify-{alg}"].median + FIRST_SIGHT
        for alg in ALGORITHMS
    }
    rows = reporting.rows_of(ratios, budgets, peers=peers, names=NAMES)
    return reporting.Table("JWT at first sight", FLOOR, tuple(rows))


def _strict(bench, rounds, clock):
    mine = ("seen", "touching", "decorated", "key", "cached-key")
    names = {**NAMES, "seen": f"{NAMES['seen']}, revocation strict"}
    with bench.revocation("strict"):
        cases = bench.cases("bare", "raw", *mine, *LOOKING_UP)
        few = compare("bare", cases, rounds=rounds, clock=clock)
        budgets = {} if bench.is_server else STRICT_BUDGETS
        rows = reporting.rows_of(few, budgets, peers=LOOKING_UP, names=names)
        yield reporting.Table("One look-up a request", FLOOR, tuple(rows))
        yield _over_one_select(bench, rounds, clock, names)
        rows = tuple(_slope(bench, rounds, clock))
    yield reporting.Table("The number of keys", FLOOR, rows)


def _over_one_select(bench, rounds, clock, names):
    cases = bench.cases("raw", "seen", "key")
    ratios = compare("raw", cases, rounds=rounds, clock=clock)
    budgets = {"seen": SERVER_STRICT, "key": SERVER_KEY} if bench.is_server else {}
    rows = reporting.rows_of(ratios, budgets, names=names)
    return reporting.Table("The same, over one SELECT by hand", BY_HAND, tuple(rows))


def _slope(bench, rounds, clock):
    """Yield what a request costs with few keys, some and many, ours and the peers'."""
    budgets = {} if bench.is_server else {"key": KEY}
    asked = ("key", "api-key", "knox", "drf-token")
    for count in KEYS:
        bench.fill_keys(count)
        ratios = compare(
            "bare", bench.cases("bare", *asked), rounds=rounds, clock=clock
        )
        yield from reporting.rows_of(
            {name: ratios[name] for name in asked},
            budgets,
            peers=asked[1:],
            names={name: f"{NAMES[name]}, {count:,} stored" for name in asked},
        )


BY_HAND = "the view that hashes the key and makes one joined SELECT by hand"
FLOOR = "the same view without authentication"
NAMES = {
    "seen": "JWT seen before",
    "decorated": "JWT seen before, @authorize with a scope",
    "judged": "JWT seen before, two user-written handlers",
    "touching": "JWT seen before, the view touches request.user",
    "key": "API key, looked up",
    "cached-key": "API key, cached",
    "raw": "one SELECT by hand",
    **{f"first-{alg}": f"{alg} first sight" for alg in ("HS256", "RS256", "ES256")},
    "first-EdDSA": "EdDSA first sight",
    **{
        f"verify-{alg}": f"{alg} signature check alone"
        for alg in ("HS256", "RS256", "ES256", "EdDSA")
    },
    **{
        f"inside-{alg}": f"the bare view, and one {alg} check in its body"
        for alg in ("HS256", "RS256", "ES256", "EdDSA")
    },
    **{
        f"simplejwt-{alg}": f"simplejwt stateless {alg}"
        for alg in ("HS256", "RS256", "ES256", "EdDSA")
    },
    "simplejwt-user": "simplejwt, the user is read",
    "simplejwt-sliding": "simplejwt sliding, with the blacklist",
    "allauth": "allauth headless JWT HS256",
    "dot": "django-oauth-toolkit",
    "knox": "knox",
    "drf-token": "DRF's own token",
    "api-key": "djangorestframework-api-key",
}

if __name__ == "__main__":
    from benchmarks.__main__ import main

    main(["requests"])
