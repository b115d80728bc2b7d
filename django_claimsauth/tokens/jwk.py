"""
Reading one JWK (RFC 7517; RFC 7518 section 6; RFC 8037): strictly, and public only.

Certificates and addresses in it (`x5c`, `x5u`) are never looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from jwt.exceptions import InvalidKeyError

from django_claimsauth.authentication.encoding import decode_base64url
from django_claimsauth.tokens.algorithms import (
    ALGORITHMS,
    EDDSA,
    Family,
    of_family,
    signer_and_verifier,
)
from django_claimsauth.tokens.strength import UnusableKeyError

PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})
MATERIAL_MEMBERS = {
    Family.HMAC: ("k",),
    Family.RSA: ("n", "e"),
    Family.EC: ("crv", "x", "y"),
    Family.OKP: ("crv", "x"),
}
# An RSA modulus of 16,384 bits has 2,731 characters.
MAX_MEMBER_LENGTH = 4096
MAX_KID_LENGTH = 1024


class PrivateKeyPublishedError(UnusableKeyError):
    """A JWK that is to be public holds the private key: it is compromised."""

    code = "private_key_published"


class OtherPurposeError(UnusableKeyError):
    """A JWK that is not for signatures."""

    code = "other_purpose"


@dataclass(frozen=True, slots=True, repr=False)
class JWKContent:
    """What a JWK holds: the key of PyJWT's making, its `alg` and its `kid`."""

    family: Family
    material: Any
    alg: str | None
    kid: str | None


def read_public_jwk(jwk: Mapping[str, Any]) -> JWKContent:
    """
    Read a public JWK, or an `oct` one.

    Raises:
        PrivateKeyPublishedError: it has a private member.
        UnusableKeyError: malformed, or not for verifying signatures.
    """
    family = family_of(jwk)
    if family is not Family.HMAC and PRIVATE_MEMBERS & set(jwk):
        raise PrivateKeyPublishedError(
            "A JWK holds a private key; to verify, the public key alone is expected. "
            "If it was published, replace it."
        )
    check_purpose(jwk, "verify")
    return JWKContent(family, _material(jwk, family), alg_of(jwk), kid_of(jwk))


def family_of(jwk: object) -> Family:
    """
    Return the family that a JWK's `kty` says.

    Raises:
        UnusableKeyError: no JSON object, or a `kty` that signs nothing.
    """
    if not isinstance(jwk, Mapping):
        raise UnusableKeyError(
            f"A JWK is a {type(jwk).__name__}; an object is expected."
        )
    kty = jwk.get("kty")
    for family in Family:
        if family.value == kty:
            return family
    raise UnusableKeyError(
        f"A JWK has the kty {str(kty)[:32]!r}; RSA, EC, OKP or oct is expected."
    )


def check_purpose(jwk: Mapping[str, Any], operation: str) -> None:
    """
    Refuse a JWK whose `use` or `key_ops` is for something else (RFC 7517 section 4).

    Raises:
        OtherPurposeError: it is for encryption, or does not say what for.
    """
    if jwk.get("use", "sig") != "sig":
        raise OtherPurposeError("A JWK's use is not sig.")
    operations = jwk.get("key_ops", [operation])
    if not isinstance(operations, list) or operation not in operations:
        raise OtherPurposeError(f"A JWK's key_ops do not hold {operation!r}.")


def kid_of(jwk: Mapping[str, Any]) -> str | None:
    """
    Return a JWK's name, None where it has none.

    Raises:
        UnusableKeyError: no string, or too long a one.
    """
    return _text(jwk, "kid", MAX_KID_LENGTH)


def alg_of(jwk: Mapping[str, Any]) -> str | None:
    """
    Return a JWK's algorithm, None where it names none.

    Raises:
        UnusableKeyError: an unknown algorithm.
    """
    alg = _text(jwk, "alg", 32)
    if alg is not None and alg != EDDSA and alg not in ALGORITHMS:
        raise UnusableKeyError(f"A JWK's alg is {alg!r}, which is not supported.")
    return alg


def _text(jwk: Mapping[str, Any], name: str, longest: int) -> str | None:
    value = jwk.get(name)
    if name not in jwk:
        return None
    if not isinstance(value, str) or len(value) > longest:
        raise UnusableKeyError(
            f"A JWK's {name} is not a string of at most {longest} characters."
        )
    return value


def _material(jwk: Mapping[str, Any], family: Family) -> Any:
    members = {name: _member(jwk, name) for name in MATERIAL_MEMBERS[family]}
    algorithm = signer_and_verifier(of_family(family)[0].name)
    try:
        return algorithm.from_jwk({"kty": family.value, **members})
    except (InvalidKeyError, ValueError, OverflowError, UnsupportedAlgorithm) as error:
        raise UnusableKeyError(f"A JWK holds no {family.value} key: {error}") from None


def _member(jwk: Mapping[str, Any], name: str) -> str:
    value = _text(jwk, name, MAX_MEMBER_LENGTH)
    if not value:
        raise UnusableKeyError(f"A JWK lacks {name!r}.")
    if name != "crv":
        try:
            decode_base64url(value.encode("utf-8"))
        except ValueError as error:
            raise UnusableKeyError(f"A JWK's {name!r} is {error}.") from None
    return value
