"""
Keys that sign: a private key, an HMAC secret, or a callable that reaches a vault.

PyJWT's algorithms sign, each with a key that was parsed once; its own `encode()`
would take as long again as some signatures do. The private part is in no repr and
no JWK.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_pem_private_key,
)
from jwt.exceptions import InvalidKeyError

from django_claimsauth.authentication.encoding import encode_base64url, encode_json
from django_claimsauth.tokens.algorithms import (
    EDDSA,
    Family,
    of_family,
    signer_and_verifier,
)
from django_claimsauth.tokens.generation import generate_private_key
from django_claimsauth.tokens.jwk import alg_of, check_purpose, family_of, kid_of
from django_claimsauth.tokens.keys import VerificationKey
from django_claimsauth.tokens.strength import UnusableKeyError

Signer = Callable[[bytes], bytes]
SIGNATURE_OCTETS = {"ES256": 64, "ES384": 96, "ES512": 132}


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SigningKey:
    """
    A key that signs tokens by one algorithm under one `kid`.

    Args:
        alg: the `alg` of every token that it signs.

        kid: the key's name, its thumbprint (RFC 7638) unless another is given.

        verification_key: what verifies the tokens.
    """

    alg: str
    kid: str
    verification_key: VerificationKey
    _signer: Signer

    def sign(
        self, header: Mapping[str, Any], payload: Mapping[str, Any] | bytes
    ) -> str:
        """
        Return a signed token in compact form.

        Args:
            header: members beside `alg` and `kid`, which are the key's own.

            payload: the claims, or any octets.

        Raises:
            UnusableKeyError: the header names another `alg` or `kid`, or a
                callable signer returned no signature.
            ValueError: a claim that JSON cannot hold.
        """
        octets = payload if isinstance(payload, bytes) else encode_json(dict(payload))
        message = b"%b.%b" % (self._encoded(header), encode_base64url(octets))
        signature = self._checked(self._signer(message))
        return (b"%b.%b" % (message, encode_base64url(signature))).decode("ascii")

    def _encoded(self, header: Mapping[str, Any]) -> bytes:
        typ = header.get("typ")
        if len(header) == 1 and isinstance(typ, str):
            return _encoded_header(self.alg, self.kid, typ)
        own = {"alg": self.alg, "kid": self.kid}
        for name, value in own.items():
            if header.get(name, value) != value:
                raise UnusableKeyError(
                    f"A header has {name} {header[name]!r}; the key signs as {value!r}."
                )
        return encode_base64url(encode_json({**own, **header}))

    def _checked(self, signature: object) -> bytes:
        if not isinstance(signature, bytes) or not signature:
            raise UnusableKeyError(
                f"A signer returned a {type(signature).__name__}; octets are expected."
            )
        expected = SIGNATURE_OCTETS.get(self.alg, len(signature))
        if len(signature) != expected:
            raise UnusableKeyError(
                f"A signer returned {len(signature)} octets; r and s in {expected} "
                "are expected (RFC 7518 section 3.4), not DER."
            )
        return signature

    def public_jwk(self) -> dict[str, str]:
        """
        Return the public key as a JWK.

        Raises:
            UnusableKeyError: an HMAC secret has no public form.
        """
        return self.verification_key.public_jwk()

    def __repr__(self) -> str:
        return f"<SigningKey alg={self.alg} kid={self.kid!r}>"

    @classmethod
    def generate(cls, alg: str = "ES256", *, kid: str | None = None) -> SigningKey:
        """
        Make a new key from the system's randomness (RSA: 3072 bits).

        Raises:
            UnusableKeyError: an unknown algorithm.
        """
        key = generate_private_key(alg)
        if isinstance(key, bytes):
            return cls.from_secret(key, alg=alg, kid=kid)
        return cls.from_private_key(key, alg=alg, kid=kid)

    @classmethod
    def from_private_key(
        cls, key: Any, *, alg: str | None = None, kid: str | None = None
    ) -> SigningKey:
        """
        Make a key of one of `cryptography`'s private keys.

        Raises:
            UnusableKeyError: another kind of key, a weak one, or a wrong `alg`.
        """
        if not hasattr(key, "public_key"):
            raise UnusableKeyError(
                f"A {type(key).__name__} signs nothing; a private key is expected."
            )
        public = VerificationKey.from_public_key(key.public_key(), alg=alg)
        algorithm = signer_and_verifier(public.default)
        return cls._of(lambda message: algorithm.sign(message, key), public, kid)

    @classmethod
    def from_secret(
        cls, secret: bytes, *, alg: str = "HS256", kid: str | None = None
    ) -> SigningKey:
        """
        Make a key of an HMAC secret.

        Raises:
            UnusableKeyError: too short for `alg`, or not a secret.
        """
        verifying = VerificationKey.from_secret(secret, alg=alg)
        algorithm = signer_and_verifier(alg)
        return cls._of(lambda message: algorithm.sign(message, secret), verifying, kid)

    @classmethod
    def from_signer(
        cls, sign: Signer, public: VerificationKey, *, kid: str | None = None
    ) -> SigningKey:
        """
        Make a key of a callable, so that the private key may stay in a vault.

        Args:
            sign: octets in, the raw signature out (RFC 7518: for ECDSA r and s
                one after the other, not DER).

            public: the key that verifies; of RSA with its `alg`.
        """
        return cls._of(sign, public, kid or public.kid)

    @classmethod
    def from_pem(
        cls,
        pem: str | bytes,
        *,
        alg: str | None = None,
        kid: str | None = None,
        password: bytes | None = None,
    ) -> SigningKey:
        """
        Read a private key in PEM.

        Raises:
            UnusableKeyError: no PEM of a private key, a wrong password, a weak key.
        """
        octets = pem.encode("utf-8") if isinstance(pem, str) else pem
        return cls.from_private_key(
            _loaded(load_pem_private_key, octets, password), alg=alg, kid=kid
        )

    @classmethod
    def from_der(
        cls, der: bytes, *, alg: str | None = None, kid: str | None = None
    ) -> SigningKey:
        """
        Read a private key in DER.

        Raises:
            UnusableKeyError: no DER of a private key, or a weak key.
        """
        return cls.from_private_key(
            _loaded(load_der_private_key, der, None), alg=alg, kid=kid
        )

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> SigningKey:
        """
        Read a private JWK, or an `oct` one.

        Raises:
            UnusableKeyError: malformed, public, weak, or not for signing.
        """
        family = family_of(jwk)
        check_purpose(jwk, "sign")
        alg, kid = alg_of(jwk), kid_of(jwk)
        try:
            material = signer_and_verifier(of_family(family)[0].name).from_jwk(
                dict(jwk)
            )
        except (InvalidKeyError, ValueError, TypeError, KeyError) as error:
            raise UnusableKeyError(
                f"A JWK holds no key that signs ({type(error).__name__})."
            ) from None
        if family is Family.HMAC:
            return cls.from_secret(material, alg=alg or "HS256", kid=kid)
        if "d" not in jwk:
            raise UnusableKeyError(
                "A JWK is public; to sign, the private one is expected."
            )
        return cls.from_private_key(material, alg=alg, kid=kid)

    @classmethod
    def _of(cls, sign: Signer, public: VerificationKey, kid: str | None) -> SigningKey:
        public = public.fixed(kid or public.thumbprint())
        name = EDDSA if public.family is Family.OKP else public.default
        return cls(name, str(public.kid), public, sign)


@lru_cache(maxsize=64)
def _encoded_header(alg: str, kid: str, typ: str) -> bytes:
    """Return the header of nearly every token: it is the same for each of a key."""
    return encode_base64url(encode_json({"alg": alg, "kid": kid, "typ": typ}))


def _loaded(load: Any, octets: bytes, password: bytes | None) -> object:
    try:
        key: object = load(octets, password=password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableKeyError(f"No private key can be read: {error}") from None
    return key
