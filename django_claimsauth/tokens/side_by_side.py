"""
Bearer schemes side by side: whose token is it?

What a token says of its issuer is believed by nobody. It only tells apart a token
that is bad from one that another scheme of this project is there to judge; nor does
a token of one issuer ever reach the introspection endpoint of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_claimsauth.authentication.encoding import decode_base64url, decode_json
from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.errors import ConfigurationError

if TYPE_CHECKING:
    from django_claimsauth.tokens.bearer import BearerHandler

SEGMENTS = 3
#: What a token is refused for that may well be good for another scheme.
NOT_OURS = frozenset({"invalid_issuer", "malformed_token"})
UNREADABLE = ""


def stated_issuer(token: str) -> str | None:
    """Return what a token says of its issuer: None of no JWT, "" of no readable one."""
    segments = token.split(".")
    if len(segments) != SEGMENTS:
        return None if len(segments) == 1 else UNREADABLE
    try:
        claims = decode_json(decode_base64url(segments[1].encode()))
    except ValueError:
        # An opaque token may have dots in it as well.
        return None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else UNREADABLE


def is_anothers(handler: BearerHandler, token: str, code: str) -> bool:
    """
    Tell whether a token that a scheme refused is another scheme's to judge.

    Args:
        code: what it was refused for.
    """
    if code not in NOT_OURS:
        return False
    issuer = stated_issuer(token)
    return issuer != UNREADABLE and another_accepts(handler, issuer)


def another_accepts(handler: BearerHandler, issuer: str | None) -> bool:
    """Tell whether another bearer scheme is there for tokens of this issuer."""
    if handler.accepts_issuer(issuer):
        return False
    return any(_accepts(alias, issuer) for alias in schemes if alias != handler.name)


def _accepts(alias: str, issuer: str | None) -> bool:
    try:
        accepts = getattr(schemes[alias], "accepts_issuer", None)
        return accepts is not None and accepts(issuer)
    except ConfigurationError:
        # A scheme that cannot be made is reported by the checks, and takes nothing.
        return False
