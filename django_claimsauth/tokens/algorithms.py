"""
The signature algorithms: the family of keys of each, and PyJWT's object for it.

RFC 7518 section 3.1, RFC 8037 and RFC 9864. `none` is not in the table, and
nothing that is not in the table is ever tried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache

from jwt.algorithms import Algorithm, OKPAlgorithm, get_default_algorithms

from django_claimsauth.errors import SettingsError, near_miss


class Family(Enum):
    """A family of keys, by the `kty` of its JWK."""

    HMAC = "oct"
    RSA = "RSA"
    EC = "EC"
    OKP = "OKP"


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """
    An algorithm's name and what it demands of a key.

    Args:
        curve: the `crv` that the algorithm fixes, for EC and OKP.

        secret_octets: the least length of an HMAC secret (RFC 7518 section 3.2).
    """

    name: str
    family: Family
    curve: str | None = None
    secret_octets: int = 0


EDDSA = "EdDSA"

ALGORITHMS = {
    algorithm.name: algorithm
    for algorithm in (
        SignatureAlgorithm("HS256", Family.HMAC, secret_octets=32),
        SignatureAlgorithm("HS384", Family.HMAC, secret_octets=48),
        SignatureAlgorithm("HS512", Family.HMAC, secret_octets=64),
        SignatureAlgorithm("RS256", Family.RSA),
        SignatureAlgorithm("RS384", Family.RSA),
        SignatureAlgorithm("RS512", Family.RSA),
        SignatureAlgorithm("PS256", Family.RSA),
        SignatureAlgorithm("PS384", Family.RSA),
        SignatureAlgorithm("PS512", Family.RSA),
        SignatureAlgorithm("ES256", Family.EC, curve="P-256"),
        SignatureAlgorithm("ES384", Family.EC, curve="P-384"),
        SignatureAlgorithm("ES512", Family.EC, curve="P-521"),
        SignatureAlgorithm("Ed25519", Family.OKP, curve="Ed25519"),
        SignatureAlgorithm("Ed448", Family.OKP, curve="Ed448"),
    )
}
"""By name. `EdDSA` is the older name of the two last, which the key's curve decides."""


@cache
def signer_and_verifier(name: str) -> Algorithm:
    """Return PyJWT's object that signs and verifies by this algorithm."""
    if ALGORITHMS[name].family is Family.OKP:
        return OKPAlgorithm()
    return get_default_algorithms()[name]


def of_family(family: Family) -> tuple[SignatureAlgorithm, ...]:
    """Return the algorithms of a family, the shortest hash first."""
    return tuple(each for each in ALGORITHMS.values() if each.family is family)


def by_curve(family: Family, curve: object) -> SignatureAlgorithm | None:
    """Return the one algorithm of a curve, None for a curve that none uses."""
    for algorithm in of_family(family):
        if algorithm.curve == curve:
            return algorithm
    return None


def allow_list(names: Collection[str] | None) -> frozenset[str] | None:
    """
    Return the header names that a caller's list of algorithms allows, None for None.

    Raises:
        SettingsError: a str, an empty list, or a name that is not in `ALGORITHMS`.
    """
    if names is None:
        return None
    if isinstance(names, str) or not isinstance(names, Collection):
        raise SettingsError(f"algorithms is {names!r}; a list of names is expected.")
    listed = tuple(names)
    if not all(isinstance(name, str) for name in listed):
        raise SettingsError(f"algorithms is {names!r}; a list of names is expected.")
    return _checked_allow_list(listed)


@lru_cache(maxsize=64)
def _checked_allow_list(names: tuple[str, ...]) -> frozenset[str]:
    if not names:
        raise SettingsError("algorithms is empty; it has to name at least one.")
    for name in names:
        if name != EDDSA and name not in ALGORITHMS:
            raise SettingsError(
                f"algorithms has {name!r}{near_miss(name, ALGORITHMS)} "
                f"Known: {', '.join(ALGORITHMS)}, {EDDSA}."
            )
    allowed = set(names)
    if EDDSA in allowed:
        allowed.update(each.name for each in of_family(Family.OKP))
    elif families(allowed) & {Family.OKP}:
        # The older name in a header stands for the curve of the key, and that
        # curve is compared with this list as well.
        allowed.add(EDDSA)
    return frozenset(allowed)


def families(names: Iterable[str]) -> set[Family]:
    """Return the families of keys that algorithms belong to."""
    return {Family.OKP if name == EDDSA else ALGORITHMS[name].family for name in names}
