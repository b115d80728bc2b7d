"""
What makes a key too weak to be used, whatever it signs: one function a family.

Each raises UnusableKeyError with a sentence for the log; none shows the key.
"""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from django_claimsauth.errors import ConfigurationError

RSA_BITS = range(2048, 16384 + 1)
RSA_EXPONENT_BITS = 64
SMALL_PRIMES = (
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79,
    83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
)  # fmt: skip
FIELD_PRIMES = {"Ed25519": 2**255 - 19, "Ed448": 2**448 - 2**224 - 1}
# The y coordinates of the points of order 8 on edwards25519.
ORDER_EIGHT = {
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
}


class UnusableKeyError(ConfigurationError):
    """A key, or a set of keys, that cannot be used; says why, never shows it."""

    code = "unusable_key"


def check_rsa(numbers: RSAPublicNumbers) -> None:
    """
    Refuse an RSA key below 2048 bits, with a bad exponent, or of a broken generator.

    Raises:
        UnusableKeyError: the key is weak, or so large that one verification
            would cost a denial of service.
    """
    bits = numbers.n.bit_length()
    if bits not in RSA_BITS:
        raise UnusableKeyError(
            f"An RSA key has {bits} bits; {RSA_BITS[0]} to {RSA_BITS[-1]} are expected."
        )
    # The exponent 1 signs nothing, an even one has no inverse.
    if numbers.e == 1 or numbers.e % 2 == 0:
        raise UnusableKeyError("An RSA key has an exponent that is 1 or even.")
    if numbers.e.bit_length() > RSA_EXPONENT_BITS:
        raise UnusableKeyError(
            f"An RSA key has an exponent of {numbers.e.bit_length()} bits; at most "
            f"{RSA_EXPONENT_BITS} are expected."
        )
    if numbers.n % 2 == 0 or _is_roca(numbers.n):
        raise UnusableKeyError(
            "An RSA key has a modulus of a broken generator (CVE-2017-15361)."
        )


def check_secret(length: int, least: int) -> None:
    """
    Refuse an HMAC secret shorter than its hash (RFC 7518 section 3.2).

    Raises:
        UnusableKeyError: too short; an empty one is the shortest.
    """
    if length < least:
        raise UnusableKeyError(
            f"An HMAC secret has {length} octets; at least {least} are expected."
        )


def check_edwards_point(curve: str, octets: bytes) -> None:
    """
    Refuse the points of small order, under which one signature fits any message.

    Raises:
        UnusableKeyError: such a point, or a coordinate outside the field.
    """
    sign_bit = 1 << (len(octets) * 8 - 1)
    y = int.from_bytes(octets, "little") & ~sign_bit
    prime = FIELD_PRIMES[curve]
    if y >= prime or y in {0, 1, prime - 1} | ORDER_EIGHT:
        raise UnusableKeyError(f"An {curve} key is a point that no honest signer has.")


def _is_roca(modulus: int) -> bool:
    # Primes of the broken generator are powers of 65537 modulo each small
    # prime, so their product is one as well; other moduli hardly ever are.
    return all(modulus % prime in _powers(prime) for prime in SMALL_PRIMES)


@cache
def _powers(prime: int) -> frozenset[int]:
    return frozenset(pow(65537, exponent, prime) for exponent in range(prime))
