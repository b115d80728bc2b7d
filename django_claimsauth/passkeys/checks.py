"""
System checks of the section `PASSKEYS`.

Whoever has set no `RP_ID` has no passkeys, and hears nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings as django_settings
from django.core import checks
from django.core.checks import CheckMessage

from django_claimsauth.conf import load, settings
from django_claimsauth.errors import ConfigurationError
from django_claimsauth.passkeys.relying_party import SETTING, relying_party
from django_claimsauth.passkeys.verification import (
    is_available,
    supported_algorithms,
)

HOOKS: Final = ("verify_attestation", "create_user", "other_ways_in", "aaguid_names")


def check_section(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E401 the relying party, E402 the extra, E403 algorithms, E404 hooks."""
    if not _is_used():
        return []
    return [*_party_messages(), *_library_messages(), *_hook_messages()]


def check_deployment(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """W405 an origin of this very machine, W406 a backend that nobody asks."""
    if not _is_used() or check_section(None):
        return []
    return [*_origin_messages(), *_backend_messages()]


def _is_used() -> bool:
    try:
        return settings.passkeys.rp_id is not None
    except ConfigurationError:
        # E001 says so.
        return False


def _party_messages() -> Iterator[CheckMessage]:
    current = settings.passkeys
    try:
        relying_party()
    except ConfigurationError as error:
        yield checks.Error(str(error), id="claimsauth.E401")
    if current.challenge_lifetime.total_seconds() <= 0 or current.max_per_user < 1:
        yield checks.Error(
            f"{SETTING}: CHALLENGE_LIFETIME and MAX_PER_USER are positive.",
            id="claimsauth.E401",
        )


def _library_messages() -> Iterator[CheckMessage]:
    if not is_available():
        yield checks.Error(
            f"{SETTING}['RP_ID'] is set, and the package 'webauthn' is not installed.",
            hint="pip install 'django-claimsauth[passkeys]'",
            id="claimsauth.E402",
        )
        return
    unknown = set(settings.passkeys.algorithms) - supported_algorithms()
    if unknown or not settings.passkeys.algorithms:
        yield checks.Error(
            f"{SETTING}['ALGORITHMS'] is {list(settings.passkeys.algorithms)}; at "
            f"least one of {sorted(supported_algorithms())} is expected.",
            id="claimsauth.E403",
        )


def _hook_messages() -> Iterator[CheckMessage]:
    for name in HOOKS:
        where = f"{SETTING}['{name.upper()}']"
        try:
            load(getattr(settings.passkeys, name), where)
        except ConfigurationError as error:
            yield checks.Error(str(error), id="claimsauth.E404")


def _origin_messages() -> Iterator[CheckMessage]:
    local = [each for each in relying_party().origins if each.startswith("http://")]
    if local:
        yield checks.Warning(
            f"{SETTING}['ORIGINS'] has {', '.join(local)}: whatever runs on a user's "
            "own machine may ask for passkeys.",
            id="claimsauth.W405",
        )


def _backend_messages() -> Iterator[CheckMessage]:
    backend = settings.passkeys.session_backend
    if backend is not None and backend not in django_settings.AUTHENTICATION_BACKENDS:
        yield checks.Warning(
            f"{SETTING}['SESSION_BACKEND'] is {backend!r}, which is none of "
            "AUTHENTICATION_BACKENDS: its sessions are nobody's.",
            id="claimsauth.W406",
        )
