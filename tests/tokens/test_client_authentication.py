"""How we authenticate at an issuer: what it gets to see, by each method."""

import base64
from urllib.parse import unquote_plus

import pytest

from django_claimsauth.authentication.encoding import decode_json
from django_claimsauth.tokens import KeySet, SigningKey, verify_jws
from django_claimsauth.tokens.client_authentication import client_authentication
from django_claimsauth.tokens.generation import generate_pem
from tests.tokens import minted
from tests.tokens.foreign import bearing
from tests.tokens.introspection_server import Asked
from tests.tokens.issuer_server import serving

ODD = "s:3 crét+/%=é"


@pytest.fixture(name="seen")
def _seen():
    """Present a token to a scheme, and return what its issuer saw."""
    with serving() as server:
        issuer = Asked(server)
        issuer.knows("t")

        def present(**changes):
            scheme = issuer.scheme(**changes)
            assert scheme.authenticate(bearing("t")).succeeded
            return issuer.url, issuer.forms[-1], issuer.headers[-1]

        yield present


def basic(headers):
    scheme, _, encoded = headers["Authorization"].partition(" ")
    assert "Basic" == scheme
    return base64.b64decode(encoded).decode()


def test_basic_is_the_default_of_a_secret(seen):
    _, form, headers = seen(client_secret="s3cret")

    assert "api:s3cret" == basic(headers)
    assert {"token", "token_type_hint"} == set(form)


def test_basic_encodes_both_so_that_one_colon_parts_them(seen):
    """RFC 6749 section 2.3.1 and appendix B."""
    _, _, headers = seen(client_id="urn:api 1", client_secret=ODD)

    pair = basic(headers)
    assert 1 == pair.count(":")
    assert ["urn:api 1", ODD] == [unquote_plus(each) for each in pair.split(":")]


def test_post_puts_the_secret_into_the_form(seen):
    _, form, headers = seen(
        client_secret=ODD, client_authentication="client_secret_post"
    )

    assert ("api", ODD) == (form["client_id"], form["client_secret"])
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    "secret",
    [
        "env:CLAIMSAUTH_TEST_SECRET",
        lambda: "s3cret",
        lambda: "env:CLAIMSAUTH_TEST_SECRET",
    ],
)
def test_a_secret_is_read_where_it_is_kept(seen, monkeypatch, secret):
    monkeypatch.setenv("CLAIMSAUTH_TEST_SECRET", "s3cret")

    assert "api:s3cret" == basic(seen(client_secret=secret)[2])


@pytest.mark.parametrize("alg", ["ES256", "RS256", "EdDSA"])
def test_an_assertion_is_signed_by_our_key(seen, alg):
    key = SigningKey.from_private_key(minted.private_key(alg, "client"), alg=None)

    url, form, headers = seen(client_secret=None, client_key=key)

    header, payload = verify_jws(
        form["client_assertion"], KeySet([key.verification_key])
    )
    claims = decode_json(payload)
    assert ("api", "api", url) == (claims["iss"], claims["sub"], claims["aud"])
    assert 60 == claims["exp"] - claims["iat"]
    assert key.kid == header["kid"]
    assert (
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        == form["client_assertion_type"]
    )
    assert "client_secret" not in form
    assert "Authorization" not in headers


def test_each_assertion_is_another(seen):
    key = minted.signing_key()
    client = client_authentication("api", None, key, None)

    forms = [client.form({}, "https://a.example", minted.NOW) for _ in range(2)]

    jtis = {
        decode_json(
            verify_jws(
                each.members["client_assertion"], KeySet([key.verification_key])
            )[1]
        )["jti"]
        for each in forms
    }
    assert 2 == len(jtis)


def test_a_key_may_be_a_file(seen, tmp_path):
    path = tmp_path / "client.pem"
    path.write_bytes(generate_pem("ES256"))

    _, form, _ = seen(client_secret=None, client_key=str(path))

    assert form["client_assertion"].count(".") == 2


def test_nothing_shows_a_secret():
    client = client_authentication("api", "canary", None, None)

    assert "canary" not in repr(client)
    assert "canary" not in repr(client.form({"token": "canary"}, "x", minted.NOW))
