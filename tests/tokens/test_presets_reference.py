"""The presets of providers for reference tokens, with the answers that they document."""

import time

import pytest

from django_claimsauth.tokens import presets
from django_claimsauth.tokens.reference import ReferenceTokenHandler
from tests.tokens.foreign import bearing
from tests.tokens.introspection_server import Asked
from tests.tokens.issuer_server import serving

NOW = int(time.time())


@pytest.fixture(name="issuer")
def _issuer():
    with serving() as server:
        yield Asked(server)


def asked(options, token="t"):
    connection = {"allow_loopback_http": True}
    scheme = ReferenceTokenHandler("opaque", **{**options, "connection": connection})
    result = scheme.authenticate(bearing(token))
    return result.principal or result.code


class TestDuende:
    """Its answers name the kind of token, and an API asks by its own name."""

    def answer(self, issuer, **changes):
        good = {
            "iss": issuer.url,
            "nbf": NOW,
            "iat": NOW,
            "exp": NOW + 3600,
            "aud": "shop-api",
            "client_id": "client",
            "jti": "44FD2DE9E9F8E9F4DDD141CD7C244BE9",
            "scope": "documents.read",
            "sub": "818727",
            "role": "editor",
            "token_type": "access_token",
            "active": True,
        }
        issuer.answers("t", {**good, **changes})

    def options(self, issuer):
        return presets.duende_reference(issuer.url, "shop-api", "secret")

    def test_an_access_token(self, issuer):
        self.answer(issuer)

        principal = asked(self.options(issuer))

        assert ("documents.read",) == principal.values("scope")
        assert principal.is_in_role("editor")
        assert issuer.headers[0]["Authorization"].startswith("Basic ")

    @pytest.mark.parametrize("kind", ["refresh_token", "Bearer", None])
    def test_another_kind(self, issuer, kind):
        self.answer(issuer, token_type=kind)

        assert "invalid_token_type" == asked(self.options(issuer))

    def test_another_api_s_token(self, issuer):
        self.answer(issuer, aud="other-api")

        assert "invalid_audience" == asked(self.options(issuer))


class TestOpenIddict:
    """Its answers say what the token is for in a member of their own."""

    def answer(self, issuer, **changes):
        good = {
            "active": True,
            "iss": issuer.url,
            "username": "ada",
            "sub": "7d0e2ab1",
            "scope": "openid shop_api",
            "jti": "c51a",
            "token_type": "Bearer",
            "token_usage": "access_token",
            "client_id": "shop_web",
            "iat": NOW,
            "exp": NOW + 3600,
            "aud": ["shop_api"],
            "role": ["editor"],
        }
        issuer.answers("t", {**good, **changes})

    def options(self, issuer):
        return presets.openiddict_reference(
            issuer.url, "shop_api", "secret", ["shop_api"]
        )

    @pytest.mark.parametrize("token_type", ["Bearer", None])
    def test_an_access_token(self, issuer, token_type):
        self.answer(issuer, token_type=token_type)

        principal = asked(self.options(issuer))

        assert "7d0e2ab1" == principal.subject
        assert principal.is_in_role("editor")

    @pytest.mark.parametrize(
        ("usage", "code"),
        [
            ("refresh_token", "invalid_token_type"),
            ("id_token", "invalid_token_type"),
            (["access_token"], "invalid_token_type"),
            (None, "missing_claim"),
        ],
    )
    def test_another_kind(self, issuer, usage, code):
        self.answer(issuer, token_usage=usage)

        assert code == asked(self.options(issuer))


@pytest.mark.parametrize("typ", ["Refresh", "ID", "Offline", 5])
def test_keycloak_says_of_its_other_tokens_what_they_are(issuer, typ):
    issuer.knows("t", typ=typ)
    options = {
        "authority": issuer.url,
        "client_id": "api",
        "client_secret": "s",
        "audiences": ["https://api.test"],
    }

    assert "invalid_token_type" == asked(options)
