"""
The life of a key: issue, rotate, revoke, disable, enable.

Each is one transaction that begins with its write, and says so by a signal when
it is done. The key itself is in the return value of `issue()` and `rotate()`,
and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, router, transaction
from django.db.models import F
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from django_claimsauth.api_keys import format, validation  # noqa: A004
from django_claimsauth.api_keys.caching import forget_key
from django_claimsauth.api_keys.errors import ApiKeyError
from django_claimsauth.api_keys.models import ApiKey, State, name_key_for
from django_claimsauth.authentication.digests import digest
from django_claimsauth.conf import settings
from django_claimsauth.signals import (
    api_key_issued,
    api_key_revoked,
    api_key_rotated,
)


@dataclass(frozen=True, slots=True)
class IssuedApiKey:
    """
    A key that was made just now.

    Args:
        api_key: what is stored of it.

        secret: the key, as it is to be presented. Nothing can tell it again.
    """

    api_key: ApiKey
    secret: str = field(repr=False)


def issue(
    name: str,
    *,
    owner: Any = None,
    scopes: Iterable[str] = (),
    claims: Mapping[str, Any] | None = None,
    expires_in: timedelta | None = None,
    allowed_networks: Iterable[str] = (),
    rate: str | None = None,
    key_id: str | None = None,
    now: datetime | None = None,
) -> IssuedApiKey:
    """
    Issue a key: a user's, or without an owner a service's (`service:<name>`).

    Args:
        name: unique among the owner's keys that are not revoked.
        claims: of roles and permissions, a user's key has those that the user has.
        expires_in: None takes `DEFAULT_LIFETIME`.
        allowed_networks: CIDR notation or single addresses; none is any.
        rate: `"100/minute"`.
        key_id: from `format.new_key_id()`, where asking twice must make one key.

    Raises:
        ApiKeyError: what is not accepted, by its code; nothing was written.
        TypeError: an argument of the wrong type.
    """
    now = now or timezone.now()
    _check_owner(owner)
    given: dict[str, Any] = {
        "name": name,
        "scopes": scopes,
        "claims": claims,
        "rate": rate,
    }
    given |= {"expires_in": expires_in, "allowed_networks": allowed_networks}
    fields = validation.checked_fields(now=now, **given)
    return _issued(ApiKey(owner=owner, **fields), key_id or format.new_key_id())


@sensitive_variables("secret")
def _issued(api_key: ApiKey, key_id: str) -> IssuedApiKey:
    secret = format.new_key(key_id)
    api_key.public_id = key_id
    api_key.prefix = format.current_prefix()
    api_key.name_key = name_key_for(api_key.owner_id, api_key.name)
    api_key.digest = digest(secret)
    _insert(api_key)
    api_key_issued.send_robust(sender=ApiKey, api_key=api_key)
    return IssuedApiKey(api_key, secret)


def rotate(
    api_key: ApiKey,
    *,
    overlap: timedelta | None = None,
    expires_in: timedelta | None = None,
    now: datetime | None = None,
) -> IssuedApiKey:
    """
    Give a key a new secret; its id, name, scopes and claims stay.

    Args:
        overlap: how long the old secret works beside the new one, at most until
            its own expiry; None takes `ROTATION_OVERLAP`, zero ends it at once.
            The secret before the old one, if it still worked, ends now.
        expires_in: of the new secret; None gives it the old one's lifetime.

    Raises:
        ApiKeyError: `not_live`, `changed_meanwhile`, `invalid_overlap`,
            `invalid_expiry`.
    """
    now = now or timezone.now()
    overlap = settings.api_keys.rotation_overlap if overlap is None else overlap
    _check_rotation(api_key, overlap, now)
    lifetime = expires_in if expires_in is not None else _lifetime(api_key)
    expires_at = validation.checked_expiry(lifetime, now)
    return _rotated(api_key, overlap, expires_at, now)


def _check_rotation(api_key: ApiKey, overlap: timedelta, now: datetime) -> None:
    if not timedelta(0) <= overlap <= timedelta(days=366):
        raise ApiKeyError(
            "invalid_overlap", "The overlap is between 0 and 366 days.", field="overlap"
        )
    state = api_key.state(now)
    if state not in {State.LIVE, State.EXPIRING}:
        raise ApiKeyError("not_live", f"The key {api_key.name!r} is {state.label}.")


@sensitive_variables("secret")
def _rotated(
    api_key: ApiKey, overlap: timedelta, expires_at: datetime | None, now: datetime
) -> IssuedApiKey:
    secret = format.new_key(api_key.public_id)
    ends = now + overlap
    _change(
        api_key,
        ApiKey.objects.filter(
            generation=api_key.generation, revoked_at=None, digest=api_key.digest
        ),
        digest=digest(secret),
        prefix=format.current_prefix(),
        previous_digest=api_key.digest,
        previous_valid_until=min(ends, api_key.expires_at or ends),
        previous_used_at=None,
        generation=api_key.generation + 1,
        rotated_at=now,
        expires_at=expires_at,
        expiry_warned_at=None,
    )
    api_key_rotated.send_robust(sender=ApiKey, api_key=api_key, overlap=overlap)
    return IssuedApiKey(api_key, secret)


def revoke(api_key: ApiKey, reason: str = "", *, now: datetime | None = None) -> bool:
    """
    End a key for good, its old secret too; its name is free again.

    Returns:
        Whether this call did it; a key that was revoked before stays as it was.

    Raises:
        ApiKeyError: `changed_meanwhile`, there is no such key any more.
    """
    reason = validation.checked_reason(reason)
    try:
        _change(
            api_key,
            ApiKey.objects.filter(revoked_at=None),
            revoked_at=now or timezone.now(),
            reason=reason,
            name_key=None,
            previous_digest="",
        )
    except ApiKeyError as error:
        if error.code != "not_live":
            raise
        api_key.refresh_from_db()
        return False
    api_key_revoked.send_robust(sender=ApiKey, api_key=api_key, reason=reason)
    return True


def disable(api_key: ApiKey, *, now: datetime | None = None) -> None:
    """
    Let a key not work until it is enabled again.

    Raises:
        ApiKeyError: `not_live`, it is revoked.
    """
    _change(
        api_key,
        ApiKey.objects.filter(revoked_at=None),
        disabled_at=now or timezone.now(),
    )


def enable(api_key: ApiKey) -> None:
    """
    Let a disabled key work again.

    Raises:
        ApiKeyError: `not_live`, it is revoked.
    """
    _change(api_key, ApiKey.objects.filter(revoked_at=None), disabled_at=None)


def _lifetime(api_key: ApiKey) -> timedelta | None:
    if api_key.expires_at is None:
        return None
    return api_key.expires_at - (api_key.rotated_at or api_key.created_at)


def _change(api_key: ApiKey, unchanged: Any, **values: Any) -> None:
    """Write in one conditional UPDATE, whose row count says whether it was done."""
    if unchanged.filter(pk=api_key.pk).update(**values) != 1:
        revoked = ApiKey.objects.filter(pk=api_key.pk, revoked_at__isnull=False)
        if revoked.exists():
            raise ApiKeyError("not_live", f"The key {api_key.name!r} is revoked.")
        raise ApiKeyError(
            "changed_meanwhile", f"The key {api_key.name!r} was changed meanwhile."
        )
    for name, value in values.items():
        setattr(api_key, name, value)
    forget_key(api_key.public_id)


def _check_owner(owner: Any) -> None:
    if owner is None:
        return
    if not isinstance(owner, get_user_model()):
        raise TypeError(f"owner is a user or None, not {type(owner).__name__}.")
    if owner.pk is None or not owner.is_active:
        raise ApiKeyError(
            "invalid_owner", f"The user {owner} is not active.", field="owner"
        )


def _insert(api_key: ApiKey) -> None:
    try:
        with transaction.atomic(using=router.db_for_write(ApiKey)):
            if api_key.owner_id is not None:
                _check_limit(api_key.owner_id)
            api_key.save(force_insert=True)
    except IntegrityError as error:
        taken = ApiKey.objects.filter(name_key=api_key.name_key)
        if taken.exclude(public_id=api_key.public_id).exists():
            raise ApiKeyError(
                "duplicate_name",
                f"There is a key {api_key.name!r} already; revoke it, or name this "
                "one differently.",
                field="name",
            ) from error
        if ApiKey.objects.filter(public_id=api_key.public_id).exists():
            raise ApiKeyError(
                "already_issued", "This key was issued already."
            ) from error
        raise


def _check_limit(owner_id: Any) -> None:
    # The UPDATE changes nothing and holds the owner's row, so of several issues
    # that run at once each counts what the one before it wrote. A transaction
    # that began by reading could not write on SQLite while another one does.
    owners = get_user_model()._default_manager.filter(pk=owner_id, is_active=True)
    if not owners.update(is_active=F("is_active")):
        raise ApiKeyError(
            "invalid_owner", "The owner is gone or not active.", field="owner"
        )
    limit = settings.api_keys.max_keys_per_owner
    if limit is None:
        return
    if ApiKey.objects.filter(owner_id=owner_id, revoked_at=None).count() >= limit:
        raise ApiKeyError(
            "too_many_keys",
            f"The owner has {limit} keys, as many as MAX_KEYS_PER_OWNER allows.",
            field="owner",
        )
