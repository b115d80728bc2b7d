"""Keys by discovery from an issuer, or a stranger in its place, that means no good."""

import logging

import pytest

from django_claimsauth.tokens.discovery import DiscoveredKeys
from django_claimsauth.tokens.jwks import KeysUnavailableError
from django_claimsauth.tokens.metadata import IssuerDocuments
from tests.tokens.discovering import HOUR, NEW, OLD, Clock, code_of, keys_of
from tests.tokens.issuer_server import JWKS, METADATA, serving


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


class TestHostility:
    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"issuer": "{url}/"}, id="issuer-slash"),
            pytest.param({"issuer": "https://other.test"}, id="issuer-other"),
            pytest.param({"issuer": None}, id="issuer-null"),
            pytest.param({"issuer": ["{url}"]}, id="issuer-list"),
            pytest.param({"jwks_uri": None}, id="jwks-uri-null"),
            pytest.param({"jwks_uri": ["{url}/jwks"]}, id="jwks-uri-list"),
            pytest.param({"jwks_uri": "file:///etc/passwd"}, id="jwks-uri-file"),
            pytest.param({"jwks_uri": "http://issuer.test/jwks"}, id="jwks-uri-http"),
            pytest.param({"jwks_uri": "https://10.0.0.1/jwks"}, id="jwks-uri-private"),
            pytest.param({"jwks_uri": "https://[::1]/jwks"}, id="jwks-uri-loopback"),
            pytest.param({"jwks_uri": "/jwks"}, id="jwks-uri-relative"),
        ],
    )
    def test_metadata_that_is_not_the_issuers_own_names_no_keys(
        self, server, keys, change
    ):
        good = server.answers[METADATA]
        server.answers[METADATA] = {**good, **filled(change, server.url)}

        assert "keys_unavailable" == code_of(server, keys, OLD)
        assert 0 == server.count(JWKS)

    @pytest.mark.parametrize(
        "document",
        [
            pytest.param(b"[]", id="list"),
            pytest.param(b"", id="nothing"),
            pytest.param(b"<html>", id="html"),
            pytest.param(b'{"keys":[],"keys":[]}', id="twice"),
            pytest.param(b'{"keys":{}}', id="keys-object"),
            pytest.param(b'{"keys":[]}', id="no-keys"),
            pytest.param(
                b'{"keys":[{"kty":"oct","k":"' + b"A" * 64 + b'"}]}', id="secret"
            ),
            pytest.param(b"\xff\xfe", id="no-utf-8"),
            pytest.param(b"[" * 100_000, id="deep"),
        ],
    )
    def test_a_document_without_public_keys_leaves_the_known_ones(
        self, server, keys, clock, document
    ):
        assert code_of(server, keys, OLD) is None
        server.answers[JWKS] = lambda handler: handler.respond(document)
        clock.now += 13 * HOUR

        assert code_of(server, keys, OLD) is None
        assert "unknown_key" == code_of(server, keys, NEW)

    def test_a_published_private_key_is_an_alarm_and_not_used(
        self, server, keys, caplog
    ):
        server.publish(OLD.public_jwk(), {**NEW.public_jwk(), "d": "AA"})

        assert code_of(server, keys, OLD) is None
        assert "unknown_key" == code_of(server, keys, NEW)
        assert logging.ERROR in {record.levelno for record in caplog.records}

    def test_another_issuers_token_asks_nobody(self, server, keys):
        code = code_of(server, keys, OLD, issuer="https://other.test")

        assert "invalid_issuer" == code
        assert not server.asked

    def test_a_transport_that_raises_anything_makes_keys_unavailable(self, clock):
        def broken(url, seconds):
            raise LookupError(url)

        documents = IssuerDocuments("https://issuer.test", fetch=broken)
        keys = DiscoveredKeys(documents, clock=clock, wall_clock=clock)

        with pytest.raises(KeysUnavailableError):
            keys.current()


def filled(change, url):
    def fill(value):
        if isinstance(value, list):
            return [fill(each) for each in value]
        return value.replace("{url}", url) if isinstance(value, str) else value

    return {name: fill(value) for name, value in change.items()}
