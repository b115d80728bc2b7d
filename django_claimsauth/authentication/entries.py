"""One entry of `SCHEMES`: the handler that it makes, and where it forwards to."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django_claimsauth.authentication.handlers import SchemeHandler
from django_claimsauth.conf import SchemeSettings, load
from django_claimsauth.errors import ConfigurationError, SettingsError, near_miss

if TYPE_CHECKING:
    from django.http import HttpRequest

    from django_claimsauth.authentication.results import AuthenticateResult


class ForwardingHandler(SchemeHandler):
    """The handler of an entry without BACKEND: whatever it forwards nowhere fails."""

    def __init__(self, name: str) -> None:
        super().__init__(name)

    def authenticate(self, request: HttpRequest) -> AuthenticateResult:
        """Refuse: asked as a scheme, it does nothing by itself."""
        raise ConfigurationError(
            f"The scheme {self.name!r} has no BACKEND; it only forwards."
        )


def forwarded(entry: SchemeSettings, operation: str, request: Any) -> str | None:
    """
    Return where an operation goes: specific, else selector, else default, or None.

    Raises:
        ConfigurationError: a selector that answers no alias.
    """
    forward = entry.forward
    if forward is None:
        return None
    specific: str | None = getattr(forward, operation)
    if specific is not None:
        return specific
    if forward.selector is None:
        return forward.default
    chosen = load(forward.selector, "FORWARD['selector']")(request)
    if chosen is None:
        return forward.default
    if not isinstance(chosen, str):
        raise ConfigurationError(
            f"The selector {forward.selector!r} returned {chosen!r}; the alias of a "
            "scheme, or None, is expected."
        )
    return chosen


def made(alias: str, entry: SchemeSettings) -> SchemeHandler:
    """
    Return the handler that an entry describes.

    Raises:
        SettingsError: a BACKEND that is no SchemeHandler, unknown OPTIONS.
    """
    if entry.backend is None:
        return ForwardingHandler(alias)
    where = f"CLAIMSAUTH['SCHEMES'][{alias!r}]"
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
