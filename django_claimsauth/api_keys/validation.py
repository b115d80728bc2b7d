"""What a key may be issued with; each check refuses with a code of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django_claimsauth.api_keys.errors import ApiKeyError
from django_claimsauth.api_keys.models import NAME_LENGTH, REASON_LENGTH
from django_claimsauth.api_keys.networks import MAX_NETWORKS, checked_network
from django_claimsauth.api_keys.owners import PERMISSION_TYPE
from django_claimsauth.api_keys.principals import RESERVED_TYPES
from django_claimsauth.authentication.rates import parse_rate
from django_claimsauth.claims import Claim
from django_claimsauth.conf import settings

MAX_SCOPES: Final = 100
MAX_SCOPE_LENGTH: Final = 128
MAX_CLAIMS_LENGTH: Final = 4096
_SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+")  # RFC 6749 3.3


def checked_fields(
    *,
    name: object,
    scopes: Iterable[str],
    claims: Mapping[str, Any] | None,
    expires_in: timedelta | None,
    allowed_networks: Iterable[str],
    rate: str | None,
    now: datetime,
) -> dict[str, Any]:
    """
    Return the fields of the key that these arguments of `flows.issue()` describe.

    Raises:
        ApiKeyError: the first that is not accepted.
    """
    return {
        "name": checked_name(name),
        "scope": checked_scopes(scopes),
        "claims": checked_claims(claims),
        "networks": checked_networks(allowed_networks),
        "rate": checked_rate(rate),
        "created_at": now,
        "expires_at": checked_expiry(expires_in, now),
    }


def checked_name(name: object) -> str:
    """Return the name without blanks around it: 1 to 100 printable characters."""
    if not isinstance(name, str):
        raise TypeError(f"A key's name is a str, not {name!r}.")
    stripped = name.strip()
    if not 1 <= len(stripped) <= NAME_LENGTH or not stripped.isprintable():
        raise ApiKeyError(
            "invalid_name",
            f"A name of 1 to {NAME_LENGTH} printable characters is expected, not "
            f"{name[:40]!r}.",
            field="name",
        )
    return stripped


def checked_reason(reason: object) -> str:
    """Return the reason of a revocation, on one line."""
    if not isinstance(reason, str):
        raise TypeError(f"A reason is a str, not {reason!r}.")
    stripped = reason.strip()
    if len(stripped) > REASON_LENGTH or not (stripped.isprintable()):
        raise ApiKeyError(
            "invalid_reason",
            f"A reason of at most {REASON_LENGTH} printable characters is expected.",
            field="reason",
        )
    return stripped


def checked_scopes(scopes: Iterable[str]) -> str:
    """Return the scopes with blanks between them, each once."""
    distinct = dict.fromkeys(_listed(scopes, "scopes"))
    for scope in distinct:
        if len(scope) > MAX_SCOPE_LENGTH or not _SCOPE.fullmatch(scope):
            raise ApiKeyError(
                "invalid_scope",
                f"{scope[:40]!r} is no scope: at most {MAX_SCOPE_LENGTH} visible ASCII "
                "characters without quote and backslash are expected.",
                field="scopes",
            )
    if len(distinct) > MAX_SCOPES:
        raise ApiKeyError(
            "invalid_scope",
            f"{len(distinct)} scopes; at most {MAX_SCOPES} are expected.",
            field="scopes",
        )
    return " ".join(distinct)


def checked_networks(networks: Iterable[str]) -> str:
    """Return the networks with blanks between them, each once."""
    distinct = dict.fromkeys(
        checked_network(each) for each in _listed(networks, "allowed_networks")
    )
    if len(distinct) > MAX_NETWORKS:
        raise ApiKeyError(
            "invalid_network",
            f"{len(distinct)} networks; at most {MAX_NETWORKS} are expected.",
            field="allowed_networks",
        )
    return " ".join(distinct)


def checked_rate(rate: str | None) -> str:
    """Return the rate in its one spelling, empty where there is none."""
    if rate is None or rate == "":
        return ""
    try:
        return str(parse_rate(rate))
    except ValueError as error:
        raise ApiKeyError("invalid_rate", str(error), field="rate") from error


def checked_claims(claims: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the key's own claims: JSON values, none of them reserved."""
    if claims is None:
        return {}
    if not isinstance(claims, Mapping):
        raise TypeError(f"claims is a mapping of types to values, not {claims!r}.")
    checked = {type: _checked_values(type, value) for type, value in claims.items()}
    for permission in checked.get(PERMISSION_TYPE, []):
        if not isinstance(permission, str) or not _is_permission(permission):
            raise _invalid_claim(
                f"'app_label.codename' is a permission, not {permission!r}"
            )
    length = len(json.dumps(checked, ensure_ascii=False))
    if length > MAX_CLAIMS_LENGTH:
        raise _invalid_claim(
            f"claims are {length} characters; {MAX_CLAIMS_LENGTH} may be"
        )
    return checked


def _is_permission(text: str) -> bool:
    return "." in text and len(text.split()) == 1


def _checked_values(type: Any, value: Any) -> list[Any]:
    if type in RESERVED_TYPES:
        raise _invalid_claim(f"a key's {type!r} is not an own claim")
    values = list(value) if isinstance(value, list | tuple) else [value]
    try:
        for each in values:
            # What a request would stumble over is refused while somebody looks.
            Claim(type, each)
            _as_text(type, each).encode()
        return json.loads(json.dumps(values))  # type: ignore[no-any-return]
    except (TypeError, ValueError, RecursionError) as error:
        raise _invalid_claim(f"{str(type)[:40]!r}: {str(error)[:120]}") from error


def _as_text(type: str, value: Any) -> str:
    text = type + json.dumps(value, ensure_ascii=False)
    if "\\u0000" in text or "\0" in text:
        raise ValueError("a NUL character, which not every database stores")
    return text


def _invalid_claim(found: str) -> ApiKeyError:
    return ApiKeyError("invalid_claim", f"Invalid claim: {found}.", field="claims")


def checked_expiry(expires_in: timedelta | None, now: datetime) -> datetime | None:
    """Return when the key expires, by the argument, the default and the limit."""
    limit = settings.api_keys.max_lifetime
    lifetime = (
        expires_in if expires_in is not None else settings.api_keys.default_lifetime
    )
    if lifetime is None:
        lifetime = limit
    if lifetime is None:
        return None
    if not isinstance(lifetime, timedelta):
        raise TypeError(f"expires_in is a timedelta, not {lifetime!r}.")
    if lifetime <= timedelta(0):
        raise ApiKeyError(
            "invalid_expiry", "The expiry is not in the future.", field="expires_in"
        )
    if limit is not None and lifetime > limit:
        raise ApiKeyError(
            "invalid_expiry",
            f"The expiry is later than MAX_LIFETIME ({limit}) allows.",
            field="expires_in",
        )
    try:
        return now + lifetime
    except OverflowError as error:
        raise ApiKeyError(
            "invalid_expiry", "The expiry is beyond the year 9999.", field="expires_in"
        ) from error


def _listed(values: Iterable[str], name: str) -> list[str]:
    if isinstance(values, str | bytes | Mapping):
        raise TypeError(f"{name} is a list of str, not {type(values).__name__}.")
    listed = list(values)
    for each in listed:
        if not isinstance(each, str):
            raise TypeError(f"{name} is a list of str; it has {each!r}.")
    return listed
