"""
What is judged of every authenticator, at registration and at each use.

WebAuthn 7.1 and 7.2 share these steps: whose site, who was there, and flags that
do not contradict each other.
"""

from __future__ import annotations

from typing import Final

from django_claimsauth.conf import settings
from django_claimsauth.passkeys.authenticator_data import AuthenticatorData
from django_claimsauth.passkeys.client_data import same
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.relying_party import RelyingParty

REQUIRED: Final = "required"


def requires_user_verification() -> bool:
    """
    Tell whether an answer counts only if the user was verified.

    By the setting, never by what the client says that it was asked.
    """
    return settings.passkeys.user_verification == REQUIRED


def check_authenticator(
    data: AuthenticatorData, party: RelyingParty, *, user_verification: bool
) -> None:
    """
    Return if the authenticator answered for this site, with the user there.

    Raises:
        PasskeyError: `relying_party_mismatch`, `user_not_present`,
            `user_not_verified`, `backup_flags_invalid`.
    """
    if not same(data.rp_id_hash, party.id_hash):
        raise PasskeyError("relying_party_mismatch", data.rp_id_hash.hex())
    if not data.user_present:
        raise PasskeyError("user_not_present")
    if user_verification and not data.user_verified:
        raise PasskeyError("user_not_verified")
    if data.backed_up and not data.backup_eligible:
        raise PasskeyError("backup_flags_invalid", "synced, yet not to be synced")
