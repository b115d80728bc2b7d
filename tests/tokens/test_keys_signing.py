"""Keys that sign: minted tokens verify, and nothing shows the secret."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm

from django_claimsauth.authentication.encoding import encode_base64url
from django_claimsauth.tokens import KeySet, SigningKey, verify_jws
from django_claimsauth.tokens.algorithms import ALGORITHMS, EDDSA, signer_and_verifier
from django_claimsauth.tokens.generation import generate_pem
from django_claimsauth.tokens.strength import UnusableKeyError
from tests.tokens.minted import private_key, signing_key


def private_octets(key, encoding, protection=None):
    return key.private_bytes(
        encoding, PrivateFormat.PKCS8, protection or NoEncryption()
    )


def verified(key, token):
    return verify_jws(token, KeySet([key.verification_key]))


@pytest.mark.parametrize("alg", [*ALGORITHMS, EDDSA])
def test_a_generated_key_signs_what_its_other_half_verifies(alg):
    key = SigningKey.generate(alg)

    header, payload = verified(key, key.sign({"typ": "at+jwt"}, {"sub": "1"}))

    assert b'{"sub":"1"}' == payload
    expected = EDDSA if alg.startswith("Ed") else alg
    assert {"alg": expected, "kid": key.kid, "typ": "at+jwt"} == header
    assert key.kid == key.verification_key.thumbprint()


@pytest.mark.parametrize("alg", ["none", "HS1", "es256", "", "RS1024"])
def test_an_unknown_algorithm_generates_no_key(alg):
    with pytest.raises(UnusableKeyError):
        SigningKey.generate(alg)


@pytest.mark.parametrize("alg", ["RS256", "ES256", "ES384", "ES512", "EdDSA", "Ed448"])
def test_a_generated_pem_is_read_again(alg):
    key = SigningKey.from_pem(generate_pem(alg).decode(), kid="mine")

    verified(key, key.sign({}, b"x"))
    assert "mine" == key.kid


def test_a_secret_has_no_pem():
    with pytest.raises(UnusableKeyError):
        generate_pem("HS256")


def test_rsa_signs_by_the_algorithm_that_is_named():
    pem = private_octets(private_key("RS256"), Encoding.PEM)

    for alg in ("RS256", "RS512", "PS256", "PS512"):
        key = SigningKey.from_pem(pem, alg=alg)
        header, _ = verified(key, key.sign({}, b"x"))
        assert alg == header["alg"] == key.alg
    assert "RS256" == SigningKey.from_pem(pem).alg


def test_der_and_a_protected_pem_are_read():
    private = private_key("ES256")
    protected = private_octets(private, Encoding.PEM, BestAvailableEncryption(b"pass"))

    by_der = SigningKey.from_der(private_octets(private, Encoding.DER))
    by_pem = SigningKey.from_pem(protected, password=b"pass")

    assert by_der.kid == by_pem.kid
    for password in (None, b"", b"wrong"):
        with pytest.raises(UnusableKeyError):
            SigningKey.from_pem(protected, password=password)


@pytest.mark.parametrize("octets", [b"", b"x", b"-----BEGIN PRIVATE KEY-----"])
def test_octets_without_a_private_key_are_refused(octets):
    with pytest.raises(UnusableKeyError):
        SigningKey.from_pem(octets)
    with pytest.raises(UnusableKeyError):
        SigningKey.from_der(octets)


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        pytest.param(None, None, id="none"),
        pytest.param("text", None, id="text"),
        pytest.param(private_key("ES256").public_key(), None, id="public"),
        pytest.param(x25519.X25519PrivateKey.generate(), None, id="x25519"),
        pytest.param(ec.generate_private_key(ec.SECP256K1()), None, id="koblitz"),
        pytest.param(rsa.generate_private_key(65537, 1024), None, id="rsa-1024"),
        pytest.param(private_key("ES256"), "ES384", id="other-curve"),
        pytest.param(private_key("ES256"), "RS256", id="other-family"),
        pytest.param(private_key("ES256"), "HS256", id="hmac"),
        pytest.param(private_key("ES256"), "none", id="alg-none"),
    ],
)
def test_another_kind_of_key_signs_nothing(key, alg):
    with pytest.raises(UnusableKeyError):
        SigningKey.from_private_key(key, alg=alg)


@pytest.mark.parametrize(
    "jwk",
    [
        RSAAlgorithm.to_jwk(private_key("RS256"), as_dict=True),
        {**RSAAlgorithm.to_jwk(private_key("RS256"), as_dict=True), "alg": "PS256"},
        OKPAlgorithm.to_jwk(private_key("EdDSA"), as_dict=True),
        {"kty": "oct", "k": encode_base64url(b"1" * 32).decode()},
        {"kty": "oct", "k": encode_base64url(b"1" * 64).decode(), "alg": "HS512"},
    ],
)
def test_a_private_jwk_signs(jwk):
    key = SigningKey.from_jwk({**jwk, "kid": "from-jwk"})

    header, _ = verified(key, key.sign({}, b"x"))

    assert "from-jwk" == header["kid"]
    assert jwk.get("alg", header["alg"]) == header["alg"]


@pytest.mark.parametrize(
    "jwk",
    [
        pytest.param(None, id="none"),
        pytest.param({}, id="empty"),
        pytest.param(signing_key().public_jwk(), id="public"),
        pytest.param({"kty": "oct"}, id="no-secret"),
        pytest.param({"kty": "oct", "k": ""}, id="empty-secret"),
        pytest.param({"kty": "oct", "k": "c2hvcnQ"}, id="short-secret"),
        pytest.param({"kty": "oct", "k": 1}, id="secret-number"),
        pytest.param({"kty": "EC", "crv": "P-256"}, id="no-point"),
        pytest.param({**signing_key().public_jwk(), "d": "AQ"}, id="short-d"),
        pytest.param({**signing_key().public_jwk(), "d": 5}, id="d-number"),
        pytest.param({"kty": "RSA", "n": "AQ", "e": "AQ", "d": "AQ"}, id="tiny-rsa"),
        pytest.param(
            {"kty": "oct", "k": "A" * 64, "key_ops": ["verify"]}, id="verifies-only"
        ),
        pytest.param({"kty": "oct", "k": "A" * 64, "use": "enc"}, id="encrypts"),
        pytest.param({"kty": "oct", "k": "A" * 64, "alg": "none"}, id="alg-none"),
        pytest.param({"kty": "oct", "k": "A" * 64, "alg": ["HS256"]}, id="alg-list"),
        pytest.param({"kty": "oct", "k": "A" * 64, "kid": 5}, id="kid-number"),
    ],
)
def test_a_jwk_that_cannot_sign_is_refused(jwk):
    with pytest.raises(UnusableKeyError):
        SigningKey.from_jwk(jwk)


@pytest.mark.parametrize("alg", ["ES256", "RS256", "EdDSA"])
def test_a_callable_signs_in_place_of_a_private_key(alg):
    private = private_key(alg)
    seen = []

    def vault(message):
        seen.append(message)
        return signer_and_verifier("Ed25519" if alg == "EdDSA" else alg).sign(
            message, private
        )

    key = SigningKey.from_signer(vault, signing_key(alg).verification_key, kid="vault")

    token = key.sign({"typ": "at+jwt"}, {"sub": "1"})

    header, _ = verified(key, token)
    assert {"alg": alg, "kid": "vault", "typ": "at+jwt"} == header
    assert [token.rpartition(".")[0].encode()] == seen


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda message: None, id="none"),
        pytest.param(lambda message: b"", id="nothing"),
        pytest.param(lambda message: "signature", id="text"),
        pytest.param(
            lambda message: private_key("ES256").sign(
                message, ec.ECDSA(signer_and_verifier("ES256").hash_alg())
            ),
            id="der",
        ),
    ],
)
def test_a_callable_that_returns_no_signature_is_the_operators_mistake(answer):
    key = SigningKey.from_signer(answer, signing_key("ES256").verification_key)

    with pytest.raises(UnusableKeyError):
        key.sign({}, b"x")


@pytest.mark.parametrize("header", [{"alg": "none"}, {"kid": "other"}, {"alg": None}])
def test_a_header_cannot_change_the_keys_name_or_algorithm(header):
    with pytest.raises(UnusableKeyError):
        signing_key().sign(header, b"x")


def test_a_token_without_a_type_has_none():
    header, _ = verified(signing_key(), signing_key().sign({}, b"x"))

    assert {"alg": "ES256", "kid": "key-1"} == header


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"x"])
def test_a_claim_that_json_cannot_hold_is_not_signed(value):
    with pytest.raises((ValueError, TypeError)):
        signing_key().sign({}, {"claim": value})


@pytest.mark.parametrize("alg", ["HS256", "RS256", "ES256", "EdDSA"])
def test_a_signing_key_shows_its_name_alone(alg):
    key = signing_key(alg, kid="shown")

    assert f"<SigningKey alg={alg} kid='shown'>" == repr(key)
