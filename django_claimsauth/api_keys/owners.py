"""
What a key's owner may do: the bound of what the key may.

Asked at use and not when the key was issued, so what the owner lost, the key
lost. A key that carries no role, no permission and no bounded scope asks nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist

from django_claimsauth.authentication.compiled import CompiledSelect, Param
from django_claimsauth.conf import load, settings

ROLE_TYPE = "roles"
PERMISSION_TYPE = "permission"


def _group_names() -> Any:
    model = get_user_model()
    return (
        model._default_manager.filter(pk=Param("owner_id", model._meta.pk))
        .filter(groups__name__isnull=False)
        .values_list("groups__name")
    )


_GROUPS = CompiledSelect(_group_names)


def roles_of(owner_id: Any) -> frozenset[str]:
    """Return the names of a user's groups; none where its model has no groups."""
    try:
        get_user_model()._meta.get_field("groups")
    except FieldDoesNotExist:
        return frozenset()
    return frozenset(name for (name,) in _GROUPS.all(owner_id=owner_id))


def permissions_of(owner_id: Any) -> frozenset[str]:
    """Return every permission that the user's backends grant."""
    owner = get_user_model()._default_manager.filter(pk=owner_id).first()
    ask = getattr(owner, "get_all_permissions", None)
    return frozenset(ask()) if ask is not None else frozenset()


def scopes_within(owner_id: Any, scopes: Iterable[str]) -> tuple[str, ...]:
    """Return those of the scopes that `OWNER_SCOPES` lets this user's keys carry."""
    scopes = tuple(scopes)
    bound = load(
        settings.api_keys.owner_scopes, "CLAIMSAUTH['API_KEYS']['OWNER_SCOPES']"
    )
    if bound is None or not scopes:
        return scopes
    owner = get_user_model()._default_manager.filter(pk=owner_id).first()
    allowed = frozenset(bound(owner)) if owner is not None else frozenset()
    return tuple(scope for scope in scopes if scope in allowed)


def bound(user: Any, permissions: frozenset[str]) -> Any:
    """Let this user object grant no permission but these, each if its backends do."""
    has_perm, everything = user.has_perm, user.get_all_permissions

    def bound_has_perm(perm: str, obj: Any = None) -> bool:
        return perm in permissions and bool(has_perm(perm, obj))

    async def bound_ahas_perm(perm: str, obj: Any = None) -> bool:
        return perm in permissions and bool(await ahas_perm(perm, obj))

    ahas_perm = user.ahas_perm
    user.has_perm, user.ahas_perm = bound_has_perm, bound_ahas_perm
    user.get_all_permissions = lambda obj=None: everything(obj) & permissions
    user.has_module_perms = lambda app_label: any(
        each.startswith(f"{app_label}.") and has_perm(each) for each in permissions
    )
    return user
