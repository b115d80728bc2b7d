"""System checks of the section `API_KEYS` and of the schemes that accept keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings as django_settings
from django.core import checks
from django.core.checks import CheckMessage

from django_claimsauth.api_keys.format import accepted_prefixes
from django_claimsauth.api_keys.handler import APIKeyHandler
from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.conf import load, settings
from django_claimsauth.errors import ConfigurationError

OWNER_SCOPES: Final = "CLAIMSAUTH['API_KEYS']['OWNER_SCOPES']"
#: Caches of Django's that do not count for all processes in one step.
INEXACT_CACHES: Final = frozenset(
    f"django.core.cache.backends.{name}"
    for name in (
        "locmem.LocMemCache",
        "dummy.DummyCache",
        "db.DatabaseCache",
        "filebased.FileBasedCache",
    )
)


def check_section(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E301: a prefix, or the path of `OWNER_SCOPES`, is none."""
    try:
        section = settings.api_keys
    except ConfigurationError:
        # E001 says so.
        return []
    try:
        accepted_prefixes()
        load(section.owner_scopes, OWNER_SCOPES)
    except ConfigurationError as error:
        return [checks.Error(str(error), id="claimsauth.E301")]
    return []


def check_deployment(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W302 keys in URLs, W303 revocation is not seen, W304 rates are not shared."""
    try:
        handlers = list(_handlers())
    except ConfigurationError:
        # E001 or E002 says so.
        return []
    if not handlers:
        return []
    found = [message for each in handlers for message in _warnings(each)]
    return [*found, *_cache_warnings()]


def _handlers() -> Iterator[APIKeyHandler]:
    for alias, entry in settings.schemes.items():
        handler = schemes[alias] if entry.backend is not None else None
        if isinstance(handler, APIKeyHandler):
            yield handler


def _warnings(handler: APIKeyHandler) -> Iterator[CheckMessage]:
    if handler.query_parameter is not None:
        yield checks.Warning(
            f"The scheme {handler.name!r} takes keys from the URL.",
            hint="URLs are written to logs and histories; use the header.",
            id="claimsauth.W302",
        )
    if handler.lookup == "off":
        yield checks.Warning(
            f"The scheme {handler.name!r} reads a key once; another process that "
            "revokes it is not heard.",
            hint='Set lookup to "strict" or "bounded".',
            id="claimsauth.W303",
        )


def _cache_warnings() -> Iterator[CheckMessage]:
    backend = django_settings.CACHES.get("default", {}).get("BACKEND")
    if backend in INEXACT_CACHES:
        yield checks.Warning(
            f"The default cache is {backend}: rates of keys and throttles hold for "
            "each process alone, or not exactly.",
            hint="Use Redis or Memcached, whose counts are one step for all.",
            id="claimsauth.W304",
        )
