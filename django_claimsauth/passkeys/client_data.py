"""
What the browser says of a ceremony: type, challenge, origin (WebAuthn 5.8.1).

Read strictly: UTF-8, each member once, the types of the specification.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any, Final

from django_claimsauth.authentication.encoding import decode_base64url, decode_json
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.relying_party import RelyingParty

CREATE: Final = "webauthn.create"
GET: Final = "webauthn.get"
#: A challenge of ours has 32 bytes; what is longer is none.
MAX_CHALLENGE: Final = 128
TOKEN_BINDINGS: Final = frozenset({"supported", "present", "not-supported"})


@dataclass(frozen=True, slots=True)
class ClientData:
    """The members of `clientDataJSON` that are judged, and the octets themselves."""

    type: str
    challenge: bytes
    origin: str
    cross_origin: bool
    top_origin: str | None
    octets: bytes


def parse_client_data(octets: bytes) -> ClientData:
    """
    Return client data.

    Raises:
        PasskeyError: it is not what a browser writes.
    """
    try:
        return _client_data(decode_json(octets), octets)
    except ValueError as error:
        raise PasskeyError("malformed_answer", f"client data: {error}") from error


def check_client_data(data: ClientData, kind: str, party: RelyingParty) -> None:
    """
    Return if type, origin and embedding are those of the ceremony.

    The challenge is judged where it is kept: in `challenges`.

    Raises:
        PasskeyError: `wrong_type`, `origin_not_allowed`,
            `cross_origin_not_allowed`.
    """
    if data.type != kind:
        raise PasskeyError("wrong_type", f"{data.type[:64]!r} where {kind!r} was meant")
    if data.origin not in party.origins:
        raise PasskeyError("origin_not_allowed", repr(data.origin[:255]))
    if data.cross_origin and not party.allow_cross_origin:
        raise PasskeyError("cross_origin_not_allowed", "crossOrigin is true")
    if data.top_origin is not None and not data.cross_origin:
        raise PasskeyError("malformed_answer", "a topOrigin without crossOrigin")
    if data.top_origin not in _allowed_tops(data, party):
        raise PasskeyError(
            "cross_origin_not_allowed", f"topOrigin {str(data.top_origin)[:255]!r}"
        )


def same(one: bytes, other: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one, other)


def _allowed_tops(data: ClientData, party: RelyingParty) -> tuple[str | None, ...]:
    # Older browsers name no top origin. Where the allowed ones are listed, an
    # embedder that nobody names is none of them.
    if data.cross_origin and party.top_origins:
        return party.top_origins
    return (None,)


def _client_data(members: Any, octets: bytes) -> ClientData:
    if not isinstance(members, dict):
        raise ValueError("not an object")  # noqa: TRY004  # of JSON, not of ours
    challenge = _text(members, "challenge")
    cross_origin = members.get("crossOrigin", False)
    if not isinstance(cross_origin, bool):
        raise ValueError("crossOrigin is no boolean")  # noqa: TRY004
    top_origin = None if "topOrigin" not in members else _text(members, "topOrigin")
    _check_token_binding(members.get("tokenBinding"))
    if len(challenge) > MAX_CHALLENGE:
        raise ValueError("the challenge is too long")
    return ClientData(
        type=_text(members, "type"),
        challenge=decode_base64url(challenge.encode()),
        origin=_text(members, "origin"),
        cross_origin=cross_origin,
        top_origin=top_origin,
        octets=octets,
    )


def _text(members: dict[str, Any], name: str) -> str:
    found = members.get(name)
    if not isinstance(found, str):
        raise ValueError(f"{name} is no string")  # noqa: TRY004
    return found


def _check_token_binding(binding: Any) -> None:
    # Of Level 1; no browser writes it any more, and nothing is bound by it.
    if binding is None:
        return
    if not isinstance(binding, dict) or binding.get("status") not in TOKEN_BINDINGS:
        raise ValueError("tokenBinding has no known status")
