"""
When what Django grants changes: versions in its cache, moved by its signals.

What is cached about a user was true under two versions, the user's own and
everybody's. A change moves one of them, so every process that shares the cache
sees it with its next request. What sends no signal (`QuerySet.update()`, a row
of a joining table deleted by hand) and what another process with a cache of its
own changes is seen when the entry ends; `forget_user()` and `forget_everybody()`
are for code that knows better.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.core.cache import cache
from django.db import transaction

logger = logging.getLogger("django_claimsauth.authentication")
#: The longest that an entry may live. A version outlives every entry that was
#: made before it, so that none comes to life again where the version is gone.
LONGEST: Final = timedelta(hours=1)
PREFIX: Final = "claimsauth.grants.1"
EVERYBODY: Final = f"{PREFIX}.everybody"
#: More users than this are everybody.
MAX_FORGOTTEN: Final = 100


def key_name(kind: str, key: object) -> str:
    """Return the cache key of something of a user; a primary key may be any text."""
    text = hashlib.sha256(str(key).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{PREFIX}.{kind}.{text}"


def forget_user(key: object, *, using: str | None = None) -> None:
    """Have what is cached of this user's groups and permissions read again."""
    _move(key_name("version", key), using)


def forget_everybody(*, using: str | None = None) -> None:
    """Have what is cached of everybody's groups and permissions read again."""
    _move(EVERYBODY, using)


def user_changed(
    sender: object,
    instance: Any,
    using: str,
    update_fields: frozenset[str] | None = None,
    **kwargs: Any,
) -> None:
    """Forget a user that was saved or deleted."""
    # Every sign-in writes this column, and it grants nothing.
    if update_fields != frozenset({"last_login"}):
        forget_user(instance.pk, using=using)


def something_changed(sender: object, using: str, **kwargs: Any) -> None:
    """Forget everybody: what many share was changed."""
    if not kwargs.get("action", "").startswith("pre_"):
        forget_everybody(using=using)


def joined(
    *,
    instance: Any,
    action: str,
    reverse: bool,
    pk_set: set[Any] | None,
    using: str,
    **kwargs: Any,
) -> None:
    """Forget who was joined to groups or permissions, or parted from them."""
    if action.startswith("pre_"):
        return
    users = pk_set if reverse else {instance.pk}
    if users is None or len(users) > MAX_FORGOTTEN:
        forget_everybody(using=using)
        return
    for key in users:
        forget_user(key, using=using)


def _move(name: str, using: str | None) -> None:
    connection = transaction.get_connection(using)
    _set(name)
    if connection.in_atomic_block:
        # Another process may read the old rows until they are committed.
        transaction.on_commit(partial(_set, name), using=using, robust=True)


def _set(name: str) -> None:
    lifetime = 2 * LONGEST.total_seconds()
    try:
        cache.set(name, secrets.token_hex(8), lifetime)
    except Exception:
        # A user must be lockable while the cache is away; entries end by themselves.
        logger.exception("A change of groups or permissions could not be announced.")
