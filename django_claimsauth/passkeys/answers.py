"""
The answers of browsers: `PublicKeyCredential.toJSON()`, read strictly.

Base64url has one spelling, every member its type and a bound. Members that are
not judged (later levels of the specification add some) are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django_claimsauth.authentication.encoding import decode_base64url, encode_base64url
from django_claimsauth.passkeys.authenticator_data import MAX_CREDENTIAL_ID
from django_claimsauth.passkeys.client_data import ClientData, parse_client_data
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.models import HANDLE_BYTES

#: Octets. Real ones have hundreds; chains of certificates some thousands.
MAX_ATTESTATION: Final = 32 * 1024
MAX_CLIENT_DATA: Final = 4 * 1024
MAX_AUTHENTICATOR_DATA: Final = 4 * 1024
#: An ML-DSA-87 signature has 4627.
MAX_SIGNATURE: Final = 8 * 1024
MAX_TRANSPORTS: Final = 8
_TRANSPORT = re.compile(r"[a-z][a-z-]{0,30}")


@dataclass(frozen=True, slots=True)
class AttestationAnswer:
    """A new credential, as `navigator.credentials.create()` gave it."""

    credential_id: bytes
    client_data: ClientData
    attestation_object: bytes
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssertionAnswer:
    """A proof of possession, as `navigator.credentials.get()` gave it."""

    credential_id: bytes
    client_data: ClientData
    authenticator_data: bytes
    signature: bytes
    user_handle: bytes | None


def client_data_of(answer: object) -> ClientData:
    """
    Return the client data of an answer, before anything else of it is read.

    Its challenge is spent by that, however wrong the rest may be.

    Raises:
        PasskeyError: `malformed_answer`.
    """
    response = answer.get("response") if isinstance(answer, Mapping) else None
    if not isinstance(response, Mapping):
        raise PasskeyError("malformed_answer", "the credential has no response")
    return parse_client_data(_octets(response, "clientDataJSON", MAX_CLIENT_DATA))


def parse_attestation(answer: object, client_data: ClientData) -> AttestationAnswer:
    """
    Return the answer to a registration.

    Raises:
        PasskeyError: `malformed_answer`, `credential_id_invalid`.
    """
    credential_id, response = _credential(answer)
    return AttestationAnswer(
        credential_id,
        client_data,
        _octets(response, "attestationObject", MAX_ATTESTATION),
        _transports(response.get("transports")),
    )


def parse_assertion(answer: object, client_data: ClientData) -> AssertionAnswer:
    """
    Return the answer to an authentication.

    Raises:
        PasskeyError: `malformed_answer`, `credential_id_invalid`.
    """
    credential_id, response = _credential(answer)
    handle = None
    if response.get("userHandle") is not None:
        handle = _octets(response, "userHandle", HANDLE_BYTES)
    return AssertionAnswer(
        credential_id,
        client_data,
        _octets(response, "authenticatorData", MAX_AUTHENTICATOR_DATA),
        _octets(response, "signature", MAX_SIGNATURE),
        handle,
    )


def base64url(octets: bytes) -> str:
    """Return octets as base64url, as the JSON of WebAuthn has them."""
    return encode_base64url(octets).decode("ascii")


def _credential(answer: object) -> tuple[bytes, Mapping[str, Any]]:
    """Return the id and the response of a credential."""
    if not isinstance(answer, Mapping):
        raise PasskeyError("malformed_answer", "the credential is no object")
    response = answer.get("response")
    if answer.get("type") != "public-key" or not isinstance(response, Mapping):
        raise PasskeyError("malformed_answer", "no public-key credential")
    if answer.get("rawId", answer.get("id")) != answer.get("id"):
        raise PasskeyError("malformed_answer", "id and rawId differ")
    credential_id = _octets(answer, "id", 2 * MAX_CREDENTIAL_ID)
    if not 1 <= len(credential_id) <= MAX_CREDENTIAL_ID:
        raise PasskeyError("credential_id_invalid", f"{len(credential_id)} bytes")
    return credential_id, response


def _octets(members: Mapping[str, Any], name: str, limit: int) -> bytes:
    text = members.get(name)
    if not isinstance(text, str):
        raise PasskeyError("malformed_answer", f"{name} is no string")
    # Before it is decoded: four characters for three octets.
    if len(text) > limit * 4 // 3 + 4:
        raise PasskeyError("malformed_answer", f"{name} is too long")
    try:
        return decode_base64url(text.encode("ascii"))
    except ValueError as error:
        raise PasskeyError("malformed_answer", f"{name} is {error}") from error


def _transports(found: object) -> tuple[str, ...]:
    """Return the transports, which are hints: what is not one is left out."""
    if not isinstance(found, list):
        return ()
    words = [each for each in found if isinstance(each, str)]
    known = dict.fromkeys(each for each in words if _TRANSPORT.fullmatch(each))
    return tuple(known)[:MAX_TRANSPORTS]
