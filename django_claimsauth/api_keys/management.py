"""
Who may manage keys at the endpoints, and which keys they may make.

A user who signed in a moment ago manages the user's own keys. A key does so only
by a scope that says so, and makes no key that may more than itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network
from typing import Any

from django_claimsauth.api_keys import owners
from django_claimsauth.api_keys.errors import ApiKeyError
from django_claimsauth.api_keys.models import ApiKey
from django_claimsauth.api_keys.networks import Network, checked_network, networks
from django_claimsauth.authorization.builtin import (
    RequireAuthenticated,
    RequireRecentAuthentication,
    granted_scopes,
)
from django_claimsauth.authorization.policies import Policy
from django_claimsauth.authorization.requirements import Requirement
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.conf import settings

KEY_ID = "key_id"


@dataclass(frozen=True)
class KeyMayManage(Requirement):
    """The caller is no API key, or one with this scope."""

    scope: str

    def judge(
        self, principal: ClaimsPrincipal, resource: object, request: object
    ) -> bool:
        """Tell whether it is so."""
        if not principal.has_claim(KEY_ID):
            return True
        return self.scope in granted_scopes(principal)


@dataclass(frozen=True)
class RecentUnlessKey(RequireRecentAuthentication):
    """The caller signed in recently, or is an API key, which never signs in."""

    def judge(
        self, principal: ClaimsPrincipal, resource: object, request: object
    ) -> bool:
        """Tell whether it is so."""
        if principal.has_claim(KEY_ID):
            return True
        return super().judge(principal, resource, request)


def managing_policy() -> Policy:
    """Return what is asked of whoever issues, rotates or revokes keys."""
    requirements: list[Requirement] = [
        RequireAuthenticated(),
        KeyMayManage(settings.api_keys.issuing_scope),
    ]
    recent = settings.api_keys.recent_authentication
    if recent is not None:
        requirements.append(RecentUnlessKey(recent))
    return Policy(*requirements)


def calling_key(principal: ClaimsPrincipal) -> ApiKey | None:
    """Return the key by which the caller came, or None."""
    claim = principal.find_first(KEY_ID)
    if claim is None:
        return None
    found: ApiKey | None = ApiKey.objects.filter(public_id=str(claim.value)).first()
    return found


def check_scopes(principal: ClaimsPrincipal, owner: Any, scopes: Iterable[str]) -> None:
    """
    Refuse scopes that the caller does not have.

    The caller's are those of its credential. One that carries none, a session, has
    those that `OWNER_SCOPES` lets the user's keys carry, and none without it.

    Raises:
        ApiKeyError: `invalid_scope`.
    """
    scopes = tuple(scopes)
    held = granted_scopes(principal)
    if not held and settings.api_keys.owner_scopes is not None:
        held = frozenset(scopes)
    allowed = held.intersection(owners.scopes_within(owner.pk, scopes))
    lacking = [scope for scope in scopes if scope not in allowed]
    if lacking:
        raise ApiKeyError(
            "invalid_scope",
            f"The caller does not have the scope {lacking[0][:40]!r}.",
            field="scopes",
        )


def bounds_of(parent: ApiKey | None, given: dict[str, Any]) -> dict[str, Any]:
    """
    Return what a key is issued with that another key asks for.

    It carries the other's claims, and of expiry, networks and rate at most the
    other's.

    Raises:
        ApiKeyError: `invalid_network`, it would work from elsewhere;
            `invalid_expiry`, it would outlive the other.
    """
    if parent is None:
        return given
    return {
        **given,
        "claims": parent.claims,
        "rate": parent.rate or given.get("rate"),
        "allowed_networks": _networks_within(parent, given["allowed_networks"]),
        "expires_in": _expiry_within(parent, given["expires_in"], given["now"]),
    }


def _networks_within(parent: ApiKey, asked: list[str]) -> list[str]:
    if not parent.networks:
        return asked
    if not asked:
        return list(parent.allowed_networks)
    outer = networks(parent.networks)
    for text in asked:
        if not any(_within(each, text) for each in outer):
            raise ApiKeyError(
                "invalid_network",
                f"The calling key does not work from {text[:60]!r}.",
                field="allowed_networks",
            )
    return asked


def _within(outer: Network, text: str) -> bool:
    (inner,) = networks(checked_network(text))
    if isinstance(outer, IPv4Network):
        return isinstance(inner, IPv4Network) and inner.subnet_of(outer)
    return not isinstance(inner, IPv4Network) and inner.subnet_of(outer)


def _expiry_within(
    parent: ApiKey, asked: timedelta | None, now: Any
) -> timedelta | None:
    if parent.expires_at is None:
        return asked
    left: timedelta = parent.expires_at - now
    if asked is None:
        return left
    if asked > left:
        raise ApiKeyError(
            "invalid_expiry",
            "The key would outlive the one that asks for it.",
            field="expires_in",
        )
    return asked
