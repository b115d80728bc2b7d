"""
Secrets of high entropy, and the digests that stand for them in the database.

A secret of 256 random bits needs no slow hash: nobody searches that space.
With a `PEPPER` the digest is an HMAC, so a stolen database alone cannot even
confirm a guess; a `PEPPER` that is changed makes every stored digest void.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django_claimsauth.conf import settings
from django_claimsauth.errors import SettingsError

#: Bytes of randomness in every secret that this project makes.
SECRET_BYTES = 32


def new_secret() -> str:
    """Return 256 random bits as 43 characters of base64url, without padding."""
    return secrets.token_urlsafe(SECRET_BYTES)


def pepper() -> bytes:
    """
    Return the setting `PEPPER` as bytes, empty where there is none.

    Raises:
        SettingsError: a function that returns no str.
    """
    configured = settings.pepper
    if configured is None:
        return b""
    value = configured() if callable(configured) else configured
    if value is not None and not isinstance(value, str):
        # A digest by another key than was meant would void every stored one.
        raise SettingsError(
            f"CLAIMSAUTH['PEPPER'] made a {type(value).__name__}; a str is expected."
        )
    return (value or "").encode()


def digest(secret: str) -> str:
    """
    Return what is stored of a secret: 64 hexadecimal characters.

    SHA-256, or HMAC-SHA-256 keyed with the `PEPPER` where one is set. What
    cannot be encoded (a lone surrogate) gets a digest that nothing stored has.
    """
    presented = secret.encode("utf-8", "surrogatepass")
    key = pepper()
    if not key:
        return hashlib.sha256(presented).hexdigest()
    return hmac.new(key, presented, hashlib.sha256).hexdigest()


def matches(one: str, other: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
