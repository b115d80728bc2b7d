"""
Judging a new credential, step by step (WebAuthn 7.1), until it may be stored.

The challenge was spent before; that the id is new is left to the database.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django_claimsauth.conf import load, settings
from django_claimsauth.passkeys.answers import AttestationAnswer
from django_claimsauth.passkeys.authenticator_data import (
    AttestedCredential,
    AuthenticatorData,
    parse_authenticator_data,
)
from django_claimsauth.passkeys.client_data import CREATE, check_client_data, same
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.judging import (
    check_authenticator,
    requires_user_verification,
)
from django_claimsauth.passkeys.relying_party import RelyingParty
from django_claimsauth.passkeys.verification import (
    AttestationObject,
    parse_attestation_object,
    public_key_algorithm,
    verify_attestation,
)

logger = logging.getLogger("django_claimsauth.passkeys")
HOOK: Final = "CLAIMSAUTH['PASSKEYS']['VERIFY_ATTESTATION']"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredential:
    """
    A credential whose attestation verified: what the hook sees and the table keeps.

    Args:
        statement: the attestation statement; `trust_path` its certificates, in
            DER, the authenticator's own first. Without one, a statement is signed
            by the credential itself ("self attestation") or is none at all.
    """

    credential_id: bytes
    public_key: bytes = field(repr=False)
    algorithm: int
    sign_count: int
    aaguid: str
    transports: tuple[str, ...]
    backup_eligible: bool
    backed_up: bool
    user_verified: bool
    attestation_format: str
    statement: Mapping[str, Any] = field(repr=False)
    authenticator_data: bytes = field(repr=False)
    client_data: bytes = field(repr=False)

    @property
    def trust_path(self) -> tuple[bytes, ...]:
        """The certificates of the statement, which verified."""
        return tuple(self.statement.get("x5c", ()))


def judged(answer: AttestationAnswer, party: RelyingParty) -> NewCredential:
    """
    Return the credential that an answer brings, if every step agrees.

    Raises:
        PasskeyError: one does not.
    """
    current = settings.passkeys
    check_client_data(answer.client_data, CREATE, party)
    attestation = parse_attestation_object(answer.attestation_object)
    data = parse_authenticator_data(attestation.authenticator_data)
    check_authenticator(data, party, user_verification=requires_user_verification())
    attested = _attested(data, answer)
    algorithm = public_key_algorithm(attested.public_key, current.algorithms)
    verify_attestation(
        answer,
        attestation,
        attested,
        party,
        algorithms=current.algorithms,
        roots=current.attestation_roots,
    )
    found = _credential(answer, attestation, data, attested, algorithm)
    _ask_hook(found)
    return found


def _attested(data: AuthenticatorData, answer: AttestationAnswer) -> AttestedCredential:
    if data.attested is None:
        raise PasskeyError("malformed_answer", "no attested credential data")
    # What is stored is looked up by the id that was signed over, no other.
    if not same(data.attested.credential_id, answer.credential_id):
        raise PasskeyError("credential_id_invalid", "not the attested one")
    return data.attested


def _credential(
    answer: AttestationAnswer,
    attestation: AttestationObject,
    data: AuthenticatorData,
    attested: AttestedCredential,
    algorithm: int,
) -> NewCredential:
    return NewCredential(
        credential_id=attested.credential_id,
        public_key=attested.public_key,
        algorithm=algorithm,
        sign_count=data.sign_count,
        aaguid=attested.aaguid,
        transports=answer.transports,
        backup_eligible=data.backup_eligible,
        backed_up=data.backed_up,
        user_verified=data.user_verified,
        attestation_format=attestation.format,
        statement=attestation.statement,
        authenticator_data=attestation.authenticator_data,
        client_data=answer.client_data.octets,
    )


def _ask_hook(found: NewCredential) -> None:
    """Let the project's own hook refuse: anything but True does, an error too."""
    hook = load(settings.passkeys.verify_attestation, HOOK)
    if hook is None:
        return
    try:
        accepted = hook(found)
    except Exception as error:
        logger.exception("%s failed; the passkey is refused.", HOOK)
        raise PasskeyError("attestation_refused", type(error).__name__) from error
    if accepted is not True:
        raise PasskeyError("attestation_refused", found.aaguid)
