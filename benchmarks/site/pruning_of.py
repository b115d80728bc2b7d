"""
Prunes in one way, and prints how long that took and by how much the process grew.

The memory is what is resident at the highest, beyond what was at the start, as
Linux counts it: of SQLite and of Python, freed again or not.

    CLAIMSAUTH_BENCH_NAME=filled python -m benchmarks.site.pruning_of fill <rows>
    python -m benchmarks.site.pruning_of "by hand"|simplejwt|<batch size> filled
    CLAIMSAUTH_BENCH_NAME=filled python -m benchmarks.site.pruning_of drop filled
"""

import gc
import json
import sys
import time
from datetime import timedelta
from pathlib import Path

from benchmarks.database import project

MB = 1024
PROCESS = Path("/proc/self")
RESET_PEAK = "5"


def main():
    case, given = sys.argv[1:]
    if case == "fill":
        with project(keep=True):
            _prepare(int(given))
        return
    with project(copy_of=given):
        if case != "drop":
            print(json.dumps(_measured(case)))


def _measured(case):
    from django.db import connection

    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    prune = _way(case)
    gc.collect()
    # What was needed to start, and is free again, must not hide what comes.
    (PROCESS / "clear_refs").write_text(RESET_PEAK)
    before = _kilobytes("VmRSS")
    begun = clock()
    prune()
    seconds = clock() - begun
    grown = _kilobytes("VmHWM") - before
    _check(case)
    return {"seconds": seconds, "grown": grown / MB}


def _kilobytes(name):
    lines = (PROCESS / "status").read_text().splitlines()
    (line,) = (each for each in lines if each.startswith(f"{name}:"))
    return int(line.split()[1])


def _prepare(count):
    from django.contrib.auth import get_user_model
    from django.utils import timezone

    from benchmarks.site.rotation_of import fill

    user = get_user_model().objects.create_user("ada", password="x")
    fill(user, count, timezone.now() - timedelta(days=1))


def _way(case):
    from django.core.management import call_command
    from django.db import connection

    from django_claimsauth.tokens import flows

    def by_hand():
        with connection.cursor() as cursor:
            for table in ("claimsauth_refreshtoken", "claimsauth_tokenfamily"):
                cursor.execute(f"DELETE FROM {table} WHERE id > 0 AND expires_at < "
                               "CURRENT_TIMESTAMP")  # fmt: skip

    if case == "by hand":
        return by_hand
    if case == "simplejwt":
        return lambda: call_command("flushexpiredtokens")
    return lambda: flows.prune(batch_size=int(case))


def _check(case):
    from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

    from django_claimsauth.tokens.models import RefreshToken, TokenFamily

    models = [OutstandingToken] if case == "simplejwt" else [RefreshToken, TokenFamily]
    left = [model.__name__ for model in models if model.objects.exists()]
    if left:
        raise AssertionError(f"{case} left rows of {left}")


if __name__ == "__main__":
    main()
