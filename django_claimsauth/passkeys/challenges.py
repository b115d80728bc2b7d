"""
Challenges: minted, kept on the server, and spent by one answer at most.

A challenge is found by its digest and deleted at first sight, whatever becomes of
the answer. The DELETE that finds the row wins; all others find nothing. So it
holds between processes, and after a restart.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import router
from django.utils import timezone

from django_claimsauth.authentication import digests
from django_claimsauth.conf import settings
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.models import Ceremony, PasskeyChallenge

CHALLENGE_BYTES: Final = 32
PRUNE_BATCH: Final = 5_000


@dataclass(frozen=True, slots=True)
class SpentChallenge:
    """What a challenge was minted for; there is none of it any more."""

    user_id: Any
    username: str
    handle: str

    @property
    def is_decoy(self) -> bool:
        """Whether it was minted for a name that nobody has."""
        return bool(self.username) and self.user_id is None and not self.handle


def mint(
    ceremony: Ceremony,
    *,
    browser: str,
    user_id: Any = None,
    username: str = "",
    handle: str = "",
    now: datetime | None = None,
) -> bytes:
    """
    Return a new challenge, and keep what it is good for.

    Args:
        browser: what binds it to the browser that asks; see `browsers`.

        user_id: the user who is to answer, where it is known.
    """
    moment = now or timezone.now()
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    PasskeyChallenge.objects.create(
        digest=_digest(challenge),
        ceremony=ceremony,
        browser=digests.digest(browser),
        user_id=user_id,
        username=username,
        handle=handle,
        created_at=moment,
        expires_at=moment + settings.passkeys.challenge_lifetime,
    )
    return challenge


def spend(
    challenge: bytes,
    ceremony: Ceremony,
    *,
    browsers: tuple[str, ...],
    user_id: Any = None,
    now: datetime | None = None,
) -> SpentChallenge:
    """
    Spend a challenge, and return what it was minted for.

    Args:
        browsers: what the answering browser can show, any one of which may be
            the one that asked.

        user_id: the user who is signed in, for ceremonies that ask for one.

    Raises:
        PasskeyError: it is unknown, spent, expired, or was minted for another
            ceremony, browser or user. It is spent all the same.
    """
    moment = now or timezone.now()
    row = _stored().filter(digest=_digest(challenge)).first()
    if row is None or not _delete(row):
        raise PasskeyError("challenge_unknown")
    if row.expires_at <= moment:
        raise PasskeyError("challenge_expired")
    if row.ceremony != ceremony:
        raise PasskeyError("challenge_of_another_ceremony", row.ceremony)
    if not any(digests.matches(row.browser, digests.digest(e)) for e in browsers):
        raise PasskeyError("challenge_of_another_browser")
    if user_id is not None and row.user_id != user_id:
        raise PasskeyError("challenge_of_another_user")
    return SpentChallenge(row.user_id, row.username, row.handle)


def prune(
    *,
    now: datetime | None = None,
    batch_size: int = PRUNE_BATCH,
    dry_run: bool = False,
) -> int:
    """
    Delete the expired challenges, `batch_size` a statement.

    Returns how many were deleted, or would be.
    """
    expired = _stored().filter(expires_at__lte=now or timezone.now())
    if dry_run:
        return int(expired.count())
    total = 0
    while keys := list(expired.values_list("pk", flat=True)[:batch_size]):
        total += _stored().filter(pk__in=keys).delete()[0]
    return total


def _delete(row: PasskeyChallenge) -> bool:
    deleted, _ = _stored().filter(pk=row.pk).delete()
    return bool(deleted == 1)


def _stored() -> Any:
    # Where they are written: a replica may not have heard of one yet.
    return PasskeyChallenge.objects.using(router.db_for_write(PasskeyChallenge))


def _digest(challenge: bytes) -> str:
    return hashlib.sha256(challenge).hexdigest()
