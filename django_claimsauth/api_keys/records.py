"""
What a store knows of a key, and the protocol of a store.

The database is the default; a store that reads a vault, a file or another
service is a class with `find()`, named by the scheme's option `store`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Protocol, runtime_checkable

NO_CLAIMS: Final[Mapping[str, Any]] = MappingProxyType({})


class ApiKeyRecord(NamedTuple):
    """
    One key, as it is now.

    Args:
        digest: `authentication.digests.digest()` of the whole key.

        owner_id: the primary key of the local user for whom it acts, or None.

        owner_is_active: of that user; a key of another one is dead.

        scope: scopes with blanks between them; `networks` likewise, in CIDR
            notation, empty where any will do.

        rate: `"100/minute"`, or empty.

        previous_digest: of the secret before a rotation, which works until
            `previous_valid_until`.
    """

    key_id: str
    name: str
    digest: str
    owner_id: Any = None
    owner_name: str | None = None
    owner_is_active: bool | None = None
    scope: str = ""
    claims: Mapping[str, Any] = NO_CLAIMS
    networks: str = ""
    rate: str = ""
    expires_at: datetime | None = None
    disabled_at: datetime | None = None
    revoked_at: datetime | None = None
    previous_digest: str = ""
    previous_valid_until: datetime | None = None


@runtime_checkable
class ApiKeyStore(Protocol):
    """
    Where keys live.

    `find()` is asked with the id of a key that is well-formed, at most once a
    request. It returns revoked, disabled and expired keys too: the handler
    judges them, and the log says which it was.
    """

    def find(self, key_id: str) -> ApiKeyRecord | None:
        """Return the key with this public id, or None."""

    def used(
        self, record: ApiKeyRecord, moment: datetime, ip: str | None, *, previous: bool
    ) -> None:
        """Note that a key was used; called at most about once a minute a key."""
