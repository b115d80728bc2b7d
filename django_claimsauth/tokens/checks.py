"""System checks of the section `TOKENS` and of bearer schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core import checks
from django.core.exceptions import FieldDoesNotExist

from django_claimsauth.errors import ConfigurationError
from django_claimsauth.tokens.keyring import WHERE, keys

if TYPE_CHECKING:
    from django.core.checks import CheckMessage


def check_bearer(handler: Any) -> list[CheckMessage]:
    """Check that a scheme for our own tokens has issuer, audience and a key."""
    try:
        handler.validator  # noqa: B018
    except ConfigurationError as error:
        return [
            checks.Error(
                f"The scheme {handler.name!r} accepts no token: {error}",
                id="claimsauth.E201",
            )
        ]
    if not handler.is_own:
        return []
    return check_signing_keys()


def check_user_field(handler: Any) -> list[CheckMessage]:
    """Check that the field by which a scheme looks its users up is there."""
    options = handler.bearer_options
    if options.user != "lookup" or options.user_field is None:
        return []
    try:
        get_user_model()._meta.get_field(options.user_field)
    except FieldDoesNotExist as error:
        return [
            checks.Error(
                f"The scheme {handler.name!r} finds no user: {error}.",
                hint="Name a field of the user model in user_field.",
                id="claimsauth.E204",
            )
        ]
    return []


def check_signing_keys() -> list[CheckMessage]:
    """Check that the signing keys can be read, and that there is one."""
    try:
        held = keys.held()
    except ConfigurationError as error:
        return [checks.Error(f"{WHERE}: {error}", id="claimsauth.E202")]
    if held:
        return []
    return [
        checks.Warning(
            f"{WHERE} holds no key: no token can be issued.",
            hint="Make one: manage.py create_signing_key --dir <directory>",
            id="claimsauth.W203",
        )
    ]
