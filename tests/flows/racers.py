"""
Processes that rotate refresh tokens at the same moment, or die while they do.

A test runs this file as a program of its own, for pytest has threads and a program
with threads must not fork. What to do stands on stdin as JSON, what came of it on
stdout: a line for each call.
"""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

FORK = multiprocessing.get_context("fork")
PATIENCE = 120


def run(order):
    """Run this file on the database of the calling test; return its lines."""
    from django.db import connections

    order["database"] = str(connections["default"].settings_dict["NAME"])
    # Whoever holds a connection to SQLite may hold a lock of it as well.
    connections.close_all()
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.racers"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        timeout=PATIENCE * 4,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def called(token):
    """Rotate once; return the outcome as JSON may hold it."""
    from django.db import DatabaseError

    from django_claimsauth.errors import InvalidGrantError
    from django_claimsauth.tokens import flows

    began = time.perf_counter()
    try:
        pair = flows.rotate(token)
        outcome = {"refresh": pair.refresh_token, "access": pair.access_token}
    except InvalidGrantError as error:
        outcome = {"cause": error.cause}
    except DatabaseError as error:
        outcome = {"failure": f"{type(error).__name__}: {error}"}
    return {**outcome, "seconds": time.perf_counter() - began}


def told(line):
    """Write one line of what came of it."""
    sys.stdout.write(f"{json.dumps(line)}\n")


def race(order):
    """Have every process present each token of the order together."""
    barrier = FORK.Barrier(order["processes"])
    results = FORK.SimpleQueue()
    runners = [
        FORK.Process(target=_runner, args=(order["tokens"], barrier, results))
        for _ in range(order["processes"])
    ]
    for each in runners:
        each.start()
    for _ in runners:
        for line in results.get():
            told(line)
    for each in runners:
        each.join(PATIENCE)


def _runner(tokens, barrier, results):
    from django.db import connection

    connection.ensure_connection()
    lines = []
    for place, token in enumerate(tokens):
        barrier.wait(PATIENCE)
        lines.append({"round": place, **called(token)})
    results.put(lines)


def prune(order):
    """Have every process prune at the same time."""
    barrier = FORK.Barrier(order["processes"])
    results = FORK.SimpleQueue()
    runners = [
        FORK.Process(target=_pruner, args=(barrier, results))
        for _ in range(order["processes"])
    ]
    for each in runners:
        each.start()
    for _ in runners:
        told(results.get())
    for each in runners:
        each.join(PATIENCE)


def _pruner(barrier, results):
    from django_claimsauth.tokens import flows

    barrier.wait(PATIENCE)
    results.put({"refresh_tokens": flows.prune(batch_size=50).refresh_tokens})


def die(order):
    """For each token, die in its rotation: at the statement of its place."""
    for statement, token in enumerate(order["tokens"]):
        victim = FORK.Process(
            target=_victim, args=(token, statement // 2, statement % 2 == 1)
        )
        victim.start()
        victim.join(PATIENCE)
        told({"statement": statement // 2, "exit": victim.exitcode})


def _victim(token, at, after):
    from django.db import connection

    count = 0

    def kill_at(execute, sql, params, many, context):
        nonlocal count
        here, count = count == at, count + 1
        if here and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = execute(sql, params, many, context)
        if here:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    with committing_counts(connection, kill_at), connection.execute_wrapper(kill_at):
        called(token)


@contextmanager
def committing_counts(connection, wrapper):
    """Make COMMIT, which no wrapper of Django's sees, one of the statements."""
    commit = connection._commit

    def counted():
        return wrapper(lambda *args: commit(), "COMMIT", None, many=False, context={})

    connection._commit = counted
    try:
        yield
    finally:
        connection._commit = commit


def main():
    """Read the order and do it."""
    import django

    order = json.loads(sys.stdin.read())
    django.setup()
    from django.db import connections

    connections["default"].settings_dict["NAME"] = order["database"]
    # Loaded once here, and not once in each process.
    from django_claimsauth.tokens import flows, keyring

    assert flows
    keyring.keys.signing_key()
    {"race": race, "die": die, "prune": prune}[order["do"]](order)


if __name__ == "__main__":
    main()
