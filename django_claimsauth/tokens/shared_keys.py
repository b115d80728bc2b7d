"""
An issuer's keys in Django's cache, so that a new process need not fetch them.

They are signed with the project's SECRET_KEY: whoever can write into the cache
must not be able to name the keys that tokens are verified with.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.core.signing import BadSignature, Signer

from django_claimsauth.authentication.encoding import decode_json, encode_json

logger = logging.getLogger(__name__)

SALT = "django_claimsauth.tokens.shared_keys"


@dataclass(frozen=True, slots=True)
class Published:
    """
    What an issuer published.

    Args:
        jwks: the JWK set as it came.

        jwks_uri: where it was.

        fetched_at: in seconds since 1970.
    """

    jwks: dict[str, Any]
    jwks_uri: str
    fetched_at: float


class SharedKeys:
    """
    The entry of one authority in one of Django's caches.

    Args:
        alias: the cache, by its name in `CACHES`.

        seconds: how long an entry is kept.
    """

    def __init__(
        self, authority: str, *, alias: str = "default", seconds: float
    ) -> None:
        digest = hashlib.sha256(authority.encode()).hexdigest()
        self._key = f"claimsauth:keys:{digest}"
        self._alias = alias
        self._seconds = seconds

    def read(self) -> Published | None:
        """Return what is in the cache, None for nothing, garbage, or no cache."""
        try:
            text = caches[self._alias].get(self._key)
            if not isinstance(text, str):
                return None
            document = decode_json(_signer().unsign(text).encode())
            return Published(
                jwks=dict(document["jwks"]),
                jwks_uri=str(document["jwks_uri"]),
                fetched_at=float(document["fetched_at"]),
            )
        except BadSignature:
            logger.warning("The keys in the cache were not written by us.")
        except Exception:
            # A cache that is away, or what it unpickled, must not end a request.
            logger.warning("The keys in the cache cannot be read.", exc_info=True)
        return None

    def write(self, published: Published) -> None:
        """Put it into the cache; a cache that is away is only logged."""
        document = {
            "jwks": published.jwks,
            "jwks_uri": published.jwks_uri,
            "fetched_at": published.fetched_at,
        }
        try:
            text = _signer().sign(encode_json(document).decode("ascii"))
            caches[self._alias].set(self._key, text, timeout=self._seconds)
        except Exception:
            logger.warning("The keys cannot be put into the cache.", exc_info=True)


def _signer() -> Signer:
    return Signer(salt=SALT)
