"""
System checks: what is wrong with the set-up, found before a request is.

Ids are stable: an E is a door that is open or a request that will fail, a W is
worth a look. All are listed in docs/checks.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage

from django_claimsauth.api_keys import checks as api_keys
from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.authentication.transformation import transformations
from django_claimsauth.authorization.decisions import plan_of
from django_claimsauth.authorization.policies import policies
from django_claimsauth.conf import settings
from django_claimsauth.drf import checks as endpoint_checks
from django_claimsauth.errors import ClaimsAuthError, ConfigurationError
from django_claimsauth.passkeys import checks as passkeys
from django_claimsauth.tokens import scheme_checks, settings_checks

OPERATIONS = ("authenticate", "challenge", "forbid")


def find(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return what every room finds wrong with the set-up."""
    found = (each(app_configs, **kwargs) for each in EVERYWHERE)
    return list(chain.from_iterable(found))


def find_before_deployment(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return what every room would not have deployed."""
    found = (each(app_configs, **kwargs) for each in BEFORE_DEPLOYMENT)
    return list(chain.from_iterable(found))


def check_settings(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E001: `settings.CLAIMSAUTH` cannot be read."""
    try:
        settings.current()
        transformations.all()
    except ConfigurationError as error:
        return [_error(error, "claimsauth.E001")]
    return []


def check_schemes(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E002 a scheme cannot be made, E003 no default, E004 forwarding; and their own."""
    if check_settings(None):
        return []
    return [*_scheme_messages(), *_default_messages(), *_forward_messages()]


def check_policies(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E005 a policy of the settings is unknown, E006 a policy cannot be judged."""
    if check_settings(None):
        return []
    return [*_named_messages(), *_policy_messages()]


def check_endpoints(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E007 to E009, E011, W014: what views declare; W010: what nothing guards."""
    if not _is_readable():
        return []
    return [*endpoint_checks.check_endpoints(), *endpoint_checks.check_unguarded()]


def check_middleware(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E012, W013: where our middleware stands, or that it is missing."""
    return endpoint_checks.check_middleware() if _is_readable() else []


def check_deployment(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E010, W015: what must not be deployed."""
    if not _is_readable():
        return []
    found = endpoint_checks.check_unguarded(deploy=True)
    if settings.fallback_policy is None:
        found.append(
            checks.Warning(
                "FALLBACK_POLICY is None: a view that declares nothing is open.",
                hint="Leave it out, or name the policy that such views are held to.",
                id="claimsauth.W015",
            )
        )
    return found


def _is_readable() -> bool:
    """Tell whether settings and policies are sound, so that views can be judged."""
    named = (*check_settings(None), *check_schemes(None), *check_policies(None))
    return not any(each.is_serious() for each in named)


def _scheme_messages() -> Iterator[CheckMessage]:
    for alias, entry in settings.schemes.items():
        if entry.backend is None:
            continue
        try:
            yield from schemes[alias].check()
        except ConfigurationError as error:
            yield _error(error, "claimsauth.E002")


def _default_messages() -> Iterator[CheckMessage]:
    for operation in OPERATIONS:
        try:
            schemes.entry(schemes.default(operation))
        except ConfigurationError as error:
            yield _error(error, "claimsauth.E003")
            return


def _forward_messages() -> Iterator[CheckMessage]:
    for alias, entry in settings.schemes.items():
        forward = entry.forward
        targets = [] if forward is None else [forward.default]
        targets += [getattr(forward, each, None) for each in OPERATIONS]
        for target in targets:
            if target is not None and target not in settings.schemes:
                yield _error(
                    f"The scheme {alias!r} forwards to {target!r}, which is unknown.",
                    "claimsauth.E004",
                )
        if forward is not None and forward.selector is None:
            yield from _ring_messages(alias)


def _ring_messages(alias: str) -> Iterator[CheckMessage]:
    for operation in OPERATIONS:
        try:
            schemes.target(alias, operation, None)
        except ConfigurationError as error:
            yield _error(error, "claimsauth.E004")
            return


def _named_messages() -> Iterable[CheckMessage]:
    for setting in ("default_policy", "fallback_policy"):
        name = getattr(settings, setting)
        if name is None:
            continue
        try:
            policies.resolve(name)
        except ClaimsAuthError as error:
            yield _error(f"{setting.upper()}: {error}", "claimsauth.E005")


def _policy_messages() -> Iterator[CheckMessage]:
    for name, policy in policies.items():
        try:
            plan_of(policy, None)
            for scheme in policy.schemes:
                schemes.entry(scheme)
        except ClaimsAuthError as error:
            yield _error(f"The policy {name!r}: {error}", "claimsauth.E006")


def _error(message: object, id: str) -> CheckMessage:
    return checks.Error(
        str(message),
        hint="See docs/checks.md for what this id means and how to mend it.",
        id=id,
    )


EVERYWHERE = (
    check_settings,
    check_schemes,
    check_policies,
    check_endpoints,
    check_middleware,
    settings_checks.check_settings,
    api_keys.check_section,
    passkeys.check_section,
)
BEFORE_DEPLOYMENT = (
    check_deployment,
    settings_checks.check_deployment,
    scheme_checks.check_switched_off,
    api_keys.check_deployment,
    passkeys.check_deployment,
)
