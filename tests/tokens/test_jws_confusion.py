"""Algorithm confusion: header, key and caller's list have to agree, all three."""

import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from django_claimsauth.authentication.encoding import encode_base64url, encode_json
from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens import KeySet, SigningKey, VerificationKey, verify_jws
from django_claimsauth.tokens.algorithms import ALGORITHMS, EDDSA
from django_claimsauth.tokens.strength import UnusableKeyError
from tests.tokens.minted import key_set, private_key, raw_token, signing_key

PUBLIC = ["RS256", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed448"]


def encodings(alg):
    """Every way in which a public key may lie around as text."""
    public = private_key(alg).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    yield pem
    yield pem.strip()
    yield pem.replace(b"\n", b"\r\n")
    yield b"\xef\xbb\xbf" + pem
    yield b" \n" + pem
    yield public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    yield json.dumps(signing_key(alg).public_jwk()).encode()
    yield encode_json(signing_key(alg).public_jwk())
    if alg != "Ed448":
        yield public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    if alg in {"RS256", "PS512"}:
        yield public.public_bytes(Encoding.PEM, PublicFormat.PKCS1)
        yield public.public_bytes(Encoding.DER, PublicFormat.PKCS1)


@pytest.mark.parametrize("alg", PUBLIC)
@pytest.mark.parametrize("kid", [{"kid": "key-1"}, {}])
def test_a_public_key_is_no_secret_in_any_encoding(alg, kid):
    segments = [encode_base64url(encode_json({"alg": "HS256", **kid})), b"e30"]
    message = b".".join(segments)
    for secret in encodings(alg):
        signature = hmac.new(secret, message, hashlib.sha256).digest()
        forged = b".".join([message, encode_base64url(signature)]).decode()
        for algorithms in (None, ["HS256"], [alg]):
            with pytest.raises(InvalidTokenError) as caught:
                verify_jws(forged, key_set(alg), algorithms)
            assert caught.value.code == "algorithm_not_allowed"


@pytest.mark.parametrize("alg", PUBLIC)
def test_a_public_key_cannot_be_configured_as_a_secret(alg):
    refused = 0
    for secret in encodings(alg):
        try:
            VerificationKey.from_secret(secret)
        except UnusableKeyError:
            refused += 1
    # PKCS #1 in DER is the one form that nothing tells from random octets.
    assert refused >= len(list(encodings(alg))) - 1


@pytest.mark.parametrize("key_alg", [*ALGORITHMS, EDDSA])
@pytest.mark.parametrize("header_alg", [*ALGORITHMS, EDDSA])
def test_only_the_keys_own_algorithm_verifies(key_alg, header_alg):
    key = signing_key(key_alg)
    good = key.sign({}, b"{}")
    own = {key.alg, key.verification_key.alg}

    if header_alg in own:
        verify_jws(good, key_set(key_alg), [header_alg])
        return
    forged = encode_base64url(encode_json({"alg": header_alg, "kid": "key-1"})).decode()
    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(".".join([forged, *good.split(".")[1:]]), key_set(key_alg))
    assert caught.value.code == "algorithm_not_allowed"
    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(good, key_set(key_alg), [header_alg])
    assert caught.value.code == "algorithm_not_allowed"


@pytest.mark.parametrize("allowed", ["EdDSA", "Ed25519"])
@pytest.mark.parametrize("header_alg", ["EdDSA", "Ed25519"])
@pytest.mark.parametrize("jwk_alg", ["EdDSA", "Ed25519", None])
def test_both_names_of_ed25519_are_one(allowed, header_alg, jwk_alg):
    jwk = {**signing_key("Ed25519").public_jwk(), "alg": jwk_alg}
    if jwk_alg is None:
        del jwk["alg"]
    good = raw_token({"alg": header_alg}, b"{}", alg="Ed25519")

    verify_jws(good, KeySet.from_jwks(jwk), [allowed])
    verify_jws(good, KeySet.from_jwks(jwk))


@pytest.mark.parametrize("header_alg", ["EdDSA", "Ed448"])
def test_a_list_with_one_curve_does_not_allow_the_other(header_alg):
    good = raw_token({"alg": header_alg}, b"{}", alg="Ed448")

    verify_jws(good, key_set("Ed448"), ["EdDSA"])
    with pytest.raises(InvalidTokenError) as caught:
        verify_jws(good, key_set("Ed448"), ["Ed25519"])

    assert caught.value.code == "algorithm_not_allowed"


@pytest.mark.parametrize(
    ("alg", "algorithms", "accepted"),
    [
        ("RS256", None, True),
        ("RS384", None, False),
        ("PS256", None, False),
        ("PS256", ["PS256"], True),
        ("RS256", ["PS256"], False),
        ("RS512", ["RS256", "RS512"], True),
        ("RS256", ["ES256"], False),
        ("RS256", ["HS256"], False),
    ],
)
def test_an_rsa_key_without_alg_takes_the_callers_word(alg, algorithms, accepted):
    public = private_key("RS256").public_key()
    keys = KeySet([VerificationKey.from_public_key(public)])
    good = SigningKey.from_private_key(private_key("RS256"), alg=alg).sign({}, b"{}")

    assert accepted == verifies(good, keys, algorithms)


@pytest.mark.parametrize(
    ("alg", "octets", "algorithms", "accepted"),
    [
        ("HS256", 32, None, True),
        ("HS256", 64, None, True),
        ("HS512", 64, None, False),
        ("HS512", 64, ["HS512"], True),
        ("HS384", 64, ["HS512"], False),
        ("HS512", 63, ["HS512"], False),
        ("HS384", 47, ["HS384"], False),
        ("HS384", 48, ["HS384"], True),
    ],
)
def test_a_secret_without_alg_takes_the_callers_word(alg, octets, algorithms, accepted):
    secret = b"s" * octets
    keys = KeySet([VerificationKey.from_secret(secret)])
    message = encode_base64url(encode_json({"alg": alg})) + b".e30"
    digest = hmac.new(secret, message, f"sha{alg[2:]}").digest()

    token = b".".join([message, encode_base64url(digest)]).decode()

    assert accepted == verifies(token, keys, algorithms)


def verifies(token, keys, algorithms):
    try:
        verify_jws(token, keys, algorithms)
    except InvalidTokenError:
        return False
    return True
