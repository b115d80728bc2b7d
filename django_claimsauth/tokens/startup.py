"""
What ends a user's sessions besides the flows: another password, deactivation, the end.

By signals of the user model, so whatever changes a user through `save()` counts:
the admin, a form, a reset. `QuerySet.update()` sends none; then strict revocation
still sees `is_active`, and a refresh still sees the password.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models.signals import post_save, pre_delete
from django.utils import timezone

from django_claimsauth.tokens.models import RevocationReason, TokenFamily

WATCHED = frozenset({"password", "is_active"})


def register() -> None:
    """Listen to the user model, and to its proxies, whose signals are their own."""
    for model in _user_models():
        name = model._meta.label
        post_save.connect(
            end_by_change, sender=model, dispatch_uid=f"claimsauth.change.{name}"
        )
        pre_delete.connect(
            end_by_deletion, sender=model, dispatch_uid=f"claimsauth.delete.{name}"
        )


def end_by_change(
    instance: Any,
    created: bool,  # noqa: FBT001  # as Django sends it
    update_fields: Collection[str] | None = None,
    raw: bool = False,  # noqa: FBT001, FBT002
    **kwargs: Any,
) -> None:
    """End the sessions of a user who is inactive, or has another password."""
    if created or raw:
        return
    if update_fields is not None and WATCHED.isdisjoint(update_fields):
        return
    # Late: PyJWT is loaded when a token is met, not when Django starts.
    from django_claimsauth.tokens.grants import stamp_of
    from django_claimsauth.tokens.revocation import revoke_families, revoke_user_id

    live = TokenFamily.objects.filter(user_id=instance.pk, revoked_at=None)
    if not instance.is_active:
        if live.exists():
            revoke_user_id(instance.pk, reason=RevocationReason.USER_ENDED)
        return
    older = live.exclude(stamp=stamp_of(getattr(instance, "password", "")))
    revoke_families(older, RevocationReason.PASSWORD_CHANGED, user_id=instance.pk)


def end_by_deletion(instance: Any, **kwargs: Any) -> None:
    """End the sessions of a user who is about to be deleted."""
    from django_claimsauth.tokens.revocation import revoke_user_id

    # The rows go with the user, and the stamp stays. It lies a second ahead: by whole
    # seconds, as `iat` is, a token of this very second would be younger than it.
    moment = timezone.now() + timedelta(seconds=1)
    revoke_user_id(instance.pk, reason=RevocationReason.USER_ENDED, now=moment)


def _user_models() -> Iterator[type[Any]]:
    user_model = get_user_model()
    return (each for each in apps.get_models() if issubclass(each, user_model))
