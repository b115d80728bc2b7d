"""A resource server finds this project's keys by the issuer's address alone."""

from datetime import UTC, datetime

import pytest
from django.test import Client, RequestFactory

from django_claimsauth.tokens.handler import JWTBearerHandler
from django_claimsauth.tokens.issuing import Grant, mint
from tests.tokens.changed import tokens_settings

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.flows.urls_own_issuer"),
]
AUDIENCE = "https://api.test"


def test_its_tokens_are_accepted_by_who_knows_the_address_alone(settings, live_server):
    tokens_settings(settings, ISSUER=live_server.url)
    elsewhere = JWTBearerHandler(
        "elsewhere",
        authority=live_server.url,
        discovery={"allow_loopback_http": True},
        audiences=[AUDIENCE],
    )
    token = mint(Grant(subject="1"), now=datetime.now(UTC)).token
    headers = {"Authorization": f"Bearer {token}"}

    result = elsewhere.authenticate(RequestFactory().get("/", headers=headers))

    assert result.succeeded, result.code
    assert "1" == result.principal.subject
    assert live_server.url == result.principal.find_first("sub").issuer


def test_both_well_known_places_say_the_same(settings):
    tokens_settings(settings, ISSUER="https://login.test")

    found = [
        Client().get(f"/.well-known/{name}").json()
        for name in ("oauth-authorization-server", "openid-configuration")
    ]

    assert found[0] == found[1]
    assert "https://login.test/auth/tokens/jwks.json" == found[0]["jwks_uri"]
