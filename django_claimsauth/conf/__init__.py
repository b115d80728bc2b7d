"""
The only reader of `settings.CLAIMSAUTH`: typed, validated, read at use.

`sections` says what there is, `reading` how a dict becomes that. What was read
is dropped when Django says that a setting changed.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed

from django_claimsauth.conf.reading import load, read
from django_claimsauth.conf.sections import (
    NAME,
    APIKeySettings,
    ForwardSettings,
    PasskeySettings,
    SchemeSettings,
    Settings,
    TokenSettings,
)
from django_claimsauth.errors import ConfigurationError

__all__ = [
    "NAME",
    "APIKeySettings",
    "ForwardSettings",
    "LazySettings",
    "PasskeySettings",
    "SchemeSettings",
    "Settings",
    "TokenSettings",
    "load",
    "read",
    "settings",
]

# `errors` knows no Django; here, where Django is known, the operator's mistakes
# become what Django's own tools expect of a wrong setting.
ConfigurationError.__bases__ += (ImproperlyConfigured,)


FIELDS: Final = tuple(each.name for each in fields(Settings))


class LazySettings:
    """Reads `settings.CLAIMSAUTH` at first use, and again after it changed."""

    def __init__(self) -> None:
        self._read: Settings | None = None
        self._dropped: list[Callable[[], None]] = []

    def current(self) -> Settings:
        """
        Return the settings as they are now.

        Raises:
            SettingsError: an unknown key, or a value of the wrong type.
        """
        known = self._read
        if known is None:
            known = read(Settings, getattr(django_settings, NAME, {}), NAME)
            # Read several times a request: what stands here is found at once.
            self.__dict__.update({each: getattr(known, each) for each in FIELDS})
            self._read = known
        return known

    def on_drop(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call this whenever the settings are dropped: what they made is old."""
        self._dropped.append(callback)
        return callback

    def drop(self, **kwargs: Any) -> None:
        """Forget what was read, when `setting` is ours or is not named."""
        if kwargs.get("setting", NAME) != NAME:
            return
        self._read = None
        for each in FIELDS:
            self.__dict__.pop(each, None)
        for callback in self._dropped:
            callback()

    if typing.TYPE_CHECKING:
        schemes: Mapping[str, SchemeSettings]
        default_scheme: str | None
        default_authenticate_scheme: str | None
        default_challenge_scheme: str | None
        default_forbid_scheme: str | None
        claims_transformations: Sequence[Any]
        invalid_credentials: str
        default_policy: str | None
        fallback_policy: str | None
        fallback_exempt: Sequence[str]
        policy_provider: str | Callable[..., Any] | None
        handlers_after_veto: bool
        hide_forbidden_resources: bool
        problem_details: bool
        insufficient_scope: bool
        trusted_proxy_count: int
        pepper: str | Callable[[], str] | None
        tokens: TokenSettings
        api_keys: APIKeySettings
        passkeys: PasskeySettings
    else:

        def __getattr__(self, name: str) -> Any:
            return getattr(self.current(), name)


settings = LazySettings()
setting_changed.connect(settings.drop, dispatch_uid="django_claimsauth.conf")
