"""
Following what Django grants: who changed is forgotten, from the start.

By receivers that import late: with a change, not when Django starts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models.signals import m2m_changed, post_delete, post_save


def register() -> None:
    """Follow the changes of users, groups and permissions, whatever the model."""
    if not apps.is_installed("django.contrib.auth"):
        return
    from django.contrib.auth.models import Group, Permission

    user_model = get_user_model()
    _follow(post_save, _user_changed, [user_model])
    _follow(post_delete, _user_changed, [user_model])
    shared = [Group, Permission]
    _follow(post_delete, _something_changed, shared)
    joining = list(_joining_tables(user_model))
    _follow(post_save, _something_changed, [*shared, *joining])
    _follow(m2m_changed, _joined, joining)
    _follow(m2m_changed, _something_changed, [Group.permissions.through])


def _joining_tables(user_model: type[Any]) -> Iterable[Any]:
    for name in ("groups", "user_permissions"):
        try:
            yield user_model._meta.get_field(name).remote_field.through
        except (FieldDoesNotExist, AttributeError):
            # A model of one's own may have neither, or something else of the name.
            continue


def _follow(signal: Any, receiver: Any, senders: list[Any]) -> None:
    # By sender: a receiver of every model's deletions would slow them all down.
    for sender in senders:
        uid = f"django_claimsauth.{receiver.__name__}.{sender._meta.label}"
        signal.connect(receiver, sender=sender, dispatch_uid=uid)


def _user_changed(**kwargs: Any) -> None:
    from django_claimsauth.authentication import grant_versions

    grant_versions.user_changed(**kwargs)


def _something_changed(**kwargs: Any) -> None:
    from django_claimsauth.authentication import grant_versions

    grant_versions.something_changed(**kwargs)


def _joined(**kwargs: Any) -> None:
    from django_claimsauth.authentication import grant_versions

    grant_versions.joined(**kwargs)
