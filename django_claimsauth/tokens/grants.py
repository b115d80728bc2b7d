"""
What a user's tokens say: the roles, the project's own claims, who may have them.

Read from the database at each minting, so a role that was taken away is out of
the next access token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BooleanField, CharField, Value

from django_claimsauth.authentication.compiled import CompiledSelect, Param
from django_claimsauth.authentication.digests import digest
from django_claimsauth.authentication.transformation import transformations
from django_claimsauth.conf import load, settings
from django_claimsauth.errors import ConfigurationError

HOOK = "CLAIMSAUTH['TOKENS']['CLAIMS']"


def stamp_of(password: str) -> str:
    """
    Return what stands for a user's credentials in its families.

    Args:
        password: the encoded hash, as the user's row has it. Another password,
            or another hash of the same one, has another stamp.
    """
    # A purpose in front: this digest is worth nothing where others are compared.
    return digest(f"claimsauth.stamp:{password}")


def has_field(name: str) -> bool:
    """Tell whether the project's user model has a column, or relation, of this name."""
    try:
        get_user_model()._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def active_column(prefix: str = "") -> Any:
    """Return where a query finds whether a user is active: always, without a column."""
    if has_field("is_active"):
        return f"{prefix}is_active"
    return Value(1, output_field=BooleanField())


def password_column(prefix: str = "") -> Any:
    """Return where a query finds the user's password hash, empty without a column."""
    if has_field("password"):
        return f"{prefix}password"
    return Value("", output_field=CharField())


def group_column(prefix: str = "") -> Any:
    """Return where a query finds a user's groups, a row each; None without groups."""
    if has_field("groups"):
        return f"{prefix}groups__name"
    return Value(None, output_field=CharField())


def _group_names() -> Any:
    model = get_user_model()
    found = model._default_manager.filter(pk=Param("user_id", model._meta.pk))
    return found.order_by().values_list("groups__name")


_GROUPS = CompiledSelect(_group_names, for_write=True)


def roles_of(user_id: Any) -> list[str]:
    """Return the names of a user's groups, sorted; none for a model without them."""
    if not has_field("groups"):
        return []
    rows = _GROUPS.all(user_id=user_id)
    return sorted(name for (name,) in rows if name is not None)


def own_claims(user_id: Any, user: Any = None) -> dict[str, Any]:
    """
    Return the project's own claims about a user.

    First those of the hook `CLAIMS`, a function `(user)`, then those that each
    transformation with a method `token_claims(user)` chooses for tokens.

    Raises:
        ConfigurationError: a hook that returns no mapping.
    """
    hooks = _hooks()
    if not hooks:
        return {}
    if user is None:
        user = get_user_model()._default_manager.get(pk=user_id)
    claims: dict[str, Any] = {}
    for hook in hooks:
        answer = hook(user)
        if not isinstance(answer, Mapping):
            raise ConfigurationError(
                f"{hook!r} returned {type(answer).__name__}; a dict of claims is "
                "expected."
            )
        claims.update(answer)
    return claims


def _hooks() -> list[Callable[[Any], Any]]:
    hook = settings.tokens.claims
    hooks = [] if hook is None else [load(hook, HOOK)]
    for each in transformations.all():
        chooses = getattr(each, "token_claims", None)
        if chooses is not None:
            hooks.append(chooses)
    return hooks
