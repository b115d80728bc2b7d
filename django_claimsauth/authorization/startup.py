"""What the settings say about policies, read at start-up and when they change."""

from __future__ import annotations

from django_claimsauth.authorization.policies import policies
from django_claimsauth.conf import load, settings


def register() -> None:
    """Have the registry ask the provider that the settings name."""
    policies.provide(_provided)
    settings.on_drop(policies.changed)


def _provided(name: str) -> object:
    provider = load(settings.policy_provider, "CLAIMSAUTH['POLICY_PROVIDER']")
    return None if provider is None else provider(name)
