"""
Authenticator data, taken apart by its layout (WebAuthn 6.1).

    rpIdHash 32 | flags 1 | signCount 4 | attested data, if AT | extensions, if ED
    attested data: aaguid 16 | length 2 | credential id | COSE key (CBOR)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django_claimsauth.passkeys.cbor import MAP, end_of_item
from django_claimsauth.passkeys.errors import PasskeyError

FIXED: Final = 37
AAGUID_START: Final = FIXED
AAGUID_END: Final = AAGUID_START + 16
ID_START: Final = AAGUID_END + 2
MAX_CREDENTIAL_ID: Final = 1023
UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


@dataclass(frozen=True, slots=True)
class AttestedCredential:
    """What an authenticator says of the credential that it has made."""

    aaguid: str
    credential_id: bytes
    public_key: bytes


@dataclass(frozen=True, slots=True)
class AuthenticatorData:
    """What an authenticator says of itself and of the ceremony."""

    rp_id_hash: bytes
    flags: int
    sign_count: int
    attested: AttestedCredential | None = None

    @property
    def user_present(self) -> bool:
        """Whether somebody was there (UP)."""
        return bool(self.flags & UP)

    @property
    def user_verified(self) -> bool:
        """Whether it was the user, by PIN or body (UV)."""
        return bool(self.flags & UV)

    @property
    def backup_eligible(self) -> bool:
        """Whether the credential may be synced (BE)."""
        return bool(self.flags & BE)

    @property
    def backed_up(self) -> bool:
        """Whether it is synced now (BS)."""
        return bool(self.flags & BS)


def parse_authenticator_data(data: bytes) -> AuthenticatorData:
    """
    Return authenticator data, every byte of it accounted for.

    Raises:
        PasskeyError: it is cut short, or bytes are left over.
    """
    if len(data) < FIXED:
        raise PasskeyError("malformed_answer", "authenticator data is cut short")
    flags = data[32]
    try:
        attested, position = _attested(data) if flags & AT else (None, FIXED)
        if flags & ED:
            position = _end_of_map(data, position)
    except ValueError as error:
        raise _refusal(error) from error
    if position != len(data):
        raise PasskeyError("malformed_answer", "authenticator data has bytes left over")
    return AuthenticatorData(
        data[:32], flags, int.from_bytes(data[33:FIXED], "big"), attested
    )


def _attested(data: bytes) -> tuple[AttestedCredential, int]:
    key_start = ID_START + int.from_bytes(data[AAGUID_END:ID_START], "big")
    if len(data) <= key_start:
        raise ValueError("attested credential data is cut short")
    if not 1 <= key_start - ID_START <= MAX_CREDENTIAL_ID:
        raise PasskeyError(
            "credential_id_invalid",
            f"a credential id of {key_start - ID_START} bytes; 1 to "
            f"{MAX_CREDENTIAL_ID} are expected",
        )
    end = _end_of_map(data, key_start)
    aaguid = str(UUID(bytes=data[AAGUID_START:AAGUID_END]))
    found = AttestedCredential(aaguid, data[ID_START:key_start], data[key_start:end])
    return found, end


def _end_of_map(data: bytes, start: int) -> int:
    if data[start : start + 1] and data[start] >> 5 != MAP:
        raise ValueError("a map is expected")
    return end_of_item(data, start)


def _refusal(error: ValueError) -> PasskeyError:
    if isinstance(error, PasskeyError):
        return error
    return PasskeyError("malformed_answer", f"authenticator data: {error}")
