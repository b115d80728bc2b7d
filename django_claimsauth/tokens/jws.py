"""
JWS compact serialisation (RFC 7515): strict parsing, and verifying the signature.

The header never chooses: its `alg` has to be that of the key and of the caller's
list; `jku`, `x5u`, `x5c` and `jwk` are not read; `crit`, `b64` and `zip` are refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django_claimsauth.authentication.encoding import decode_base64url, decode_json
from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens.algorithms import ALGORITHMS, EDDSA, allow_list
from django_claimsauth.tokens.jwks import KeySource
from django_claimsauth.tokens.keys import VerificationKey

MAX_TOKEN_SIZE = 16 * 1024
# No more keys than this are tried for a token that names none.
MAX_CANDIDATES = 16
KNOWN = frozenset({*ALGORITHMS, EDDSA})
REFUSED_MEMBERS = frozenset({"crit", "b64", "zip"})
_MEMO_ENTRIES = 64
_MEMO_SEGMENT_SIZE = 512


@dataclass(frozen=True, slots=True)
class Header:
    """
    A JOSE header that is well formed; `members` holds all of it.

    Args:
        media_type: the `typ` in lower case, without `application/`.
    """

    alg: str
    kid: str | None
    typ: str | None
    media_type: str | None
    members: Mapping[str, Any]


# Not frozen: one is made a token, and that takes three times as long then.
@dataclass(slots=True, repr=False, eq=False)
class CompactJWS:
    """A parsed token whose signature nobody has checked yet."""

    header: Header
    header_segment: bytes
    payload: bytes
    message: bytes
    signature: bytes


# Headers of tokens that verified: an issuer's are all alike, and what was never
# signed can neither fill nor empty this.
_verified_headers: dict[bytes, Header] = {}


def verify_jws(
    token: str,
    keys: KeySource,
    algorithms: Collection[str] | None = None,
    *,
    max_size: int = MAX_TOKEN_SIZE,
) -> tuple[dict[str, Any], bytes]:
    """
    Verify a JWS in compact form; return its header and its payload.

    Args:
        algorithms: what is allowed; None allows each key its own `alg` (or what
            its curve fixes; RS256 or HS256 where a JWK says nothing).

        max_size: the longest token in characters, checked before anything else.

    Raises:
        InvalidTokenError: the token does not verify; its code says why.
        SettingsError: `algorithms` is empty or names an unknown algorithm.
    """
    allowed = allow_list(algorithms)
    jws = parse_jws(token, max_size)
    verify_signature(jws, keys.current().candidates(jws.header.kid), allowed)
    return dict(jws.header.members), jws.payload


def parse_jws(token: str, max_size: int = MAX_TOKEN_SIZE) -> CompactJWS:
    """
    Take a compact JWS apart, without trusting any of it.

    Raises:
        InvalidTokenError: token_too_large or malformed_token.
    """
    if not isinstance(token, str):
        raise _malformed(f"a {type(token).__name__} is no token")
    if len(token) > max_size:
        raise InvalidTokenError("token_too_large", f"{len(token)} characters")
    try:
        octets = token.encode("ascii")
        header, payload, signature = octets.split(b".")
        return CompactJWS(
            header=_verified_headers.get(header) or _parse_header(header),
            header_segment=header,
            payload=decode_base64url(payload),
            message=octets[: -len(signature) - 1],
            signature=decode_base64url(signature),
        )
    except ValueError as error:
        raise _malformed(str(error)[:200]) from None


def verify_signature(
    jws: CompactJWS,
    candidates: tuple[VerificationKey, ...],
    allowed: frozenset[str] | None,
) -> VerificationKey:
    """
    Return the key that signed; `allowed` is `allow_list()` of the caller's names.

    Raises:
        InvalidTokenError: algorithm_not_allowed, unknown_key, invalid_signature.
    """
    alg = jws.header.alg
    if alg not in (KNOWN if allowed is None else allowed):
        raise InvalidTokenError("algorithm_not_allowed", f"alg {shown(alg)}")
    if not candidates:
        raise InvalidTokenError("unknown_key", f"kid {shown(jws.header.kid)}")
    tried = 0
    for key in candidates:
        if tried == MAX_CANDIDATES or not key.accepts(alg, allowed):
            continue
        if key.verify(alg, jws.message, jws.signature):
            if jws.header_segment not in _verified_headers:
                _remember(jws)
            return key
        tried += 1
    if not tried:
        raise InvalidTokenError(
            "algorithm_not_allowed", f"alg {shown(alg)}, kid {shown(jws.header.kid)}"
        )
    raise InvalidTokenError("invalid_signature", f"kid {shown(jws.header.kid)}")


def shown(value: object) -> str:
    """Return a value of a token for the log: in ASCII, quoted, and cut."""
    return ascii(value if not isinstance(value, str) else value[:64])[:80]


def media_type(typ: str | None) -> str | None:
    """Return a `typ` as types are compared (RFC 7515 section 4.1.9)."""
    return None if typ is None else typ.lower().removeprefix("application/")


def _parse_header(segment: bytes) -> Header:
    members = decode_json(decode_base64url(segment))
    if not isinstance(members, dict):
        raise _malformed("the header is no JSON object")
    refused = REFUSED_MEMBERS & members.keys()
    if refused:
        raise ValueError(f"the header has {', '.join(sorted(refused))}")
    for name in ("alg", "kid", "typ"):
        if name in members and not isinstance(members[name], str):
            raise ValueError(f"the header's {name} is no string")
    if "alg" not in members:
        raise ValueError("the header has no alg")
    typ = members.get("typ")
    return Header(members["alg"], members.get("kid"), typ, media_type(typ), members)


def _remember(jws: CompactJWS) -> None:
    # Flat ones only: what is shared must not be changed through a caller's copy.
    if len(jws.header_segment) > _MEMO_SEGMENT_SIZE or not _is_flat(jws.header):
        return
    if len(_verified_headers) >= _MEMO_ENTRIES:
        _verified_headers.clear()
    _verified_headers[jws.header_segment] = jws.header


def _is_flat(header: Header) -> bool:
    return not any(isinstance(value, dict | list) for value in header.members.values())


def _malformed(detail: str) -> InvalidTokenError:
    return InvalidTokenError("malformed_token", detail)
