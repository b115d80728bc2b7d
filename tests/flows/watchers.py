"""
Processes that authenticate with one token: until it is refused, or all at once.

A program of its own, as `racers`. The order stands in its one argument as JSON.
"""

import json
import multiprocessing
import sys
import time
from datetime import timedelta

INTERVAL = 1.0
FORK = multiprocessing.get_context("fork")


def main(order):
    """Be the program."""
    import django

    django.setup()
    from django.db import connections

    connections["default"].settings_dict["NAME"] = order["database"]
    {"watch": watch, "spend": spend}[order["do"]](order)


def outcome(token):
    """Authenticate by the bearer scheme; return the code, None for success."""
    from django.test import RequestFactory

    from django_claimsauth.authentication import schemes

    request = RequestFactory().get("/", headers={"authorization": f"Bearer {token}"})
    return schemes["bearer"].authenticate(request).code


def watch(order):
    """Have four processes ask with one token until it is refused."""
    from django.conf import settings

    from django_claimsauth.conf import settings as read

    tokens = {
        **settings.CLAIMSAUTH["TOKENS"],
        "REVOCATION": "bounded",
        "REVOCATION_INTERVAL": timedelta(seconds=INTERVAL),
        "REVOCATION_CACHE": order["cache"],
    }
    settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "TOKENS": tokens}
    read.drop()
    _in_processes(4, _watch, order["token"], "ready")


def _watch(token, barrier, results):
    accepted = 0
    barrier.wait(60)
    until = time.time() + 30
    while (code := outcome(token)) is None and time.time() < until:
        accepted += 1
        time.sleep(0.002)
    results.put([{"accepted": accepted, "code": code, "refused_at": time.time()}])


def spend(order):
    """Have fifty processes present each token together."""
    _in_processes(50, _spend, order["tokens"], None)


def _spend(tokens, barrier, results):
    from django.db import connection

    connection.ensure_connection()
    lines = []
    for place, token in enumerate(tokens):
        barrier.wait(60)
        lines.append({"token": place, "code": outcome(token)})
    results.put(lines)


def _in_processes(count, function, argument, announcement):
    # Everything is loaded once here, and not once in each process.
    outcome("a.b.c")
    barrier = FORK.Barrier(count + 1 if announcement else count)
    results = FORK.SimpleQueue()
    workers = [
        FORK.Process(target=function, args=(argument, barrier, results))
        for _ in range(count)
    ]
    for each in workers:
        each.start()
    if announcement:
        barrier.wait(60)
        sys.stdout.write(f"{announcement}\n")
        sys.stdout.flush()
    for _ in workers:
        for line in results.get():
            sys.stdout.write(f"{json.dumps(line)}\n")
    for each in workers:
        each.join(10)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
