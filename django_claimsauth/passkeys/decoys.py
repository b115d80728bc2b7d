"""
What an unknown name is answered: a passkey that does not exist, always the same.

Whoever asks twice, or asks for many names, cannot tell who has an account. The
shape follows what real authenticators make.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Final

from django.conf import settings as django_settings

from django_claimsauth.authentication import digests
from django_claimsauth.passkeys.answers import base64url
from django_claimsauth.passkeys.options import described

PURPOSE: Final = b"claimsauth.passkeys.decoy\0"
#: Lengths of ids and transports as phones, computers and keys have them.
SHAPES: Final = (
    (20, ("hybrid", "internal")),
    (32, ("internal",)),
    (16, ("hybrid", "internal")),
    (48, ("nfc", "usb")),
)


def decoy_descriptor(username: str) -> dict[str, Any]:
    """Return the descriptor that this name always gets."""
    message = PURPOSE + username.encode("utf-8", "surrogatepass")
    stream = hmac.new(_key(), message, hashlib.sha512).digest()
    length, transports = SHAPES[stream[-1] % len(SHAPES)]
    return described(base64url(stream[:length]), list(transports))


def _key() -> bytes:
    secret = django_settings.SECRET_KEY
    octets = secret if isinstance(secret, bytes) else secret.encode()
    return digests.pepper() or hashlib.sha256(PURPOSE + octets).digest()
