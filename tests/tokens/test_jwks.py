"""Reading sets of keys: what is malformed, weak or secret is left out, and logged."""

import json
import logging

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens import KeySet, SigningKey, VerificationKey, verify_jws
from django_claimsauth.tokens.jwks import MAX_KEYS, jwks_document
from django_claimsauth.tokens.strength import UnusableKeyError
from tests.tokens.bad_keys import BAD_KEYS
from tests.tokens.minted import key_set, private_key, signing_key

GOOD = signing_key(kid="good").public_jwk()


@pytest.mark.parametrize("bad", BAD_KEYS)
@pytest.mark.parametrize("remote", [True, False])
def test_one_bad_key_leaves_the_others_usable(bad, remote, caplog):
    caplog.set_level(logging.DEBUG, "django_claimsauth")

    keys = KeySet.from_jwks({"keys": [bad, GOOD, bad]}, remote=remote)

    verify_jws(signing_key(kid="good").sign({}, b"{}"), keys)
    assert ["good"] == [key.kid for key in keys]
    assert 2 == len(caplog.records)


@pytest.mark.parametrize("bad", BAD_KEYS)
def test_a_bad_key_alone_raises(bad):
    with pytest.raises(UnusableKeyError):
        VerificationKey.from_jwk(bad)


def test_a_published_private_key_is_an_alarm(caplog):
    key = private_key("ES256").private_numbers().private_value
    jwk = {**GOOD, "kid": "leaked", "d": str(key)}

    KeySet.from_jwks({"keys": [GOOD, jwk]}, remote=True)

    assert [logging.ERROR] == [record.levelno for record in caplog.records]
    assert str(key) not in caplog.text


def test_keys_for_encryption_are_left_out_without_noise(caplog):
    jwk = {**GOOD, "kid": "enc", "use": "enc"}

    keys = KeySet.from_jwks({"keys": [GOOD, jwk]}, remote=True)

    assert 1 == len(keys)
    assert not caplog.records


def secret(kid="secret"):
    return {"kty": "oct", "kid": kid, "k": "c2VjcmV0" * 8, "alg": "HS256"}


def hmac_token(kid="secret"):
    return SigningKey.from_secret(b"secret" * 8, kid=kid).sign({}, b"{}")


def test_a_set_that_mixes_secrets_with_public_keys_has_no_usable_key():
    keys = KeySet.from_jwks({"keys": [GOOD, secret()]})

    for token in (hmac_token(), signing_key(kid="good").sign({}, b"{}")):
        with pytest.raises(InvalidTokenError) as caught:
            verify_jws(token, keys)
        assert caught.value.code == "unknown_key"


def test_a_secret_beside_a_malformed_entry_is_usable():
    keys = KeySet.from_jwks({"keys": [{"kty": ["EC"]}, 5, secret()]})

    verify_jws(hmac_token(), keys)


def test_a_published_secret_is_left_out_and_the_public_keys_stay(caplog):
    keys = KeySet.from_jwks({"keys": [secret(), GOOD]}, remote=True)

    verify_jws(signing_key(kid="good").sign({}, b"{}"), keys)
    with pytest.raises(InvalidTokenError):
        verify_jws(hmac_token(), keys)
    assert "c2VjcmV0" not in caplog.text


def test_keys_with_the_same_kid_are_all_left_out(caplog):
    other = signing_key(name="other", kid="twin")
    twins = [signing_key(kid="twin").public_jwk(), other.public_jwk()]

    keys = KeySet.from_jwks({"keys": [*twins, GOOD]})

    assert ["good"] == [key.kid for key in keys]
    assert "twin" in caplog.text


