"""
Keys that verify: each carries its family, its algorithm, its use and its `kid`.

A key is an object made once from a JWK, PEM, DER or a secret, never a string at
verification: so no token can choose how a key is read (RFC 8725 section 3.1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import (
    load_der_public_key,
    load_pem_public_key,
)
from jwt.exceptions import InvalidKeyError

from django_claimsauth.authentication.encoding import encode_base64url, encode_json
from django_claimsauth.tokens.algorithms import (
    ALGORITHMS,
    EDDSA,
    Family,
    SignatureAlgorithm,
    by_curve,
    of_family,
    signer_and_verifier,
)
from django_claimsauth.tokens.jwk import read_public_jwk
from django_claimsauth.tokens.strength import (
    UnusableKeyError,
    check_edwards_point,
    check_rsa,
    check_secret,
)

CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
"""The `crv` of a curve that `cryptography` names as SEC 2 does."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class VerificationKey:
    """
    A public key or an HMAC secret that verifies signatures.

    Args:
        family: what kind of key it is.

        algorithms: the names of all algorithms that this key may serve.

        default: the one of them that is meant when neither the key nor the
            caller names one (RS256, HS256, or what the curve fixes).

        kid: the key's name in its set, if it has one.
    """

    family: Family
    algorithms: frozenset[str]
    default: str
    kid: str | None = None
    use: str = field(default="sig", init=False)
    _material: Any = None

    @property
    def alg(self) -> str | None:
        """The only algorithm of this key, None where the caller's list decides."""
        return self.default if len(self.algorithms) == 1 else None

    def accepts(self, alg: str, allowed: frozenset[str] | None) -> bool:
        """Tell whether key and allow-list both agree to a header's `alg`."""
        if alg == EDDSA and self.family is Family.OKP:
            alg = self.default
        if alg not in self.algorithms:
            return False
        return alg == self.default if allowed is None else alg in allowed

    def verify(self, alg: str, message: bytes, signature: bytes) -> bool:
        """Tell whether a signature is this key's by an algorithm that it accepts."""
        name = self.default if alg == EDDSA else alg
        return signer_and_verifier(name).verify(message, self._material, signature)

    def public_jwk(self) -> dict[str, str]:
        """
        Return the key as a JWK (RFC 7517) that may be published.

        Raises:
            UnusableKeyError: an HMAC secret has no public form.
        """
        if self.family is Family.HMAC:
            raise UnusableKeyError("An HMAC secret has no public form to publish.")
        jwk = {**self._required_members(), "use": self.use}
        if self.alg is not None:
            jwk["alg"] = EDDSA if self.family is Family.OKP else self.alg
        return jwk if self.kid is None else {**jwk, "kid": self.kid}

    def thumbprint(self) -> str:
        """Return the key's SHA-256 thumbprint (RFC 7638), in base64url."""
        members = dict(sorted(self._required_members().items()))
        digest = hashlib.sha256(encode_json(members)).digest()
        return encode_base64url(digest).decode("ascii")

    def fixed(self, kid: str) -> VerificationKey:
        """Return the same key with a name, and for its default algorithm alone."""
        return replace(self, kid=kid, algorithms=frozenset({self.default}))

    def _required_members(self) -> dict[str, str]:
        jwk = signer_and_verifier(self.default).to_jwk(self._material, as_dict=True)
        return {name: str(value) for name, value in jwk.items() if name != "key_ops"}

    def __repr__(self) -> str:
        return f"<VerificationKey {self.family.name} alg={self.alg} kid={self.kid!r}>"

    @classmethod
    def from_public_key(
        cls, key: object, *, alg: str | None = None, kid: str | None = None
    ) -> VerificationKey:
        """
        Make a key of one of `cryptography`'s public keys.

        Raises:
            UnusableKeyError: another kind of key, a weak one, or one that `alg`
                does not go with.
        """
        if isinstance(key, RSAPublicKey):
            check_rsa(key.public_numbers())
            return cls._of(Family.RSA, of_family(Family.RSA), alg, kid, key)
        if isinstance(key, EllipticCurvePublicKey):
            curve = CURVES.get(key.curve.name, key.curve.name)
            return cls._of_curve(Family.EC, curve, alg, kid, key)
        if isinstance(key, Ed25519PublicKey | Ed448PublicKey):
            curve = "Ed25519" if isinstance(key, Ed25519PublicKey) else "Ed448"
            check_edwards_point(curve, key.public_bytes_raw())
            return cls._of_curve(Family.OKP, curve, alg, kid, key)
        raise UnusableKeyError(
            f"A {type(key).__name__} verifies no token; a public RSA, EC (P-256, "
            "P-384, P-521), Ed25519 or Ed448 key is expected."
        )

    @classmethod
    def from_secret(
        cls, secret: bytes, *, alg: str | None = None, kid: str | None = None
    ) -> VerificationKey:
        """
        Make a key of an HMAC secret; `alg` None lets the caller's list decide.

        Raises:
            UnusableKeyError: too short for `alg` (32, 48, 64 octets), or what
                looks like a public key or a certificate.
        """
        if not isinstance(secret, bytes):
            raise UnusableKeyError(
                f"An HMAC secret is a {type(secret).__name__}; bytes are expected."
            )
        check_secret(len(secret), ALGORITHMS["HS256"].secret_octets)
        try:
            signer_and_verifier("HS256").prepare_key(secret)
        except InvalidKeyError as error:
            raise UnusableKeyError(f"An HMAC secret is none: {error}") from None
        fitting = tuple(
            each
            for each in of_family(Family.HMAC)
            if each.name == alg or each.secret_octets <= len(secret)
        )
        key = cls._of(Family.HMAC, fitting, alg, kid, secret)
        check_secret(len(secret), ALGORITHMS[key.default].secret_octets)
        return key

    @classmethod
    def from_pem(
        cls, pem: str | bytes, *, alg: str | None = None, kid: str | None = None
    ) -> VerificationKey:
        """
        Read a public key in PEM.

        Raises:
            UnusableKeyError: no PEM, a private key, or a key that is refused.
        """
        octets = pem.encode("utf-8") if isinstance(pem, str) else pem
        if b"PRIVATE KEY-" in octets:
            raise UnusableKeyError(
                "A PEM holds a private key; to verify, the public key is expected."
            )
        return cls.from_public_key(
            _loaded(load_pem_public_key, octets), alg=alg, kid=kid
        )

    @classmethod
    def from_der(
        cls, der: bytes, *, alg: str | None = None, kid: str | None = None
    ) -> VerificationKey:
        """
        Read a public key in DER (SubjectPublicKeyInfo).

        Raises:
            UnusableKeyError: no DER of a public key, or a key that is refused.
        """
        return cls.from_public_key(_loaded(load_der_public_key, der), alg=alg, kid=kid)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> VerificationKey:
        """
        Read a public JWK, or an `oct` one (RFC 7517, 7518 section 6, 8037).

        Raises:
            UnusableKeyError: malformed, private, weak, or not for signatures.
        """
        content = read_public_jwk(jwk)
        if content.family is Family.HMAC:
            return cls.from_secret(content.material, alg=content.alg, kid=content.kid)
        return cls.from_public_key(content.material, alg=content.alg, kid=content.kid)

    @classmethod
    def _of_curve(
        cls, family: Family, curve: str, alg: str | None, kid: str | None, key: Any
    ) -> VerificationKey:
        fixed = by_curve(family, curve)
        if fixed is None:
            raise UnusableKeyError(f"No algorithm uses the curve {curve!r}.")
        return cls._of(family, (fixed,), alg, kid, key)

    @classmethod
    def _of(
        cls,
        family: Family,
        fitting: tuple[SignatureAlgorithm, ...],
        alg: str | None,
        kid: str | None,
        material: Any,
    ) -> VerificationKey:
        names = [each.name for each in fitting]
        if alg == EDDSA and family is Family.OKP:
            alg = names[0]
        if alg is not None and alg not in names:
            raise UnusableKeyError(
                f"The algorithm {alg!r} does not go with this {family.name} key; "
                f"{', '.join(names)} would."
            )
        return cls(
            family,
            frozenset(names if alg is None else [alg]),
            names[0] if alg is None else alg,
            kid,
            _material=material,
        )


def _loaded(load: Any, octets: bytes) -> object:
    try:
        key: object = load(octets)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableKeyError(f"No public key can be read: {error}") from None
    return key
