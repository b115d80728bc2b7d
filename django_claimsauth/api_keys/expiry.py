"""Keys that will soon expire, reported once for each expiry."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from django_claimsauth.api_keys.models import ApiKey, State
from django_claimsauth.conf import settings
from django_claimsauth.signals import api_key_expiring


def expiring(within: timedelta, now: datetime) -> QuerySet[ApiKey]:
    """Return the live keys that expire within this time, the first to go first."""
    found: QuerySet[ApiKey] = ApiKey.objects.in_state(State.LIVE, now).filter(
        expires_at__lte=now + within
    )
    return found.order_by("expires_at")


def warn_expiring(
    within: timedelta | None = None, *, now: datetime | None = None
) -> list[ApiKey]:
    """
    Send `api_key_expiring` for each key that expires soon, once for each expiry.

    Args:
        within: how soon; None takes `EXPIRY_WARNING`.

    Returns:
        The keys that were reported by this call.
    """
    now = now or timezone.now()
    within = settings.api_keys.expiry_warning if within is None else within
    unwarned = expiring(within, now).filter(expiry_warned_at=None)
    return [
        api_key
        for api_key in unwarned.select_related("owner").iterator()
        if warn(api_key, now)
    ]


def warn(api_key: ApiKey, now: datetime) -> bool:
    """Send `api_key_expiring` unless another process did; tell whether it was sent."""
    unwarned = ApiKey.objects.filter(pk=api_key.pk, expiry_warned_at=None)
    if not unwarned.update(expiry_warned_at=now):
        return False
    api_key.expiry_warned_at = now
    api_key_expiring.send_robust(sender=ApiKey, api_key=api_key)
    return True


def is_near(expires_at: datetime | None, now: datetime) -> bool:
    """Tell whether this expiry is one to warn of."""
    return (
        expires_at is not None and expires_at <= now + settings.api_keys.expiry_warning
    )
