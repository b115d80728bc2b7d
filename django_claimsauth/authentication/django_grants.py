"""What Django grants a local user: groups and permissions, cached."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth import get_backends, get_user_model
from django.core.cache import cache
from django.core.exceptions import FieldDoesNotExist

from django_claimsauth.authentication.grant_versions import EVERYBODY, key_name
from django_claimsauth.authentication.requests import state_of
from django_claimsauth.authentication.users import key_of, local_subject

if TYPE_CHECKING:
    from django.http import HttpRequest

    from django_claimsauth.claims import ClaimsPrincipal

NOTE: Final = "django_grants"
#: A credential with this claim says itself what it may, and is not widened.
KEY_ID_TYPE: Final = "key_id"
#: What of a backend decides about permissions.
DECIDING: Final = (
    "get_all_permissions",
    "get_user_permissions",
    "get_group_permissions",
    "_get_permissions",
    "_get_user_permissions",
    "_get_group_permissions",
)


@dataclass(frozen=True, slots=True)
class Grants:
    """
    What Django grants a user; an inactive user, like no user, is granted nothing.

    `permissions` is None where nobody has asked for them yet.
    """

    is_active: bool = False
    is_superuser: bool = False
    groups: tuple[str, ...] = ()
    permissions: tuple[str, ...] | None = None


NOTHING: Final = Grants(permissions=())


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a user's grants, and under which versions."""

    grants: Grants
    versions: tuple[str | None, str | None] = (None, None)


def grants_of(
    principal: ClaimsPrincipal,
    request: HttpRequest,
    *,
    permissions: bool,
    timeout: timedelta,
) -> Grants:
    """
    Return what Django grants the local user that this principal is.

    Read once a request; from the cache where it is known there, else by one
    query, and one more where the permissions are asked for.
    """
    subject = local_subject(principal)
    identity = principal.identity
    if identity is None or any(e.type == KEY_ID_TYPE for e in identity.claims):
        return NOTHING
    key = key_of(subject)
    if key is None:
        return NOTHING
    known: dict[Any, Read] = state_of(request).notes.setdefault(NOTE, {})
    read = known.get(subject)
    if read is None or (permissions and read.grants.permissions is None):
        read = known[subject] = _read(
            key, read, permissions=permissions, timeout=timeout
        )
    return read.grants


def _read(
    key: Any, read: Read | None, *, permissions: bool, timeout: timedelta
) -> Read:
    """Return what is granted; what this request has read already is not read again."""
    if not timeout:
        found = None if read is None else read.grants
        return Read(_loaded(key, found, permissions=permissions))
    name, own = key_name("user", key), key_name("version", key)
    answer = cache.get_many([name, own, EVERYBODY])
    # Read before the rows are: what changes in between makes the entry void.
    versions = (answer.get(own), answer.get(EVERYBODY))
    # Half of it, read before a change, would make an old entry under new versions.
    found = read.grants if read is not None and read.versions == versions else None
    entry = answer.get(name)
    if entry is not None and entry[0] == versions:
        found = Grants(*entry[1])
        if found.permissions is not None or not permissions:
            return Read(found, versions)
    loaded = _loaded(key, found, permissions=permissions)
    fields = (loaded.is_active, loaded.is_superuser, loaded.groups, loaded.permissions)
    cache.set(name, (versions, fields), timeout.total_seconds())
    return Read(loaded, versions)


def _loaded(key: Any, found: Grants | None, *, permissions: bool) -> Grants:
    standing = found or _standing(key)
    if not standing.is_active:
        return NOTHING
    if not permissions:
        return standing
    return Grants(
        is_active=True,
        is_superuser=standing.is_superuser,
        groups=standing.groups,
        permissions=tuple(sorted(_permissions(key, standing))),
    )


def _standing(key: Any) -> Grants:
    """Return who the user is to Django, and the groups, by one query as a rule."""
    model = get_user_model()
    if _is_computed(model, "is_active") or _is_computed(model, "is_superuser"):
        return _standing_of(model._default_manager.filter(pk=key).first())
    columns = [each for each in ("is_active", "is_superuser") if _has(model, each)]
    names = ["pk", *columns, *(["groups__name"] if _has(model, "groups") else [])]
    try:
        rows = list(model._default_manager.filter(pk=key).order_by().values(*names))
    except (ValueError, OverflowError):
        # A key that the database cannot hold: MySQL refuses 0.
        return NOTHING
    # A database may compare without regard to case; a key is exact.
    if not rows or rows[0]["pk"] != key:
        return NOTHING
    groups = {row.get("groups__name") for row in rows} - {None}
    return Grants(
        is_active=rows[0].get("is_active", getattr(model, "is_active", True)),
        is_superuser=rows[0].get("is_superuser", getattr(model, "is_superuser", False)),
        groups=tuple(sorted(groups)),
    )


def _standing_of(user: Any) -> Grants:
    """Return the same of a model of one's own that works out what it is."""
    if user is None or not user.is_active:
        return NOTHING
    groups = user.groups.values_list("name", flat=True) if _has(user, "groups") else ()
    superuser = bool(getattr(user, "is_superuser", False))
    return Grants(is_active=True, is_superuser=superuser, groups=tuple(sorted(groups)))


def _has(model: Any, name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def _is_computed(model: Any, name: str) -> bool:
    """Tell whether an attribute is neither a column nor a constant."""
    absent = object()
    found = inspect.getattr_static(model, name, absent)
    return not (found is absent or isinstance(found, bool) or _has(model, name))


def _permissions(key: Any, standing: Grants) -> set[str]:
    from django.contrib.auth.models import Permission, PermissionsMixin

    model: Any = get_user_model()
    ask = getattr(model, "get_all_permissions", None)
    if ask is None:
        return set()
    if ask is not PermissionsMixin.get_all_permissions or not _are_plain():
        # Another backend, or the model, has its own opinion, at its own price.
        user = model._default_manager.filter(pk=key).first()
        return set() if user is None else set(user.get_all_permissions())
    names = ("content_type__app_label", "codename")
    every = Permission.objects.order_by().values_list(*names)
    if not standing.is_superuser:
        own = model._meta.get_field("user_permissions").related_query_name()
        group = model._meta.get_field("groups").related_query_name()
        by_group = every.filter(**{f"group__{group}": key})
        # Without an order said, the union would be ordered as the model is.
        every = every.filter(**{own: key}).union(by_group).order_by()
    return {f"{app_label}.{codename}" for app_label, codename in every}


def _are_plain() -> bool:
    """Tell whether Django's own backend is the one that decides."""
    from django.contrib.auth.backends import BaseBackend, ModelBackend

    kinds = {type(each) for each in get_backends()}
    asked = {each for each in kinds if hasattr(each, DECIDING[0])}
    django = {each for each in asked if _decides_as(each, ModelBackend)}
    silent = {each for each in asked if _decides_as(each, BaseBackend)}
    return bool(django) and asked == django | silent


def _decides_as(kind: type, other: type) -> bool:
    return all(
        getattr(kind, name, None) is getattr(other, name, None) for name in DECIDING
    )
