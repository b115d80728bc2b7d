"""System checks of bearer schemes before they are deployed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core import checks

from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.conf import settings
from django_claimsauth.errors import ConfigurationError

if TYPE_CHECKING:
    from django.core.checks import CheckMessage


def check_switched_off(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W209: a bearer scheme does not look at something that tokens are judged by."""
    return [
        checks.Warning(
            f"The scheme {alias!r} switches validations off: {', '.join(names)}.",
            hint="Leave them out, or silence this where each of them is meant.",
            id="claimsauth.W209",
        )
        for alias, names in _switched_off()
    ]


def _switched_off() -> Iterator[tuple[str, tuple[str, ...]]]:
    try:
        aliases = list(settings.schemes)
    except ConfigurationError:
        # Said by the check of the settings themselves, as the next is of schemes.
        return
    for alias in aliases:
        try:
            names = getattr(schemes[alias], "switched_off", ())
        except ConfigurationError:
            continue
        if names:
            yield alias, names
