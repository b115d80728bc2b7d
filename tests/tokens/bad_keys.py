"""JWKs that no verifier may use, by name: section D of the catalogue."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from django_claimsauth.authentication.encoding import encode_base64url
from django_claimsauth.tokens.strength import FIELD_PRIMES, ORDER_EIGHT
from tests.tokens.minted import signing_key

RSA = signing_key("RS256", kid="bad").public_jwk()
EC = signing_key("ES256", kid="bad").public_jwk()
ED = signing_key("Ed25519", kid="bad").public_jwk()


def integer(number):
    octets = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return encode_base64url(octets).decode()


def little(number, size):
    return encode_base64url(number.to_bytes(size, "little")).decode()


def weak_rsa(bits):
    numbers = rsa.generate_private_key(65537, bits).public_key().public_numbers()
    return {**RSA, "n": integer(numbers.n), "e": integer(numbers.e)}


def without(jwk, *names):
    return {name: value for name, value in jwk.items() if name not in names}


def koblitz():
    key = ec.generate_private_key(ec.SECP256K1()).public_key().public_numbers()
    return {**EC, "crv": "secp256k1", "x": integer(key.x), "y": integer(key.y)}


def edwards(number, **changes):
    return {**ED, "x": little(number, 32), **changes}


P = FIELD_PRIMES["Ed25519"]
P448 = FIELD_PRIMES["Ed448"]
NO_OBJECTS = {"null": None, "number": 1, "string": "x", "list": [], "list-in": [EC]}
BROKEN = {
    "empty": {},
    "kty-missing": without(EC, "kty"),
    "kty-unknown": {**EC, "kty": "AKP"},
    "kty-number": {**EC, "kty": 1},
    "kty-list": {**EC, "kty": ["EC"]},
    "kty-case": {**EC, "kty": "ec"},
    "use-enc": {**EC, "use": "enc"},
    "use-null": {**EC, "use": None},
    "use-list": {**EC, "use": ["sig"]},
    "key-ops-sign": {**EC, "key_ops": ["sign"]},
    "key-ops-encrypt": {**RSA, "key_ops": ["encrypt"]},
    "key-ops-empty": {**EC, "key_ops": []},
    "key-ops-string": {**EC, "key_ops": "verify"},
    "kid-number": {**EC, "kid": 1},
    "kid-null": {**EC, "kid": None},
    "kid-long": {**EC, "kid": "k" * 2000},
    "alg-none": {**EC, "alg": "none"},
    "alg-unknown": {**EC, "alg": "ES521"},
    "alg-encryption": {**RSA, "alg": "RSA-OAEP"},
    "alg-number": {**EC, "alg": 256},
    "alg-of-hmac": {**EC, "alg": "HS256"},
    "alg-of-another-curve": {**EC, "alg": "ES384"},
    "alg-of-another-family": {**EC, "alg": "RS256"},
    "alg-of-the-other-edwards": {**ED, "alg": "Ed448"},
    "rsa-eddsa": {**RSA, "alg": "EdDSA"},
    "rsa-1024": weak_rsa(1024),
    "rsa-2047": {**RSA, "n": integer((1 << 2046) + 1)},
    "rsa-roca": {**RSA, "n": integer(pow(65537, 200))},
    "rsa-17000-bits": {**RSA, "n": integer((1 << 16999) + 1)},
    "rsa-e-1": {**RSA, "e": "AQ"},
    "rsa-e-even": {**RSA, "e": "AQAA"},
    "rsa-e-huge": {**RSA, "e": integer((1 << 100) + 1)},
    "rsa-e-zero": {**RSA, "e": "AA"},
    "rsa-n-even": {**RSA, "n": integer((1 << 2047) + 2)},
    "rsa-n-missing": without(RSA, "n"),
    "rsa-n-empty": {**RSA, "n": ""},
    "rsa-n-number": {**RSA, "n": 5},
    "rsa-n-null": {**RSA, "n": None},
    "rsa-n-padded": {**RSA, "n": RSA["n"] + "=="},
    "rsa-n-standard-alphabet": {**RSA, "n": RSA["n"][:-1] + "+"},
    "rsa-n-foreign": {**RSA, "n": RSA["n"] + "\N{ARABIC-INDIC DIGIT ONE}"},
    "rsa-n-long": {**RSA, "n": RSA["n"] * 100},
    "rsa-private": {**RSA, "d": "AQAB"},
    "rsa-private-p": {**RSA, "p": "AQAB"},
    "ec-private": {**EC, "d": EC["x"]},
    "ec-private-null": {**EC, "d": None},
    "ec-off-the-curve": {**EC, "x": EC["y"], "y": EC["x"]},
    "ec-x-missing": without(EC, "x"),
    "ec-y-missing": without(EC, "y"),
    "ec-crv-missing": without(EC, "crv"),
    "ec-crv-list": {**EC, "crv": ["P-256"]},
    "ec-crv-of-another": {**EC, "crv": "P-384"},
    "ec-crv-koblitz": koblitz(),
    "ec-crv-koblitz-without-alg": without(koblitz(), "alg"),
    "ec-x-short": {**EC, "x": encode_base64url(b"1" * 31).decode()},
    "ec-x-long": {**EC, "x": encode_base64url(b"1" * 33).decode()},
    "ec-infinity": {**EC, "x": little(0, 32), "y": little(0, 32)},
    "okp-x25519": {**ED, "crv": "X25519"},
    "okp-x-missing": without(ED, "x"),
    "okp-x-short": {**ED, "x": encode_base64url(b"1" * 31).decode()},
    "okp-private": {**ED, "d": ED["x"]},
    "okp-order-1": edwards(1),
    "okp-order-1-negative": edwards(1 | 1 << 255),
    "okp-order-2": edwards(P - 1),
    "okp-order-4": edwards(0),
    "okp-order-8": edwards(min(ORDER_EIGHT)),
    "okp-order-8-other": edwards(max(ORDER_EIGHT) | 1 << 255),
    "okp-outside-the-field": edwards(P + 1),
    "okp-448-order-1": {**without(ED, "alg"), "crv": "Ed448", "x": little(1, 57)},
    "okp-448-order-2": {
        **without(ED, "alg"),
        "crv": "Ed448",
        "x": little(P448 - 1, 57),
    },
    "okp-448-order-4": {**without(ED, "alg"), "crv": "Ed448", "x": little(0, 57)},
}
BAD_KEYS = [
    pytest.param(jwk, id=name) for name, jwk in {**NO_OBJECTS, **BROKEN}.items()
]
BAD_SECRETS = {
    "empty": {"kty": "oct", "k": ""},
    "missing": {"kty": "oct"},
    "number": {"kty": "oct", "k": 1},
    "short": {"kty": "oct", "k": encode_base64url(b"1" * 31).decode()},
    "short-for-384": {
        "kty": "oct",
        "alg": "HS384",
        "k": encode_base64url(b"1" * 47).decode(),
    },
    "short-for-512": {
        "kty": "oct",
        "alg": "HS512",
        "k": encode_base64url(b"1" * 63).decode(),
    },
    "padded": {"kty": "oct", "k": encode_base64url(b"1" * 32).decode() + "="},
    "alg-of-rsa": {
        "kty": "oct",
        "alg": "RS256",
        "k": encode_base64url(b"1" * 64).decode(),
    },
}
