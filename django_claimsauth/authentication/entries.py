"""One entry of `SCHEMES`: the handler that it makes, and where it forwards to."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from django_claimsauth.authentication.handlers import SchemeHandler
from django_claimsauth.conf import SchemeSettings, load
from django_claimsauth.errors import ConfigurationError, SettingsError, near_miss


def forwarded(entry: SchemeSettings, operation: str, request: Any) -> str | None:
    """Return where an operation goes: specific, else selector, else default, or None."""
    forward = entry.forward
    if forward is None:
        return None
    specific: str | None = getattr(forward, operation)
    if specific is not None:
        return specific
    selector = load(forward.selector, "FORWARD's selector")
    chosen: str | None = selector(request) if selector is not None else None
    return chosen if chosen is not None else forward.default


def made(alias: str, entry: SchemeSettings) -> SchemeHandler:
    """
    Return the handler that an entry describes.

    Raises:
        SettingsError: no BACKEND, one that is no SchemeHandler, unknown OPTIONS.
    """
    where = f"CLAIMSAUTH['SCHEMES'][{alias!r}]"
    if entry.backend is None:
        raise SettingsError(f"{where} has no BACKEND; it only forwards.")
    backend = load(entry.backend, f"{where}['BACKEND']")
    if not (inspect.isclass(backend) and issubclass(backend, SchemeHandler)):
        raise SettingsError(
            f"{where}['BACKEND'] is {entry.backend!r}; a subclass of SchemeHandler "
            "is expected."
        )
    _check_options(backend, entry.options, where)
    try:
        return backend(alias, **entry.options)
    except (TypeError, ValueError) as error:
        if isinstance(error, ConfigurationError):
            raise
        raise SettingsError(f"{where}['OPTIONS'] does not fit: {error}") from error


def _check_options(
    backend: type[SchemeHandler], options: Mapping[str, Any], where: str
) -> None:
    parameters = inspect.signature(backend).parameters
    if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
        return
    known = [name for name in parameters if name != "name"]
    for option in options:
        if option not in known:
            raise SettingsError(
                f"{where}['OPTIONS'] has an unknown key {option!r}"
                f"{near_miss(option, known)} Known: {', '.join(known) or 'none'}."
            )


