"""
Who we are to authenticators: an id, a name, and the origins that may ask for us.

All of it comes from the settings. A Host header is written by the client, and an
id that followed it would let a passkey be asked for under another name.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django_claimsauth.conf import settings
from django_claimsauth.errors import SettingsError

SETTING: Final = "CLAIMSAUTH['PASSKEYS']"
DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.(?!-)[a-z0-9-]{1,63})*")
_APP_ORIGIN = re.compile(r"android:apk-key-hash(?:-sha256)?:[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """
    The relying party of WebAuthn.

    Args:
        id: a domain, of which passkeys are part for ever.

        origins: exactly as browsers write them: `https://app.example`.

        top_origins: of pages that may embed ours, where embedding is allowed.
    """

    id: str
    name: str
    origins: tuple[str, ...]
    allow_cross_origin: bool = False
    top_origins: tuple[str, ...] = ()

    @property
    def id_hash(self) -> bytes:
        """What authenticators sign in the id's place."""
        return hashlib.sha256(self.id.encode()).digest()

    @property
    def related_origins(self) -> tuple[str, ...]:
        """The web origins, for `/.well-known/webauthn` (WebAuthn 5.11)."""
        return tuple(each for each in self.origins if each.startswith("https://"))


def relying_party() -> RelyingParty:
    """
    Return the relying party that the settings describe.

    Raises:
        SettingsError: no `RP_ID`, or an id or an origin that no browser knows.
    """
    current = settings.passkeys
    if current.rp_id is None:
        raise SettingsError(
            f"{SETTING}['RP_ID'] is not set; the site's domain is expected, such as "
            "'example.com'."
        )
    if not _DOMAIN.fullmatch(current.rp_id):
        raise SettingsError(
            f"{SETTING}['RP_ID'] is {current.rp_id!r}; a domain in lower case is "
            "expected, without scheme and port."
        )
    origins = tuple(current.origins) or (f"https://{current.rp_id}",)
    for each in (*origins, *current.top_origins):
        check_origin(each)
    return RelyingParty(
        id=current.rp_id,
        name=current.rp_name or current.rp_id,
        origins=origins,
        allow_cross_origin=current.allow_cross_origin,
        top_origins=tuple(current.top_origins),
    )


def check_origin(origin: str) -> None:
    """
    Return if a browser, or an Android app, could write this origin.

    Raises:
        SettingsError: it could not, so that nothing would ever match it.
    """
    if _APP_ORIGIN.fullmatch(origin):
        return
    if _as_written(origin) != origin or not _is_secure(origin):
        raise SettingsError(
            f"{SETTING} has the origin {origin!r}; scheme, host and port are expected "
            "as browsers write them, such as 'https://example.com', with http for "
            "localhost alone."
        )


def _as_written(origin: str) -> str | None:
    """Return the origin as a browser would write it, None where it is none."""
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if port is None or port == DEFAULT_PORTS.get(parts.scheme):
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def _is_secure(origin: str) -> bool:
    """Tell whether browsers offer passkeys there: https, or this very machine."""
    if origin.startswith("https://"):
        return True
    host = origin.removeprefix("http://").partition(":")[0]
    is_local = host == "localhost" or host.endswith(".localhost")
    return origin.startswith("http://") and is_local
