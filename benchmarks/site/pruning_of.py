"""
Prunes in one way, and prints how long that took and by how much the process grew.

    python -m benchmarks.site.pruning_of fill <rows>
    python -m benchmarks.site.pruning_of "by hand"|simplejwt|<batch size>
"""

import gc
import json
import resource
import sys
import time
from datetime import timedelta

from benchmarks.database import project

MB = 1024


def main():
    if sys.argv[1] == "fill":
        with project(keep=True):
            _prepare(int(sys.argv[2]))
        return
    case = sys.argv[1]
    with project(new=False):
        prune = _way(case)
        gc.collect()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun = time.process_time()
        prune()
        seconds = time.process_time() - begun
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        _check(case)
    print(json.dumps({"seconds": seconds, "grown": grown / MB}))


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
