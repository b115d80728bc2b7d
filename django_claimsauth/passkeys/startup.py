"""What passkeys hand down at start-up: the policy of their own endpoints."""

from __future__ import annotations

from typing import Final

from django_claimsauth.authorization.builtin import RequireAuthenticated
from django_claimsauth.authorization.policies import policies

#: Who may look at, add and change passkeys of one's own. A project that wants other
#: schemes than the default one, or more, replaces it in a `policies.py`.
MANAGE: Final = "passkeys.manage"


def register() -> None:
    """Name the policy; doing it twice does it once."""
    if MANAGE not in policies:
        policies.add(MANAGE, RequireAuthenticated())
