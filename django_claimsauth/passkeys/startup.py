"""What passkeys hand down at start-up: the policy of their endpoints, the checks."""

from __future__ import annotations

from typing import Final

from django_claimsauth.authorization.builtin import RequireAuthenticated
from django_claimsauth.authorization.policies import policies
from django_claimsauth.passkeys import checks

#: Who may look at, add and change passkeys of one's own. A project that wants other
#: schemes than the default one, or more, replaces it in a `policies.py`.
MANAGE: Final = "passkeys.manage"


def register() -> None:
    """Name the policy and the checks; doing it twice does it once."""
    if MANAGE not in policies:
        policies.add(MANAGE, RequireAuthenticated())
    checks.register()
