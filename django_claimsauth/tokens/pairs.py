"""
What a client is given, and the secrets of refresh tokens.

A successor's secret is derived from the one that was presented, the row's random
salt and a key of the server. So a retry finds the same successor again, though
only digests are stored, and whoever reads the database finds none.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from django.conf import settings as django_settings

from django_claimsauth.authentication import digests
from django_claimsauth.authentication.encoding import encode_base64url

PURPOSE = b"claimsauth.refresh.successor"
BEARER = "Bearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """
    An access token and a refresh token, in clear here and nowhere else.

    Args:
        expires_in: how many seconds the access token lives.

        refresh_expires_at: until when the refresh token may be presented.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    token_type: str = BEARER
    scope: str = ""
    sid: str = ""
    refresh_expires_at: datetime | None = None


def successor_secret(presented: str, salt: str) -> str:
    """Return the secret that follows a presented one: 256 bits in base64url."""
    return next(successor_candidates(presented, salt))


def successor_candidates(presented: str, salt: str) -> Iterator[str]:
    """Yield what the successor's secret is by each key that the server has or had."""
    message = b"\0".join((PURPOSE, salt.encode(), presented.encode()))
    for key in _keys():
        derived = hmac.digest(key, message, "sha256")
        yield encode_base64url(derived).decode("ascii")


def _keys() -> Iterator[bytes]:
    pepper = digests.pepper()
    if pepper:
        # A changed pepper makes every stored digest void: there are no others.
        yield pepper
        return
    yield _derived(django_settings.SECRET_KEY)
    for secret in django_settings.SECRET_KEY_FALLBACKS:
        yield _derived(secret)


@lru_cache(maxsize=4)
def _derived(secret: str | bytes) -> bytes:
    # Its own purpose: nothing else of Django's derives the same key.
    octets = secret if isinstance(secret, bytes) else secret.encode()
    return hashlib.sha256(b"claimsauth.refresh.key\0" + octets).digest()
