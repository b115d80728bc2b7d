"""Keys that verify, from every form in which they come."""

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, x25519
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from django_claimsauth.tokens import KeySet, VerificationKey, verify_jws
from django_claimsauth.tokens.generation import generate_pem
from django_claimsauth.tokens.strength import (
    UnusableKeyError,
    check_edwards_point,
    check_rsa,
)
from tests.tokens.bad_keys import BAD_SECRETS
from tests.tokens.minted import private_key, signing_key

PUBLIC = ["RS256", "PS384", "ES256", "ES384", "ES512", "EdDSA", "Ed448"]


def encoded(alg, encoding):
    public = private_key(alg).public_key()
    return public.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("alg", PUBLIC)
def test_pem_der_and_jwk_are_one_key(alg):
    pem = encoded(alg, Encoding.PEM)
    keys = [
        VerificationKey.from_pem(pem, alg=alg),
        VerificationKey.from_pem(pem.decode(), alg=alg),
        VerificationKey.from_pem(pem.replace(b"\n", b"\r\n"), alg=alg),
        VerificationKey.from_der(encoded(alg, Encoding.DER), alg=alg),
        VerificationKey.from_jwk(signing_key(alg).public_jwk()),
    ]

    assert 1 == len({key.thumbprint() for key in keys})
    for key in keys:
        verify_jws(signing_key(alg).sign({}, b"{}"), KeySet([key]), [alg])


@pytest.mark.parametrize(
    ("alg", "own"),
    [("RS256", None), ("ES384", "ES384"), ("EdDSA", "Ed25519"), ("Ed448", "Ed448")],
)
def test_a_curve_fixes_the_algorithm_and_rsa_does_not(alg, own):
    key = VerificationKey.from_pem(encoded(alg, Encoding.PEM), kid="k")

    assert own == key.alg
    assert "k" == key.kid
    assert "sig" == key.use


@pytest.mark.parametrize(
    "pem",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"-----BEGIN PUBLIC KEY-----", id="half"),
        pytest.param("no PEM", id="text"),
        pytest.param("\N{SNOWMAN}", id="no-ascii"),
        pytest.param(generate_pem("ES256"), id="private"),
        pytest.param(generate_pem("ES256").decode(), id="private-text"),
        pytest.param(
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", id="cert"
        ),
    ],
)
def test_a_pem_without_a_public_key_is_refused(pem):
    with pytest.raises(UnusableKeyError):
        VerificationKey.from_pem(pem)


@pytest.mark.parametrize("der", [b"", b"\x30", b"0" * 1000])
def test_der_without_a_public_key_is_refused(der):
    with pytest.raises(UnusableKeyError):
        VerificationKey.from_der(der)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(
            lambda: x25519.X25519PrivateKey.generate().public_key(), id="x25519"
        ),
        pytest.param(lambda: dsa.generate_private_key(1024).public_key(), id="dsa"),
        pytest.param(
            lambda: ec.generate_private_key(ec.SECP256K1()).public_key(), id="koblitz"
        ),
        pytest.param(
            lambda: ec.generate_private_key(ec.BrainpoolP256R1()).public_key(),
            id="brainpool",
        ),
        pytest.param(lambda: private_key("ES256"), id="private"),
        pytest.param(lambda: "text", id="text"),
        pytest.param(lambda: None, id="none"),
    ],
)
def test_other_kinds_of_keys_verify_no_token(key):
    with pytest.raises(UnusableKeyError):
        VerificationKey.from_public_key(key())


@pytest.mark.parametrize("jwk", BAD_SECRETS.values(), ids=BAD_SECRETS)
def test_a_bad_secret_is_refused(jwk):
    with pytest.raises(UnusableKeyError):
        VerificationKey.from_jwk(jwk)
    assert 0 == len(KeySet.from_jwks({"keys": [jwk]}))


