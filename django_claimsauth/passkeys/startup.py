"""What passkeys hand down at start-up: the policy of their endpoints."""

from __future__ import annotations

from typing import Final

from django_claimsauth import hooks

#: Who may look at, add and change passkeys of one's own. A project that wants other
#: schemes than the default one, or more, replaces it in a `policies.py`.
MANAGE: Final = "passkeys.manage"


def register() -> None:
    """Name the policy; doing it twice does it once."""
    hooks.authorization.wait(_name)


def _name() -> None:
    from django_claimsauth.authorization import RequireAuthenticated, policies

    if MANAGE not in policies:
        policies.add(MANAGE, RequireAuthenticated())