def test_a_set_of_keys_refuses_twins_and_strangers():
    twin = signing_key(kid="twin").verification_key

    with pytest.raises(UnusableKeyError):
        KeySet([twin, signing_key(name="other", kid="twin").verification_key])
    with pytest.raises(UnusableKeyError):
        KeySet([GOOD])


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({}, id="no-keys"),
        pytest.param({"keys": {}}, id="keys-object"),
        pytest.param({"keys": None}, id="keys-null"),
        pytest.param({"keys": "x"}, id="keys-string"),
        pytest.param({"keys": [GOOD] * (MAX_KEYS + 1)}, id="too-many"),
        pytest.param([], id="list"),
        pytest.param(None, id="none"),
        pytest.param("", id="nothing"),
        pytest.param("[]", id="json-list"),
        pytest.param("{", id="half-json"),
        pytest.param(b"\xff", id="no-utf-8"),
        pytest.param("\ud800", id="half-a-pair"),
        pytest.param('{"keys":[],"keys":[]}', id="member-twice"),
        pytest.param("<html>", id="html"),
        pytest.param("[" * 10_000, id="deep"),
    ],
)
def test_what_is_no_set_of_keys_raises(document):
    with pytest.raises(UnusableKeyError):
        KeySet.from_jwks(document)


@pytest.mark.parametrize(
    "form", [dict, json.dumps, lambda jwk: json.dumps(jwk).encode()]
)
@pytest.mark.parametrize("wrap", [lambda jwk: jwk, lambda jwk: {"keys": [jwk]}])
def test_a_set_or_a_key_is_read_from_a_dict_or_json(form, wrap):
    keys = KeySet.from_jwks(form(wrap(GOOD)))

    assert ["good"] == [key.kid for key in keys]


def test_an_empty_set_knows_no_key():
    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(hmac_token(), KeySet.from_jwks({"keys": []}))

    assert caught.value.code == "unknown_key"


def test_a_key_without_a_name_stands_for_any_kid():
    unnamed = VerificationKey.from_public_key(private_key("ES256").public_key())

    verify_jws(signing_key(kid="any").sign({}, b"{}"), KeySet([unnamed]))


def test_a_key_with_that_name_is_preferred_to_one_without():
    unnamed = VerificationKey.from_public_key(private_key("ES256").public_key())
    named = signing_key(name="other", kid="taken").verification_key

    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(signing_key(kid="taken").sign({}, b"{}"), KeySet([unnamed, named]))

    assert caught.value.code == "invalid_signature"


def test_a_set_says_what_it_holds_and_shows_no_secret():
    keys = KeySet([VerificationKey.from_secret(b"secret" * 8, kid="s", alg="HS256")])

    assert "<KeySet [<VerificationKey HMAC alg=HS256 kid='s'>]>" == repr(keys)
    assert keys.refreshed() is None
    assert keys.current() is keys


def test_each_set_has_a_generation_of_its_own():
    assert key_set().generation != key_set().generation


def test_the_published_document_has_public_keys_alone():
    keys = [signing_key(alg, kid=alg) for alg in ("ES256", "RS256", "EdDSA", "HS256")]

    document = jwks_document(key.verification_key for key in keys)

    assert ["ES256", "RS256", "EdDSA"] == [jwk["alg"] for jwk in document["keys"]]
    for jwk in document["keys"]:
        assert set(jwk) <= {"kty", "use", "alg", "kid", "n", "e", "crv", "x", "y"}
    read = KeySet.from_jwks(document, remote=True)
    verify_jws(signing_key("RS256", kid="RS256").sign({}, b"{}"), read)


def test_a_secret_cannot_be_published():
    with pytest.raises(UnusableKeyError):
        signing_key("HS256").public_jwk()


def test_a_key_of_any_algorithm_is_published_without_one():
    key = VerificationKey.from_public_key(private_key("RS256").public_key())

    assert "alg" not in key.public_jwk()
    assert "kid" not in key.public_jwk()


def test_an_rsa_modulus_with_leading_zeros_is_the_same_key():
    """RFC 7518 forbids them; issuers have written them."""
    jwk = signing_key("RS256").public_jwk()
    padded = {**jwk, "n": "AAAA" + jwk["n"]}

    key = VerificationKey.from_jwk(padded)

    assert isinstance(key._material, rsa.RSAPublicKey)
    assert key.thumbprint() == VerificationKey.from_jwk(jwk).thumbprint()
