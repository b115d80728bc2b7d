"""Keys in Django's cache: shared by processes, and believed only when we wrote them."""

import pytest
from django.core.cache import caches
from django.core.signing import Signer

from django_claimsauth.authentication.encoding import encode_json
from django_claimsauth.tokens.discovery import DiscoveredKeys, discovered_keys
from django_claimsauth.tokens.jwks import KeysUnavailableError
from django_claimsauth.tokens.metadata import IssuerDocuments
from django_claimsauth.tokens.shared_keys import SALT, SharedKeys
from tests.tokens.discovering import HOUR, Clock
from tests.tokens.issuer_server import JWKS, METADATA, serving
from tests.tokens.minted import signing_key

KEY = signing_key(kid="published")


@pytest.fixture
def clock():
    return Clock(1_700_000_000.0)


@pytest.fixture
def server():
    with serving(KEY.public_jwk()) as started:
        yield started


def process(server, clock, alias="default"):
    """The keys as one more process would hold them."""
    return DiscoveredKeys(
        IssuerDocuments(server.url, allow_loopback_http=True),
        shared=SharedKeys(server.url, alias=alias, seconds=24 * HOUR),
        clock=clock,
        wall_clock=clock,
    )


def kids(keys):
    return [key.kid for key in keys.current()]


def entry(server):
    return SharedKeys(server.url, seconds=1)._key


def test_a_second_process_fetches_nothing(server, clock):
    assert ["published"] == kids(process(server, clock))

    assert ["published"] == kids(process(server, clock))

    assert [METADATA, JWKS] == server.asked


def test_a_process_starts_without_a_network_from_what_others_know(server, clock):
    kids(process(server, clock))
    server.answers.clear()
    clock.now += 20 * HOUR

    keys = process(server, clock)

    assert ["published"] == kids(keys)
    clock.now += 4 * HOUR
    with pytest.raises(KeysUnavailableError):
        keys.current()


def test_keys_that_are_too_old_are_not_taken(server, clock):
    kids(process(server, clock))
    server.answers.clear()
    clock.now += 24 * HOUR

    with pytest.raises(KeysUnavailableError):
        process(server, clock).current()


def test_a_renewal_by_one_process_serves_the_others(server, clock):
    first, second = process(server, clock), process(server, clock)
    assert kids(first) == kids(second)
    before = second.current()
    clock.now += 13 * HOUR
    kids(first)

    assert before is second.current()
    assert 2 == server.count(JWKS)


def test_an_unknown_kid_asks_the_issuer_itself(server, clock):
    first, second = process(server, clock), process(server, clock)
    kids(first), kids(second)
    server.publish(KEY.public_jwk(), signing_key(kid="new").public_jwk())

    assert 2 == len(second.refreshed())
    assert 2 == len(first.refreshed())


@pytest.mark.parametrize("garbage", ["", "x", "x:y", b"\x80", 5, {"jwks": {}}, None])
def test_garbage_in_the_cache_is_fetched_anew(server, clock, garbage):
    caches["default"].set(entry(server), garbage)

    assert ["published"] == kids(process(server, clock))
    assert 1 == server.count(JWKS)


def test_keys_that_another_put_into_the_cache_are_not_believed(server, clock, caplog):
    stranger = signing_key(kid="stranger").public_jwk()
    forged = encode_json(
        {"jwks": {"keys": [stranger]}, "jwks_uri": "https://x", "fetched_at": clock.now}
    ).decode()
    for signer in (Signer(salt="another"), Signer(key="guessed", salt=SALT)):
        caches["default"].set(entry(server), signer.sign(forged))
        assert ["published"] == kids(process(server, clock))

    assert "not written by us" in caplog.text


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"jwks": [], "jwks_uri": "x", "fetched_at": 1},
        {"jwks": {"keys": []}, "jwks_uri": "x", "fetched_at": "soon"},
        {"jwks": {"keys": [5]}, "jwks_uri": "x", "fetched_at": 1_700_000_000},
    ],
)
def test_an_entry_of_another_version_is_fetched_anew(server, clock, document):
    signed = Signer(salt=SALT).sign(encode_json(document).decode())
    caches["default"].set(entry(server), signed)

    assert ["published"] == kids(process(server, clock))


def test_an_entry_of_the_future_is_as_new_as_can_be(server, clock):
    clock.now += 100
    kids(process(server, clock))
    clock.now -= 100

    assert ["published"] == kids(process(server, clock))
    assert 1 == server.count(JWKS)


def test_a_cache_that_is_not_there_changes_nothing(server, clock, caplog):
    keys = process(server, clock, alias="no-such-cache")

    assert ["published"] == kids(keys)
    assert "cannot be read" in caplog.text
    assert "cannot be put" in caplog.text


def test_the_short_form_shares_by_default_and_not_where_it_is_told(server):
    for cache, fetched in (("default", 1), ("default", 1), (None, 2)):
        keys = discovered_keys(server.url, allow_loopback_http=True, cache=cache)
        assert ["published"] == kids(keys)
        assert fetched == server.count(JWKS)
