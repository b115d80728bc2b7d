"""`bounded` and one-time tokens, between real processes."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.db import connections

from django_claimsauth.tokens import flows
from django_claimsauth.tokens.models import RevokedToken
from tests.flows.watchers import INTERVAL

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def program(order):
    """Run the watchers on the database of this test."""
    order["database"] = str(connections["default"].settings_dict["NAME"])
    connections.close_all()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.flows.watchers", json.dumps(order)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def lines_of(process):
    out, err = process.communicate(timeout=90)
    assert 0 == process.returncode, err
    return [json.loads(line) for line in out.splitlines()]


@pytest.mark.parametrize("cache", [None, "default"])
def test_four_processes_see_a_revocation_within_the_bound(cache, settings):
    user = get_user_model().objects.create_user("alice")
    pair = flows.issue(user)
    tokens = {
        **settings.CLAIMSAUTH["TOKENS"],
        "REVOCATION": "bounded",
        "REVOCATION_CACHE": cache,
    }
    settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "TOKENS": tokens}
    order = {"do": "watch", "token": pair.access_token, "cache": cache}
    with program(order) as running:
        assert "ready" == running.stdout.readline().strip(), running.stderr.read()
        # Not before every worker has a snapshot without it.
        time.sleep(1.2 * INTERVAL)
        revoked_at = time.time()
        flows.revoke_session(pair.sid)
        seen = lines_of(running)

    assert 4 == len(seen)
    # Between processes of one machine the local-memory cache announces nothing.
    is_shared = cache is not None and "redis" in settings.CACHES["default"]["BACKEND"]
    bound = 0.5 if is_shared else INTERVAL + 0.5
    for each in seen:
        assert "token_revoked" == each["code"]
        assert each["accepted"]
        assert 0 < each["refused_at"] - revoked_at < bound


def test_fifty_at_once_spend_a_one_time_token_once():
    user = get_user_model().objects.create_user("alice")
    tokens = [flows.issue_one_time(user), flows.issue_one_time(user)]

    with program({"do": "spend", "tokens": tokens}) as running:
        seen = lines_of(running)

    assert 100 == len(seen)
    for token in range(2):
        codes = [each["code"] for each in seen if each["token"] == token]
        assert 1 == codes.count(None)
        assert {None, "token_revoked", "temporarily_unavailable"} >= set(codes)
    assert 2 == RevokedToken.objects.count()
