"""Keys by discovery, asked for by many threads at once: one of them fetches."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from django_claimsauth.tokens.discovery import DiscoveredKeys
from django_claimsauth.tokens.metadata import IssuerDocuments
from tests.tokens.discovering import HOUR, NEW, OLD, Clock, code_of, keys_of
from tests.tokens.issuer_server import JWKS, METADATA, serving, silent


@pytest.fixture
def server():
    with serving(OLD.public_jwk()) as started:
        yield started


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keys(server, clock):
    return keys_of(server, clock)


class TestThreads:
    def test_many_threads_at_the_start_fetch_once(self, server, keys):
        with ThreadPoolExecutor(16) as pool:
            codes = list(pool.map(lambda _: code_of(server, keys, OLD), range(64)))

        assert [None] * 64 == codes
        assert [METADATA, JWKS] == server.asked

    def test_many_threads_with_a_new_key_fetch_once_and_all_succeed(self, server, keys):
        assert code_of(server, keys, OLD) is None
        server.answers[JWKS] = slow_keys(NEW.public_jwk())

        with ThreadPoolExecutor(16) as pool:
            codes = list(pool.map(lambda _: code_of(server, keys, NEW), range(64)))

        assert [None] * 64 == codes
        assert 2 == server.count(JWKS)

    def test_nobody_waits_for_a_renewal_while_the_keys_are_usable(
        self, server, keys, clock
    ):
        assert code_of(server, keys, OLD) is None
        server.answers[METADATA] = silent(2)
        clock.now += 13 * HOUR
        renewing = threading.Thread(target=code_of, args=(server, keys, OLD))
        renewing.start()
        while METADATA not in server.asked[2:]:
            time.sleep(0.01)
        began = time.monotonic()

        assert code_of(server, keys, OLD) is None

        # Sooner than the answer is there.
        assert time.monotonic() - began < 1.9
        renewing.join()

    def test_patience_with_anothers_fetch_has_an_end(self, server, clock):
        documents = IssuerDocuments(server.url, allow_loopback_http=True)
        keys = DiscoveredKeys(documents, patience=0.05, clock=clock, wall_clock=clock)
        server.answers[METADATA] = silent(1)
        fetching = threading.Thread(target=code_of, args=(server, keys, OLD))
        fetching.start()
        while not server.asked:
            time.sleep(0.01)

        assert "keys_unavailable" == code_of(server, keys, OLD)
        assert keys.refreshed() is None
        fetching.join()


def slow_keys(*jwks):
    def answer(handler):
        time.sleep(0.2)
        handler.respond(json.dumps({"keys": list(jwks)}).encode())

    return answer
