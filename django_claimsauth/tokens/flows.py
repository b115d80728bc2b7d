"""
The verbs of tokens: issue, rotate, revoke, prune. No HTTP here.

    from django_claimsauth.tokens import flows as tokens

    pair = tokens.issue(user, scopes=["documents.read"], client="web")
    pair = tokens.rotate(pair.refresh_token)
    tokens.revoke(pair.access_token)
    tokens.revoke_all(user)
    tokens.prune()
"""

from __future__ import annotations

from django_claimsauth.tokens.devices import Device
from django_claimsauth.tokens.issuance import issue, issue_one_time
from django_claimsauth.tokens.pairs import TokenPair
from django_claimsauth.tokens.pruning import prune
from django_claimsauth.tokens.revocation import (
    revoke,
    revoke_all,
    revoke_families,
    revoke_session,
)
from django_claimsauth.tokens.rotation import rotate
from django_claimsauth.tokens.step_up import step_up

__all__ = [
    "Device",
    "TokenPair",
    "issue",
    "issue_one_time",
    "prune",
    "revoke",
    "revoke_all",
    "revoke_families",
    "revoke_session",
    "rotate",
    "step_up",
]
