"""
The fixed sentence that a client is told for each code (`error_description`, RFC 6750).

Never a value from the token: nothing that a stranger sent can stand in a header.
"""

from __future__ import annotations

DESCRIPTIONS = {
    "token_expired": "The token has expired.",
    "token_not_yet_valid": "The token is not valid yet.",
    "missing_claim": "The token lacks a required claim.",
    "invalid_audience": "The token was issued for another audience.",
    "invalid_issuer": "The token was issued by an unknown issuer.",
    "invalid_signature": "The token's signature is invalid.",
    "unknown_key": "The token was signed with an unknown key.",
    "algorithm_not_allowed": "The token's algorithm is not allowed.",
    "invalid_token_type": "The token is not an access token.",
    "token_revoked": "The token has been revoked.",
    "token_inactive": "The token is not active.",
    "unknown_user": "The token's user is not known here.",
    "keys_unavailable": "The issuer's keys are not available at the moment.",
}
"""By code. A code that is not listed has no description: what is wrong says nothing
to an honest client, which never built the token itself."""

CODES = frozenset(
    {*DESCRIPTIONS, "invalid_claim", "malformed_token", "token_too_large"}
)
"""Every code that an InvalidTokenError of a token can have."""
