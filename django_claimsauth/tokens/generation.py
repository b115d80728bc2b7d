"""Making new keys from the system's randomness."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from django_claimsauth.errors import near_miss
from django_claimsauth.tokens.algorithms import ALGORITHMS, EDDSA, Family
from django_claimsauth.tokens.strength import UnusableKeyError

if TYPE_CHECKING:
    from jwt.algorithms import AllowedPrivateKeys

RSA_BITS = 3072


def generate_private_key(alg: str = "ES256") -> AllowedPrivateKeys | bytes:
    """
    Make a private key, or for HMAC a secret, that fits an algorithm.

    Raises:
        UnusableKeyError: an unknown algorithm.
    """
    algorithm = ALGORITHMS.get("Ed25519" if alg == EDDSA else alg)
    if algorithm is None:
        raise UnusableKeyError(f"No algorithm {alg!r}{near_miss(alg, ALGORITHMS)}")
    if algorithm.family is Family.HMAC:
        return secrets.token_bytes(algorithm.secret_octets)
    if algorithm.family is Family.RSA:
        return rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    return _on_curve(str(algorithm.curve))


def generate_pem(alg: str = "ES256") -> bytes:
    """
    Make a private key as an unencrypted PEM (PKCS #8), to be kept in a safe place.

    Raises:
        UnusableKeyError: an unknown algorithm, or one of HMAC, which has no PEM.
    """
    key = generate_private_key(alg)
    if isinstance(key, bytes):
        raise UnusableKeyError(f"A secret for {alg} has no PEM.")
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _on_curve(curve: str) -> AllowedPrivateKeys:
    if curve == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if curve == "Ed448":
        return ed448.Ed448PrivateKey.generate()
    curves: dict[str, ec.EllipticCurve] = {
        "P-256": ec.SECP256R1(),
        "P-384": ec.SECP384R1(),
        "P-521": ec.SECP521R1(),
    }
    return ec.generate_private_key(curves[curve])
