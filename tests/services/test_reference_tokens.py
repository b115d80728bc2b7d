"""Opaque tokens of a certified OpenID provider, judged by what it says of them."""

import time
from datetime import timedelta

import pytest

from django_claimsauth.tokens.reference import ReferenceTokenHandler
from tests.services.provider import OPAQUE_AUDIENCE, SECRET
from tests.tokens.foreign import bearing

BASIC = {"client_id": "basic api", "client_secret": SECRET}
POST = {
    "client_id": "service",
    "client_secret": SECRET,
    "client_authentication": "client_secret_post",
}


@pytest.fixture(name="scheme")
def _scheme(provider):
    """Make a scheme that asks the provider."""

    def make(**changes):
        given = {
            "authority": provider.issuer,
            "connection": {"allow_loopback_http": True},
            "audiences": [OPAQUE_AUDIENCE],
        }
        return ReferenceTokenHandler("opaque", **{**given, **BASIC, **changes})

    return make


def asked(scheme, token):
    return scheme.authenticate(bearing(token))


@pytest.mark.parametrize("method", ["basic", "post", "private_key_jwt"])
def test_its_token_is_good_however_we_authenticate(provider, scheme, method):
    by_key = {
        "client_id": "signing-api",
        "client_secret": None,
        "client_key": provider.client_key,
    }
    chosen = {"basic": BASIC, "post": POST, "private_key_jwt": by_key}[method]

    result = asked(scheme(**chosen), provider.token(OPAQUE_AUDIENCE))

    assert result.code is None
    assert provider.issuer == result.principal.find_first("iss").value
    assert ("read",) == result.principal.values("scope")
    assert ("service",) == result.principal.values("client_id")


def test_a_user_s_token_has_its_subject(provider, scheme):
    token = provider.tell("access")["token"]

    assert "alice" == asked(scheme(), token).principal.subject


def test_a_refresh_token_is_no_access_token(provider, scheme):
    """The provider says that it is active, and no type."""
    token = provider.tell("refresh")["token"]
    loose = scheme(token_types=["Bearer", None], accept_any_audience=True)

    assert asked(loose, token).succeeded
    assert "invalid_token_type" == asked(scheme(accept_any_audience=True), token).code


def test_a_token_for_another_audience_is_refused(provider, scheme):
    token = provider.token(OPAQUE_AUDIENCE)

    result = asked(scheme(audiences=["https://elsewhere.test"]), token)

    assert "invalid_audience" == result.code


def test_an_unknown_token_is_inactive(scheme):
    assert "token_inactive" == asked(scheme(), "a-token-that-nobody-issued").code


def test_a_revoked_token_is_good_no_longer_than_the_bound(provider, scheme):
    token = provider.token(OPAQUE_AUDIENCE)
    bounded = scheme(cache_for=timedelta(seconds=0.5))
    assert asked(bounded, token).succeeded

    provider.post("token/revocation", {"token": token})

    assert asked(bounded, token).succeeded
    time.sleep(0.6)
    assert "token_inactive" == asked(bounded, token).code


def test_who_is_no_client_learns_nothing(provider, scheme):
    token = provider.token(OPAQUE_AUDIENCE)

    result = asked(scheme(client_secret="another"), token)

    assert "temporarily_unavailable" == result.code