@pytest.mark.parametrize(
    ("secret", "alg"),
    [
        (b"", None),
        (b"", "HS256"),
        (b"1" * 31, None),
        (b"1" * 31, "HS256"),
        (b"1" * 32, "HS384"),
        (b"1" * 47, "HS384"),
        (b"1" * 63, "HS512"),
        (b"1" * 64, "ES256"),
        (b"1" * 64, "none"),
        ("1" * 64, None),
        (None, None),
        (bytearray(64), None),
    ],
)
def test_a_secret_that_is_short_or_no_octets_is_refused(secret, alg):
    with pytest.raises(UnusableKeyError):
        VerificationKey.from_secret(secret, alg=alg)


def test_a_secret_without_alg_may_serve_all_that_it_is_long_enough_for():
    assert {"HS256"} == VerificationKey.from_secret(b"1" * 47).algorithms
    assert {"HS256", "HS384"} == VerificationKey.from_secret(b"1" * 63).algorithms
    assert VerificationKey.from_secret(b"1" * 64).alg is None


@pytest.mark.parametrize("alg", [*PUBLIC, "HS256"])
def test_no_key_shows_its_material(alg):
    key = signing_key(alg, kid="shown").verification_key

    assert f"<VerificationKey {key.family.name} alg={key.alg} kid='shown'>" == repr(key)


def test_a_bare_rsa_key_of_exponent_one_is_refused():
    """However it was loaded."""
    numbers = private_key("RS256").public_key().public_numbers()

    for exponent in (1, 2, 65536, (1 << 64) + 1):
        with pytest.raises(UnusableKeyError):
            check_rsa(RSAPublicNumbers(exponent, numbers.n))


@pytest.mark.parametrize("bits", [512, 1024, 2047, 16385])
def test_an_rsa_modulus_outside_the_bounds_is_refused(bits):
    with pytest.raises(UnusableKeyError):
        check_rsa(RSAPublicNumbers(65537, (1 << (bits - 1)) + 1))


def test_roca_is_recognised_by_its_fingerprint_alone():
    modulus = pow(65537, 128)
    numbers = private_key("RS256").public_key().public_numbers()

    check_rsa(numbers)
    with pytest.raises(UnusableKeyError, match="CVE-2017-15361"):
        check_rsa(RSAPublicNumbers(65537, modulus))


@pytest.mark.parametrize(
    ("curve", "point"),
    [
        pytest.param("Ed25519", "ed" + "ff" * 30 + "7f", id="p"),
        pytest.param("Ed25519", "ec" + "ff" * 30 + "7f", id="p-1"),
        pytest.param("Ed25519", "ee" + "ff" * 30 + "ff", id="p+1-negative"),
        pytest.param("Ed25519", "ff" * 32, id="largest"),
        pytest.param("Ed448", "ff" * 28 + "fe" + "ff" * 27 + "00", id="p-448"),
        pytest.param("Ed448", "fe" + "ff" * 27 + "fe" + "ff" * 27 + "00", id="p-1-448"),
        pytest.param("Ed448", "01" + "00" * 55 + "80", id="one-negative-448"),
        pytest.param("Ed448", "00" * 56 + "80", id="zero-negative-448"),
    ],
)
def test_points_of_small_order_and_outside_the_field_are_refused(curve, point):
    """As RFC 8032 writes them: little endian, the sign in the last bit."""
    with pytest.raises(UnusableKeyError):
        check_edwards_point(curve, bytes.fromhex(point))


def test_an_rsa_exponent_of_64_bits_is_the_longest():
    numbers = private_key("RS256").public_key().public_numbers()

    check_rsa(RSAPublicNumbers((1 << 64) - 1, numbers.n))
    check_rsa(RSAPublicNumbers(3, numbers.n))


def test_an_rsa_modulus_of_16384_bits_is_the_longest():
    check_rsa(RSAPublicNumbers(65537, (1 << 16383) + 1))
    check_rsa(RSAPublicNumbers(65537, (1 << 2047) + 1))
