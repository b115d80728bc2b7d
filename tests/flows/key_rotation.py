"""
Processes that sign and verify while keys are staged, activated, retired and purged.

A program of its own, as `racers`: two sign, two verify with keys that they read
themselves, one is a client that keeps the published set for its whole max-age and
never asks earlier. The program prints how many tokens each verified and refused.
"""

import json
import multiprocessing
import queue
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

FORK = multiprocessing.get_context("fork")
MAX_AGE = 1.0
# So long that no token waits for its verifier until it has expired.
LIFETIME = timedelta(seconds=6)


def configure(folder):
    """Point the project at this directory of keys, with a short life for tokens."""
    import django
    from django.conf import settings

    django.setup()
    tokens = {
        **settings.CLAIMSAUTH["TOKENS"],
        "SIGNING_KEYS": [folder],
        "ACCESS_TOKEN_LIFETIME": LIFETIME,
        "LEEWAY": timedelta(0),
    }
    settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "TOKENS": tokens}
    from django_claimsauth.conf import settings as read

    read.drop()


def sign(tokens, stop):
    """Mint, as a worker that signs users in."""
    from django_claimsauth.tokens.issuing import Grant, mint

    while not stop.is_set():
        for each in tokens:
            each.put(mint(Grant(subject="1"), now=datetime.now(UTC)).token)
        time.sleep(0.005)


def verify(tokens, stop, results):
    """Verify, as a worker that reads the same directory."""
    from django_claimsauth.tokens.own import own_validator

    _count(tokens, stop, results, own_validator().validate)


def verify_by_cache(tokens, stop, results):
    """Verify, as a service that fetches the published set once in its max-age."""
    from django_claimsauth.tokens import KeySet, verify_jws
    from django_claimsauth.tokens.jwks import jwks_document
    from django_claimsauth.tokens.keyring import keys

    # Out of step with the workers, which all began to look at the files just now.
    time.sleep(MAX_AGE / 2)
    fetched = {"at": 0.0, "set": None}

    def check(token):
        if time.monotonic() - fetched["at"] > MAX_AGE:
            document = json.dumps(jwks_document(keys.current()))
            fetched.update(at=time.monotonic(), set=KeySet.from_jwks(document))
        verify_jws(token, fetched["set"])

    _count(tokens, stop, results, check)


def _count(tokens, stop, results, check):
    from django_claimsauth.errors import InvalidTokenError

    kids, refused = {}, []
    while not stop.is_set():
        try:
            token = tokens.get(timeout=0.1)
        except queue.Empty:
            continue
        try:
            check(token)
        except InvalidTokenError as error:
            refused.append(f"{error.code} {error.detail}")
        else:
            header = token.partition(".")[0]
            kids[header] = kids.get(header, 0) + 1
    results.put({"verified": list(kids.values()), "refused": refused})


def rotate(folder):
    """Rotate the key of a directory: stage, activate, retire, purge."""
    from django_claimsauth.tokens import key_files

    path = Path(folder)
    # Between the client's last look and the workers' next one.
    time.sleep(1.7 * MAX_AGE)
    (old,) = key_files.read_directory(path)
    now = datetime.now(UTC)
    # Longer than a client keeps the set and a process may not see a file.
    activates_at = now + timedelta(seconds=MAX_AGE + 1.5)
    key_files.create_key(path, "ES256", activates_at=activates_at, now=now)
    _sleep_until(activates_at + timedelta(seconds=1))
    retired = key_files.retire(old, datetime.now(UTC))
    _sleep_until(retired.retires_at + LIFETIME + timedelta(seconds=0.5))
    key_files.delete_key(retired)
    time.sleep(1.5)


def _sleep_until(moment):
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


def main(folder):
    """Run the workers while the key rotates, and print what they saw."""
    configure(folder)
    from django_claimsauth.tokens import key_files, own

    now = datetime.now(UTC)
    key_files.create_key(Path(folder), "ES256", activates_at=now, now=now)
    own.own_validator()
    stop, results = FORK.Event(), FORK.Queue()
    channels = [FORK.Queue() for _ in range(3)]
    workers = [FORK.Process(target=sign, args=(channels, stop)) for _ in range(2)]
    verifiers = [verify, verify, verify_by_cache]
    workers += [
        FORK.Process(target=function, args=(channel, stop, results))
        for function, channel in zip(verifiers, channels, strict=True)
    ]
    for each in workers:
        each.start()
    rotate(folder)
    stop.set()
    sys.stdout.write(json.dumps([results.get(timeout=30) for _ in verifiers]))
    for channel in channels:
        # What nobody read any more must not keep the writers alive.
        while not channel.empty():
            channel.get_nowait()
    for each in workers:
        each.join(10)


if __name__ == "__main__":
    main(sys.argv[1])
