"""Whether a key that was found works, and if not, why: for the log alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from django_claimsauth.api_keys import networks
from django_claimsauth.api_keys.records import ApiKeyRecord
from django_claimsauth.authentication.clients import IPAddress
from django_claimsauth.authentication.digests import matches

NO_DIGEST = "0" * 64


class Cause(StrEnum):
    """Why a key was refused. The client is told none of them from another."""

    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    WRONG_SECRET = "wrong_secret"  # noqa: S105  # a cause, not a secret
    REPLACED = "replaced"
    REVOKED = "revoked"
    DISABLED = "disabled"
    EXPIRED = "expired"
    OWNER_INACTIVE = "owner_inactive"
    NETWORK = "network"


def is_previous(record: ApiKeyRecord, digest: str) -> bool:
    """Tell whether this is the digest of the secret before the last rotation."""
    return bool(record.previous_digest) and matches(record.previous_digest, digest)


def refusal(
    record: ApiKeyRecord | None,
    digest: str,
    now: datetime,
    client: Callable[[], IPAddress | None],
) -> Cause | None:
    """
    Return why the key with this digest does not work, or None where it does.

    Args:
        client: returns the client's address; called where the key asks for it.
    """
    if record is None:
        # As much work as for a key that is there.
        matches(NO_DIGEST, digest)
        return Cause.UNKNOWN
    wrong = _secret_refusal(record, digest, now)
    if wrong is not None:
        return wrong
    if record.revoked_at is not None:
        return Cause.REVOKED
    if record.disabled_at is not None:
        return Cause.DISABLED
    if record.expires_at is not None and record.expires_at <= now:
        return Cause.EXPIRED
    if record.owner_id is not None and not record.owner_is_active:
        return Cause.OWNER_INACTIVE
    if record.networks and not networks.allows(record.networks, client()):
        return Cause.NETWORK
    return None


def _secret_refusal(record: ApiKeyRecord, digest: str, now: datetime) -> Cause | None:
    if matches(record.digest, digest):
        return None
    if not is_previous(record, digest):
        return Cause.WRONG_SECRET
    ends = record.previous_valid_until
    return None if ends is not None and now < ends else Cause.REPLACED
