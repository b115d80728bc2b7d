"""
The options of a bearer scheme, and the validator that they describe.

Without an issuer of its own a scheme accepts what this project issues, by the
section `TOKENS`; its other options then only differ from that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django_claimsauth.claims import LOCAL_ISSUER
from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens.discovery import discovered_keys
from django_claimsauth.tokens.issuers import Issuer
from django_claimsauth.tokens.jwks import KeySource
from django_claimsauth.tokens.own import own_parameters
from django_claimsauth.tokens.parameters import TokenValidationParameters
from django_claimsauth.tokens.sources import key_source
from django_claimsauth.tokens.validation import TokenValidator

#: With one of these, the tokens are another issuer's.
FOREIGN = ("authority", "issuers", "keys", "discovery")


def is_own(options: Mapping[str, Any]) -> bool:
    """Tell whether a scheme with these options accepts this project's own tokens."""
    return not any(name in options for name in FOREIGN)


def validator_of(options: Mapping[str, Any]) -> TokenValidator:
    """
    Return the validator that the given options describe.

    Raises:
        SettingsError: an option that does not fit, or `TOKENS` without issuer.
    """
    if is_own(options):
        return TokenValidator(own_parameters(**options))
    parameters = TokenValidationParameters(**_foreign(options))
    for issuer in parameters.bound_issuers():
        # A stranger whose claims count as ours would name our users.
        if issuer == LOCAL_ISSUER:
            raise SettingsError(
                f"An issuer is {LOCAL_ISSUER!r}, which means ourselves."
            )
    return TokenValidator(parameters)


def _foreign(options: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(options)
    authority = given.pop("authority", None)
    keys = given.pop("keys", None)
    issuers = given.pop("issuers", None)
    discovery = given.pop("discovery", None) or {}
    if isinstance(issuers, Mapping):
        given["issuers"] = {
            name: _bound(entry, name, discovery) for name, entry in issuers.items()
        }
        return given
    given["issuers"] = [authority] if issuers is None else issuers
    if keys is not None:
        given["keys"] = key_source(keys)
    elif authority is not None:
        given["keys"] = discovered_keys(authority, **discovery)
    return given


def _bound(entry: Any, name: Any, discovery: Mapping[str, Any]) -> Any:
    if not isinstance(entry, Issuer):
        return _keys_of(entry, None, name, discovery)
    return replace(entry, keys=_keys_of(entry.keys, entry.authority, name, discovery))


def _keys_of(
    given: Any, authority: str | None, name: Any, discovery: Mapping[str, Any]
) -> KeySource:
    if given is not None:
        return key_source(given)
    issuer = getattr(name, "template", name)
    if authority is None and issuer != name:
        raise SettingsError(
            f"The issuer {issuer!r} has no keys, and its tenants no address of their "
            "own: name its authority."
        )
    return discovered_keys(authority or issuer, **{"issuer": issuer, **discovery})
