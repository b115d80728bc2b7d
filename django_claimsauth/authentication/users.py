"""
Django's users and our principals, each made of the other.

`sub` of a principal that this project vouches for is the primary key of a local
user; a stranger's `sub` never is, however much it looks like one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.signals import setting_changed
from django.db.models.manager import BaseManager

from django_claimsauth.authentication.compiled import CompiledSelect, Param
from django_claimsauth.claims import LOCAL_ISSUER, ClaimsPrincipal

#: The longest text that is looked up as a primary key.
MAX_SUBJECT_LENGTH: Final = 255


class PrincipalUser:
    """
    What `request.user` is for a principal that has no local user.

    It is authenticated, has no primary key and no permission: what a principal
    may do is what policies say, never what an absent row says.
    """

    pk = None
    id = None
    is_active = True
    is_staff = False
    is_superuser = False
    is_anonymous = False

    def __init__(self, principal: ClaimsPrincipal) -> None:
        self.principal = principal

    @property
    def is_authenticated(self) -> bool:
        """Always as the principal."""
        return self.principal.is_authenticated

    @property
    def username(self) -> str:
        """The principal's name, else its subject."""
        return self.get_username()

    def get_username(self) -> str:
        """Return the principal's name, else its subject, else an empty str."""
        shown = self.principal.name
        if shown is None:
            shown = self.principal.subject
        return "" if shown is None else str(shown)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Return False: permissions belong to local users."""
        return False

    def has_perms(self, perm_list: object, obj: object = None) -> bool:
        """Return False: permissions belong to local users."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """Return False: permissions belong to local users."""
        return False

    def get_all_permissions(self, obj: object = None) -> set[str]:
        """Return nothing: permissions belong to local users."""
        return set()

    async def ahas_perm(self, perm: str, obj: object = None) -> bool:
        """Do as `has_perm()`."""
        return False

    async def ahas_perms(self, perm_list: object, obj: object = None) -> bool:
        """Do as `has_perms()`."""
        return False

    async def ahas_module_perms(self, app_label: str) -> bool:
        """Do as `has_module_perms()`."""
        return False

    async def aget_all_permissions(self, obj: object = None) -> set[str]:
        """Do as `get_all_permissions()`."""
        return set()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PrincipalUser):
            return NotImplemented
        return self.principal == other.principal

    def __hash__(self) -> int:
        return hash(self.principal)

    def __str__(self) -> str:
        return self.get_username()


def anonymous_user() -> Any:
    """Return Django's AnonymousUser; its module holds models, so it waits for apps."""
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()


def subject_of(user: Any) -> str:
    """Return the `sub` claim of a local user: its primary key, as text."""
    return str(user.pk)


def principal_of_user(user: Any, authentication_type: str) -> ClaimsPrincipal:
    """
    Return the principal of a local user: `sub` and `name`.

    An inactive user, like no user, is anonymous.
    """
    if user is None or not user.is_authenticated or not user.is_active:
        return ClaimsPrincipal.anonymous()
    # A model of one's own may have a number, or an object, for a user name.
    claims = {"sub": subject_of(user), "name": str(user.get_username())}
    return ClaimsPrincipal.of(authentication_type, claims)


def local_subject(principal: ClaimsPrincipal) -> object:
    """
    Return the `sub` of the principal that names a local user, or None.

    Only what the primary identity vouches for counts, and only a `sub` that this
    project stated (issuer `LOCAL AUTHORITY`).
    """
    identity = principal.identity
    if identity is None or not identity.is_authenticated:
        return None
    for claim in identity.claims:
        if claim.type == "sub":
            return claim.value if claim.issuer == LOCAL_ISSUER else None
    return None


def local_user_of(principal: ClaimsPrincipal) -> Any | None:
    """
    Return the active local user that this principal's own `sub` names, or None.

    One query.
    """
    subject = local_subject(principal)
    return None if subject is None else find_user(subject)


def key_of(subject: object) -> Any | None:
    """
    Return the primary key that is written exactly like this, or None.

    What is not the canonical text of a key (" 1", "01", 10**30) is none.
    """
    if not isinstance(subject, str) or len(subject) > MAX_SUBJECT_LENGTH:
        return None
    if "\0" in subject:
        return None
    try:
        key = _table().key.to_python(subject)
    except (ValidationError, ValueError, TypeError, OverflowError):
        return None
    return key if key is not None and str(key) == subject else None


def find_user(subject: object) -> Any | None:
    """Return the active user whose primary key is written like this, or None."""
    key = key_of(subject)
    if key is None:
        return None
    try:
        user = _loaded(key)
    except (ValueError, OverflowError):
        return None
    # A database may compare without regard to case; a subject is exact. And a
    # model of one's own may work out `is_active`, so it is asked of the user.
    if user is None or subject_of(user) != subject or not user.is_active:
        return None
    return user


def _loaded(key: Any) -> Any | None:
    """Return the user with this primary key, as the model's own manager finds it."""
    table = _table()
    manager = table.model._default_manager
    if type(manager).get_queryset is not BaseManager.get_queryset:
        # Whom it finds may depend on more than the row: on the tenant, on the time.
        return manager.filter(pk=key).first()
    row = _BY_KEY.first(key=key)
    if row is None:
        return None
    return table.model.from_db(_BY_KEY.alias, table.columns, row)


class _Table(NamedTuple):
    """The user model, its primary key and the attributes of its columns."""

    model: Any
    key: Any
    columns: list[str]


@lru_cache(maxsize=1)
def _table() -> _Table:
    model: Any = get_user_model()
    columns = [field.attname for field in model._meta.concrete_fields]
    return _Table(model, model._meta.pk, columns)


def _forget(**kwargs: Any) -> None:
    _table.cache_clear()


setting_changed.connect(_forget, dispatch_uid="django_claimsauth.users")


def _by_key() -> Any:
    model, key, columns = _table()
    return model._default_manager.filter(pk=Param("key", key)).values_list(*columns)


_BY_KEY: Final = CompiledSelect(_by_key)


def user_of(principal: ClaimsPrincipal) -> object:
    """Return the local user where `sub` is ours, else a `PrincipalUser`."""
    user = local_user_of(principal)
    return PrincipalUser(principal) if user is None else user
