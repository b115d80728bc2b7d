"""The metadata of a protected resource (RFC 9728), as clients find it."""

import pytest
from django.test import Client

from django_claimsauth.tokens import IssuerTemplate
from tests.tokens.foreign import ALPHA, BETA, configure, jwks_of, options

WELL_KNOWN = "/.well-known/oauth-protected-resource"


@pytest.fixture(name="client")
def _client(settings):
    settings.ROOT_URLCONF = "tests.tokens.urls_protected_resource"
    settings.ALLOWED_HOSTS = ["*"]
    return Client()


def alpha(**members):
    described = {"resource": "https://api.example/v1", **members}
    return options(ALPHA, scope=["read"], resource_metadata=described)


def test_a_client_finds_it_by_the_challenge(client, settings):
    configure(settings, alpha=alpha(resource_name="The API"))

    challenge = client.get("/v1/whoami/")["WWW-Authenticate"]
    url = challenge.rpartition('resource_metadata="')[2].rstrip('"')
    answer = client.get(url.removeprefix("https://api.example"))

    assert {
        "resource": "https://api.example/v1",
        "authorization_servers": [ALPHA],
        "scopes_supported": ["read"],
        "bearer_methods_supported": ["header"],
        "resource_name": "The API",
    } == answer.json()
    assert "public, max-age=300" == answer["Cache-Control"]
    assert "application/json" == answer["Content-Type"]


def test_each_resource_has_its_own(client, settings):
    beta = {"resource": "https://api.example", "authorization_servers": []}
    configure(
        settings,
        silent=options(BETA),
        elsewhere=options(BETA, resource_metadata="https://meta.example/x"),
        beta=options(BETA, resource_metadata=beta),
        alpha=alpha(),
    )

    assert {
        "resource": "https://api.example",
        "authorization_servers": [],
        "bearer_methods_supported": ["header"],
    } == client.get(WELL_KNOWN).json()
    assert "https://api.example/v1" == client.get(f"{WELL_KNOWN}/v1").json()["resource"]


def test_a_scheme_that_cannot_be_made_hides_no_other(client, settings):
    configure(settings, silent=options(BETA), broken={"issuers": {}}, alpha=alpha())

    assert 200 == client.get(f"{WELL_KNOWN}/v1").status_code


def test_issuers_of_a_template_have_no_name_to_be_told(client, settings):
    template = IssuerTemplate("https://login.example/{tenantid}", ["a"])
    members = {"resource": "https://api.example/a%20b"}
    given = options(issuers={template: jwks_of(ALPHA)}, resource_metadata=members)
    configure(settings, alpha=given)

    assert "authorization_servers" not in client.get(f"{WELL_KNOWN}/a%20b").json()


@pytest.mark.parametrize("path", ["/v2", "/v1/", "", "/v1/x", "/V1", "/v1%00"])
def test_what_is_no_resource_of_ours_is_not_found(client, settings, path):
    session = {"BACKEND": "django_claimsauth.sessions.SessionHandler"}
    configure(settings, alpha=alpha())
    both = {"session": session, **settings.CLAIMSAUTH["SCHEMES"]}
    settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "SCHEMES": both}

    assert 404 == client.get(f"{WELL_KNOWN}{path}").status_code


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_it_is_read_alone(client, settings, method):
    configure(settings, alpha=alpha())

    assert 405 == getattr(client, method)(f"{WELL_KNOWN}/v1").status_code


def test_a_foreign_host_header_changes_nothing(client, settings):
    configure(settings, alpha=alpha())

    answer = client.get(f"{WELL_KNOWN}/v1", headers={"host": "evil.example"})

    assert b"evil" not in answer.content


def test_a_scheme_for_our_own_tokens_names_ourselves(client, settings):
    bearer = {
        **settings.CLAIMSAUTH["SCHEMES"]["bearer"],
        "OPTIONS": {"resource_metadata": {"resource": "https://api.example/v1"}},
    }
    settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "SCHEMES": {"bearer": bearer}}

    document = client.get(f"{WELL_KNOWN}/v1").json()

    assert ["https://issuer.test"] == document["authorization_servers"]
