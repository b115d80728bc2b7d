"""
What browsers are asked: `parseCreationOptionsFromJSON()` and its like read it.

WebAuthn 5.4 and 5.5, in the JSON of 5.1.8.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django_claimsauth.conf import settings
from django_claimsauth.passkeys.answers import base64url
from django_claimsauth.passkeys.models import Passkey
from django_claimsauth.passkeys.relying_party import RelyingParty

PUBLIC_KEY: Final = "public-key"


def creation_options(
    party: RelyingParty,
    challenge: bytes,
    *,
    handle: str,
    username: str,
    display_name: str,
    exclude: Iterable[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Return the options of `navigator.credentials.create()`."""
    current = settings.passkeys
    selection: dict[str, Any] = {
        "residentKey": current.resident_key,
        "requireResidentKey": current.resident_key == "required",
        "userVerification": current.user_verification,
    }
    if current.authenticator_attachment is not None:
        selection["authenticatorAttachment"] = current.authenticator_attachment
    return {
        "rp": {"id": party.id, "name": party.name},
        "user": {
            "id": base64url(bytes.fromhex(handle)),
            "name": username,
            "displayName": display_name or username,
        },
        "challenge": base64url(challenge),
        "pubKeyCredParams": [
            {"type": PUBLIC_KEY, "alg": each} for each in current.algorithms
        ],
        "timeout": _timeout(),
        "excludeCredentials": list(exclude),
        "authenticatorSelection": selection,
        "attestation": current.attestation,
        "extensions": {"credProps": True},
    }


def request_options(
    party: RelyingParty, challenge: bytes, *, allow: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Return the options of `navigator.credentials.get()`; without `allow`, any may."""
    return {
        "rpId": party.id,
        "challenge": base64url(challenge),
        "timeout": _timeout(),
        "allowCredentials": list(allow),
        "userVerification": settings.passkeys.user_verification,
    }


def descriptor(passkey: Passkey) -> dict[str, Any]:
    """Return how a browser is told of a passkey (WebAuthn 5.8.3)."""
    return described(passkey.credential_id, passkey.transport_hints)


def described(credential_id: str, transports: list[str]) -> dict[str, Any]:
    """Return a descriptor of an id in base64url."""
    return {"type": PUBLIC_KEY, "id": credential_id, "transports": transports}


def _timeout() -> int:
    """Return how long a challenge lives, in milliseconds: no prompt outlives it."""
    return int(settings.passkeys.challenge_lifetime.total_seconds() * 1000)
