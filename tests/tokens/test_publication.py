"""What anyone may read: the public keys and the metadata."""

import pytest
from django.test import Client

from django_claimsauth.tokens import KeySet, flows, verify_jws
from tests.tokens import minted
from tests.tokens.changed import tokens_settings

METADATA = "/tokens/.well-known/oauth-authorization-server"


@pytest.fixture(name="read")
def _read(settings):
    settings.ROOT_URLCONF = "tests.tokens.urls"
    return Client().get


class TestJWKS:
    """The JWK set, with what caches need."""

    def test_it_verifies_our_tokens(self, user, read):
        published = KeySet.from_jwks(read("/tokens/jwks.json").json())

        header, _ = verify_jws(flows.issue(user).access_token, published)

        assert "at+jwt" == header["typ"]

    def test_it_has_public_members_alone(self, read, settings):
        algorithms = ("ES256", "RS256", "EdDSA")
        keys = [minted.signing_key(alg, kid=alg) for alg in algorithms]
        tokens_settings(settings, SIGNING_KEYS=keys)

        published = read("/tokens/jwks.json").json()["keys"]

        assert list(algorithms) == [each["kid"] for each in published]
        members = {name for each in published for name in each}
        assert {"kty", "crv", "x", "y", "n", "e", "use", "alg", "kid"} == members

    def test_a_secret_never_stands_in_it(self, read, settings):
        tokens_settings(settings, SIGNING_KEYS=[minted.signing_key("HS256")])

        assert {"keys": []} == read("/tokens/jwks.json").json()

    def test_it_may_be_cached_and_asked_whether_it_changed(self, read, settings):
        response = read("/tokens/jwks.json")
        etag = response["ETag"]

        assert "public, max-age=300" == response["Cache-Control"]
        assert "application/jwk-set+json" == response["Content-Type"]
        same = read("/tokens/jwks.json", headers={"if-none-match": etag})
        assert (304, b"", etag) == (same.status_code, same.content, same["ETag"])
        assert "public, max-age=300" == same["Cache-Control"]

        tokens_settings(settings, SIGNING_KEYS=[minted.signing_key("ES256")])
        changed = read("/tokens/jwks.json", headers={"if-none-match": etag})
        assert 200 == changed.status_code

    def test_nothing_but_reading_is_allowed(self, settings):
        settings.ROOT_URLCONF = "tests.tokens.urls"

        assert 405 == Client().post("/tokens/jwks.json").status_code
        head = Client().head("/tokens/jwks.json")
        assert (200, b"") == (head.status_code, head.content)


class TestMetadata:
    """RFC 8414, and no word more than is true."""

    def test_it_names_what_there_is(self, read, settings):
        tokens_settings(settings, SCOPES=["read"])

        assert {
            "issuer": "https://issuer.test",
            "response_types_supported": [],
            "grant_types_supported": [],
            "scopes_supported": ["read"],
            "jwks_uri": "https://issuer.test/tokens/jwks.json",
            "revocation_endpoint": "https://issuer.test/tokens/revoke/",
            "revocation_endpoint_auth_methods_supported": ["api_key"],
            "introspection_endpoint": "https://issuer.test/tokens/introspect/",
            "introspection_endpoint_auth_methods_supported": ["api_key"],
        } == read(METADATA).json()

    def test_it_does_not_name_what_is_switched_off(self, read, settings):
        tokens_settings(settings, ENDPOINTS=["metadata", "jwks"])

        names = set(read(METADATA).json())

        assert {
            "issuer",
            "jwks_uri",
            "response_types_supported",
            "grant_types_supported",
        } == names

    def test_it_does_not_name_what_is_not_mounted(self, read, settings):
        settings.ROOT_URLCONF = "tests.tokens.urls_metadata"

        assert "jwks_uri" not in Client().get("/metadata").json()

    def test_the_host_header_has_no_say(self, read):
        body = read(METADATA, headers={"host": "localhost"}).json()

        assert body["jwks_uri"].startswith("https://issuer.test/")
