"""System checks of the section `TOKENS`: values that contradict, doors left open."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.core import checks
from rest_framework.settings import api_settings

from django_claimsauth.conf import TokenSettings, settings
from django_claimsauth.errors import ConfigurationError

if TYPE_CHECKING:
    from django.core.checks import CheckMessage

NOTHING = timedelta(0)
LONGEST_WINDOW = timedelta(seconds=60)
#: The endpoints that a guesser floods.
GUESSED = ("sign-in", "refresh")


def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E205: a value of `TOKENS` that is out of its range, or names nothing."""
    try:
        current = settings.tokens
    except ConfigurationError:
        # Said by the check of the settings themselves.
        return []
    return [
        checks.Error(f"CLAIMSAUTH['TOKENS']: {problem}.", id="claimsauth.E205")
        for problem in _problems(current)
    ]


def check_deployment(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W206 revocation is off, W207 nothing slows guessers, W208 a key can be read."""
    try:
        current = settings.tokens
    except ConfigurationError:
        return []
    if not current.signing_keys:
        # No tokens of ours: nothing to revoke, to guess or to steal.
        return []
    return list(_warnings(current))


def _problems(current: TokenSettings) -> Iterator[str]:
    for name in (
        "access_token_lifetime",
        "refresh_token_idle_lifetime",
        "refresh_token_absolute_lifetime",
        "revocation_interval",
    ):
        if getattr(current, name) <= NOTHING:
            yield f"{name.upper()} is {getattr(current, name)}; more than 0 is expected"
    for name in ("leeway", "jwks_max_age"):
        if getattr(current, name) < NOTHING:
            yield f"{name.upper()} is {getattr(current, name)}; 0 or more is expected"
    if not NOTHING <= current.refresh_retry_window <= LONGEST_WINDOW:
        yield (
            f"REFRESH_RETRY_WINDOW is {current.refresh_retry_window}; 0 to 60 seconds "
            "are expected: so long a stolen token may pass for a retry"
        )
    if current.revocation_cache not in (None, *django_settings.CACHES):
        yield f"REVOCATION_CACHE is {current.revocation_cache!r}, none of CACHES"


def _warnings(current: TokenSettings) -> Iterator[CheckMessage]:
    if current.revocation == "off":
        yield checks.Warning(
            "REVOCATION is 'off': a revoked access token counts until it expires.",
            hint="'bounded' costs no query, and bounds that.",
            id="claimsauth.W206",
        )
    rates = api_settings.DEFAULT_THROTTLE_RATES
    open_to_all = [
        each
        for each in GUESSED
        if each in current.endpoints and rates.get(f"claimsauth.{each}") is None
    ]
    if open_to_all:
        names = ", ".join(f"claimsauth.{each}" for each in open_to_all)
        yield checks.Warning(
            f"Nobody counts how often passwords and tokens are tried: {names}.",
            hint='Set rates in REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]: "10/minute".',
            id="claimsauth.W207",
        )
    for path in _exposed(current.signing_keys):
        yield checks.Warning(
            f"The signing key {path} can be read by others on this machine.",
            hint="chmod 600",
            id="claimsauth.W208",
        )


def _exposed(entries: Iterable[Any]) -> Iterator[Path]:
    # Late: PyJWT is loaded when a token is met, not when Django starts.
    from django_claimsauth.tokens.key_entries import directory_of, path_of
    from django_claimsauth.tokens.key_files import KEY_SUFFIXES

    for entry in entries:
        path, directory = path_of(entry), directory_of(entry)
        if directory is not None and directory.is_dir():
            files = sorted(directory.iterdir())
        else:
            files = [] if path is None or not path.is_file() else [path]
        for each in files:
            others = stat.S_IRWXG | stat.S_IRWXO
            if each.suffix in KEY_SUFFIXES and each.stat().st_mode & others:
                yield each
