"""
One refresh token, presented by 2, 16 and 64 processes at once, a hundred rounds each.

    python -m benchmarks.rotation_races [--rounds 100] [--processes 2 16 64]

`CLAIMSAUTH_TEST_DATABASE` chooses the database, as for the tests. It exits with 1
where a round did not end in exactly one live lineage.
"""

import argparse
import os
import statistics
import sys

import django

WARM_UP = 3


def main():
    """Race, and print a line for each crowd."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--processes", type=int, nargs="+", default=[2, 16, 64])
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        bad = sum(crowd(each, options.rounds) for each in options.processes)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], 0)
    sys.exit(1 if bad else 0)


def crowd(processes, rounds):
    """Race so many processes; return how many rounds went wrong."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from django_claimsauth.tokens import flows
    from tests.flows import racers

    user = get_user_model().objects.create_user(f"racer{processes}", password="x")
    tokens = [flows.issue(user).refresh_token for _ in range(rounds)]
    lines = racers.run({"do": "race", "processes": processes, "tokens": tokens})
    bad = sum(not is_one_lineage(lines, place, user) for place in range(rounds))
    failures = [line["failure"] for line in lines if "failure" in line]
    refused = sum("cause" in line for line in lines)
    # The first rounds import, compile and connect.
    seconds = sorted(line["seconds"] for line in lines if line["round"] >= WARM_UP)
    print(
        f"{connection.vendor}: {processes} processes, {rounds} rounds: "
        f"{bad} without exactly one live lineage, {refused} refused, "
        f"{len(failures)} database errors {sorted(set(failures))}; "
        f"median {1000 * statistics.median(seconds):.0f} ms, "
        f"p99 {1000 * seconds[int(0.99 * len(seconds))]:.0f} ms",
        flush=True,
    )
    return bad


def is_one_lineage(lines, place, user):
    """Tell whether the round gave one successor, and the family has one live row."""
    from django_claimsauth.tokens.models import TokenFamily

    given = {
        line["refresh"]
        for line in lines
        if line["round"] == place and "refresh" in line
    }
    family = TokenFamily.objects.filter(user=user).order_by("pk")[place]
    rows = family.refresh_tokens
    return (
        len(given) == 1
        and family.revoked_at is None
        and (rows.count(), rows.filter(used_at=None).count()) == (2, 1)
    )


if __name__ == "__main__":
    main()
