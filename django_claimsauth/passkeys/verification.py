"""
Attestations and assertions, verified by `webauthn`: the one file that imports it.

What can be judged without the library was judged before (`client_data`,
`judging`), each with a code of its own; an exception of any kind in the library
is a refusal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

from django_claimsauth.passkeys.answers import (
    AssertionAnswer,
    AttestationAnswer,
    base64url,
)
from django_claimsauth.passkeys.authenticator_data import (
    AAGUID_END,
    AAGUID_START,
    AttestedCredential,
)
from django_claimsauth.passkeys.cbor import check_item
from django_claimsauth.passkeys.errors import MissingExtraError, PasskeyError
from django_claimsauth.passkeys.relying_party import RelyingParty

NONE: Final = "none"
U2F: Final = "fido-u2f"
EC2, OKP, RSA = 2, 1, 3
#: The key type and curve that an algorithm goes with (WebAuthn 5.8.5).
CURVES: Final = {-7: (EC2, 1), -36: (EC2, 3), -8: (OKP, 6)}
RSA_BITS: Final = range(2048, 8192 + 1)


@dataclass(frozen=True, slots=True)
class AttestationObject:
    """An attestation object, taken apart; the authenticator data is octets yet."""

    format: str
    statement: Mapping[str, Any]
    authenticator_data: bytes
    octets: bytes


def is_available() -> bool:
    """Tell whether `webauthn` is installed."""
    return find_spec("webauthn") is not None


def supported_algorithms() -> frozenset[int]:
    """Return the COSE algorithms that are verified; never SHA-1."""
    with _library():
        from webauthn.helpers.cose import COSEAlgorithmIdentifier as Algorithm
    return frozenset(map(int, Algorithm)) - {int(Algorithm.RSASSA_PKCS1_v1_5_SHA_1)}


def parse_attestation_object(octets: bytes) -> AttestationObject:
    """
    Return an attestation object: a map of exactly three members (WebAuthn 6.5).

    Raises:
        PasskeyError: `malformed_answer`.
    """
    with _library(), _refusing("malformed_answer"):
        from webauthn.helpers import parse_cbor

        check_item(octets)
        members = parse_cbor(octets)
        if not isinstance(members, dict) or members.keys() != {
            "fmt",
            "attStmt",
            "authData",
        }:
            raise ValueError("an attestation object has fmt, attStmt and authData")
        found = members["fmt"], members["attStmt"], members["authData"]
        for value, kind in zip(found, (str, dict, bytes), strict=True):
            if not isinstance(value, kind):
                raise TypeError(f"a {kind.__name__} is expected")
    return AttestationObject(*found, octets)


def public_key_algorithm(key: bytes, allowed: Sequence[int]) -> int:
    """
    Return the algorithm of a COSE key: one of the allowed, and one that is verified.

    Raises:
        PasskeyError: `algorithm_not_allowed`; `public_key_invalid` for a point
            that is not on its curve, a curve of another algorithm, a short modulus.
    """
    with _library(), _refusing("public_key_invalid"):
        from webauthn.helpers import (
            decode_credential_public_key,
            decoded_public_key_to_cryptography,
        )

        decoded: Any = decode_credential_public_key(key)
        # One that is stored and cannot be verified would lock its user out.
        usable = supported_algorithms().intersection(allowed)
        if type(decoded.alg) is not int or decoded.alg not in usable:
            raise PasskeyError("algorithm_not_allowed", str(decoded.alg)[:64])
        shape = (decoded.kty, getattr(decoded, "crv", None))
        if shape != CURVES.get(decoded.alg, shape):
            raise ValueError(f"algorithm {decoded.alg} with key type and curve {shape}")
        loaded: Any = decoded_public_key_to_cryptography(decoded)
        if decoded.kty == RSA and loaded.key_size not in RSA_BITS:
            raise ValueError(f"an RSA key of {loaded.key_size} bits")
    return int(decoded.alg)


def verify_attestation(
    answer: AttestationAnswer,
    attestation: AttestationObject,
    attested: AttestedCredential,
    party: RelyingParty,
    *,
    algorithms: Sequence[int],
    roots: Mapping[str, Any],
) -> None:
    """
    Return if the attestation statement is right by its format's own procedure.

    Args:
        roots: by format, the certificates in PEM to which its chains must lead;
            a format that is not named may have any.

    Raises:
        PasskeyError: `attestation_invalid`.
    """
    _check_none(attestation)
    with _library(), _refusing("attestation_invalid"):
        from webauthn import verify_registration_response
        from webauthn.helpers import structs

        response = structs.AuthenticatorAttestationResponse(
            client_data_json=answer.client_data.octets,
            attestation_object=_without_aaguid(attestation),
        )
        verify_registration_response(
            credential=structs.RegistrationCredential(
                id=base64url(attested.credential_id),
                raw_id=attested.credential_id,
                response=response,
            ),
            expected_challenge=answer.client_data.challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            supported_pub_key_algs=list(algorithms),  # type: ignore[arg-type]
            pem_root_certs_bytes_by_fmt=_pem(roots),
        )


def verify_assertion(
    answer: AssertionAnswer, party: RelyingParty, public_key: bytes
) -> None:
    """
    Return if the holder of the private key signed this answer.

    The counter is left to the caller, who judges it after the signature: what
    nobody signed raises no alarm.

    Raises:
        PasskeyError: `signature_invalid`.
    """
    with _library(), _refusing("signature_invalid"):
        from webauthn import verify_authentication_response
        from webauthn.helpers import structs

        verify_authentication_response(
            credential=structs.AuthenticationCredential(
                id=base64url(answer.credential_id),
                raw_id=answer.credential_id,
                response=structs.AuthenticatorAssertionResponse(
                    client_data_json=answer.client_data.octets,
                    authenticator_data=answer.authenticator_data,
                    signature=answer.signature,
                ),
            ),
            expected_challenge=answer.client_data.challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            credential_public_key=public_key,
            credential_current_sign_count=0,
        )


def _check_none(attestation: AttestationObject) -> None:
    # The library looks for the members that it knows, and finds no others.
    if attestation.format == NONE and attestation.statement:
        raise PasskeyError("attestation_invalid", "'none' with a statement")


def _without_aaguid(attestation: AttestationObject) -> bytes:
    """
    Return the object with an AAGUID of zeros where the format does not sign it.

    A U2F statement signs the id, the key and the site (WebAuthn 8.6); the library
    asks for zeros besides, which Level 3 does not.
    """
    data = attestation.authenticator_data
    if attestation.format != U2F or attestation.octets.count(data) != 1:
        return attestation.octets
    blank = data[:AAGUID_START] + bytes(AAGUID_END - AAGUID_START) + data[AAGUID_END:]
    return attestation.octets.replace(data, blank)


def _pem(roots: Mapping[str, Any]) -> Any:
    return {
        name: [each.encode() if isinstance(each, str) else each for each in found]
        for name, found in roots.items()
    }


@contextmanager
def _library() -> Iterator[None]:
    """Say which extra is missing where `webauthn` cannot be imported."""
    try:
        import webauthn  # noqa: F401  # whether it can be
    except ImportError as error:
        raise MissingExtraError(
            "Passkeys need the package 'webauthn', which is not installed: "
            "pip install 'django-claimsauth[passkeys]'."
        ) from error
    yield


@contextmanager
def _refusing(code: str) -> Iterator[None]:
    """Turn whatever the library raises into a refusal."""
    try:
        yield
    except PasskeyError:
        raise
    except Exception as error:
        raise PasskeyError(code, f"{type(error).__name__}: {error}"[:500]) from error
