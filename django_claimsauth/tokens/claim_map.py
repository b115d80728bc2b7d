"""From a token's members to claims: one by one, in their order, under mapped names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django_claimsauth.claims import Claim
from django_claimsauth.errors import SettingsError

#: By name, or by a path into an object: `("realm_access", "roles")`.
ClaimMap = Mapping[str | tuple[str, ...], str]
#: Both are lists of scopes with blanks between; `scp` is what some issuers say.
SCOPES = frozenset({"scope", "scp"})
ISSUER = "iss"


def claims_of(
    claims: Mapping[str, Any], issuer: str, claim_map: ClaimMap | None = None
) -> Iterator[Claim]:
    """
    Yield a token's claims one by one, in their order.

    Values keep their JSON type; an array is several claims, and so is `scope`, one
    for each word. What no claim can hold (an array in an array) is left out.

    Args:
        claim_map: what it names stands under the name that it says, and what the
            token itself says under such a name is left out.
    """
    members = _mapped(claims, claim_map) if claim_map else claims.items()
    for type, value in members:
        values = value if isinstance(value, list) else [value]
        if type in SCOPES and isinstance(value, str):
            # At the space alone (RFC 6749 section 3.3): no other blank parts them.
            values = [word for word in value.split(" ") if word]
        for each in values:
            # Null says nothing, and a claim has a name.
            if type and each is not None and not isinstance(each, list):
                yield Claim(type, each, issuer)


def checked_claim_map(given: object) -> None:
    """
    Refuse what is no map of claims; None is one of nothing.

    Raises:
        SettingsError: another type, an empty name, or one that is `iss`.
    """
    if given is None:
        return
    if not isinstance(given, Mapping):
        raise SettingsError(f"claim_map is {given!r}; a dict is expected.")
    for source, target in given.items():
        path = source if isinstance(source, tuple) else (source,)
        for name in (*path, target):
            if not isinstance(name, str) or not name:
                raise SettingsError(
                    f"claim_map has {name!r}; the name of a claim is expected."
                )
        # Who stated a claim is never what the claim itself says.
        if not path or ISSUER in (source, target):
            raise SettingsError(f"claim_map has {source!r}, which cannot be mapped.")


def _mapped(
    claims: Mapping[str, Any], claim_map: ClaimMap
) -> Iterator[tuple[str, Any]]:
    # What stands under a name of ours was put there by the map, or not at all:
    # else a member that an issuer lets its users choose would count as well.
    targets = frozenset(claim_map.values())
    for type, value in claims.items():
        if type in claim_map:
            yield claim_map[type], value
        elif type not in targets:
            yield type, value
    for path, target in claim_map.items():
        if isinstance(path, tuple):
            yield target, _found(claims, path)


def _found(claims: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = claims
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value
