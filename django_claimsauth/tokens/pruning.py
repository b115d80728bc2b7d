"""
Removing what no request can need any more, in batches, while others work.

A refresh token goes when it has expired, spent or not: what is left of a family
is what reuse detection needs. A family goes with its absolute expiry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import router
from django.db.models import Max, Min, Model
from django.utils import timezone

from django_claimsauth.conf import settings
from django_claimsauth.tokens.keyring import grace
from django_claimsauth.tokens.models import (
    NotBefore,
    RefreshToken,
    RevokedToken,
    TokenFamily,
)

BATCH_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows of each kind were removed, or would be."""

    refresh_tokens: int = 0
    families: int = 0
    revoked_tokens: int = 0
    not_before: int = 0

    @property
    def total(self) -> int:
        """Rows of every kind."""
        return (
            self.refresh_tokens + self.families + self.revoked_tokens + self.not_before
        )


#: Children first: a family's rows are gone before it goes itself.
TABLES: dict[str, type[Model]] = {
    "refresh_tokens": RefreshToken,
    "families": TokenFamily,
    "revoked_tokens": RevokedToken,
    "not_before": NotBefore,
}


def prune(
    *,
    batch_size: int = BATCH_SIZE,
    dry_run: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
    now: datetime | None = None,
) -> Pruned:
    """
    Delete what has expired, `batch_size` primary keys a statement.

    Each batch is committed on its own: an interruption loses nothing, and two
    runs at once only share the work. Nothing live is touched.

    Args:
        progress: called as `progress(table, done, of)` after each batch, in
            primary keys.

    Raises:
        ValueError: a batch size below 1.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size is {batch_size}; at least 1 is expected.")
    # A family outlives its end by its last access token: strict revocation asks
    # for the family's row, and its absence is a refusal.
    until = (now or timezone.now()) - grace()
    counts = {}
    for name, model in TABLES.items():
        expired = _expired(model, until)
        if dry_run:
            counts[name] = expired.count()
        else:
            counts[name] = sum(_deleted(expired, batch_size, name, progress))
    return Pruned(**counts)


def is_clock_ahead(now: datetime | None = None) -> bool:
    """
    Tell whether the clock says that every token has expired.

    Then either nobody signed in for the whole life of a session, or the clock is
    wrong, and pruning by it would end the sessions of everybody.
    """
    newest = (
        RefreshToken.objects.order_by("-pk").values_list("issued_at", flat=True).first()
    )
    if newest is None:
        return False
    lifetime = settings.tokens.refresh_token_absolute_lifetime
    return bool((now or timezone.now()) - newest > lifetime)


def _expired(model: Any, until: datetime) -> Any:
    alias = router.db_for_write(model)
    return model._default_manager.using(alias).filter(expires_at__lt=until)


def _deleted(
    expired: Any,
    batch_size: int,
    name: str,
    progress: Callable[[str, int, int], None] | None,
) -> Iterator[int]:
    ends = expired.aggregate(first=Min("pk"), last=Max("pk"))
    start, first, last = ends["first"], ends["first"], ends["last"]
    # By ranges of the primary key: a batch is found without a sort or a list.
    while start is not None and start <= last:
        batch = expired.filter(pk__gte=start, pk__lt=start + batch_size)
        deleted = _delete(batch)
        yield deleted
        start += batch_size
        if progress is not None:
            progress(name, min(start, last + 1) - first, last + 1 - first)
        if not deleted:
            # A gap: straight to the next row, however far.
            start = expired.filter(pk__gte=start).aggregate(next=Min("pk"))["next"]


def _delete(batch: Any) -> int:
    # Not `delete()`: it would load every family to look for children, which are
    # gone. No model of these has signals of ours.
    deleted: int = batch._raw_delete(batch.db)  # noqa: SLF001
    return deleted
