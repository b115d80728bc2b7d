"""System checks of the section `TOKENS` and of bearer schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core import checks

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
