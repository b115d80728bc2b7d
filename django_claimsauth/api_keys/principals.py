"""From a key that works to its principal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django_claimsauth.api_keys import owners
from django_claimsauth.api_keys.models import subject_for
from django_claimsauth.api_keys.records import ApiKeyRecord
from django_claimsauth.claims import (
    LOCAL_ISSUER,
    Claim,
    ClaimsIdentity,
    ClaimsPrincipal,
)
from django_claimsauth.conf import settings

#: Who states the `sub` of a service: it is nobody's primary key, whatever it reads.
SERVICE_ISSUER: Final = "SERVICE"
#: The permissions that a user's key names, of those that the user has. It is there,
#: empty, also where none is left: a key that lost them all has not gained the rest.
NARROWED_TYPE: Final = "key_permissions"
#: What a key's own claims may not say: it is said by the row, by the owner or by
#: how the caller signed in.
RESERVED_TYPES: Final = frozenset(
    (
        f"sub name key_id key_name {NARROWED_TYPE} scope scp iss aud exp nbf iat jti "
        "sid azp client_id act may_act cnf auth_time amr acr"
    ).split()
)


def principal_of(record: ApiKeyRecord, scheme: str) -> ClaimsPrincipal:
    """
    Return the principal of a key that works.

    Its name is the owner's, not the key's, since whoever names a key could else
    name it like an administrator.
    """
    is_service = record.owner_id is None
    subject = Claim(
        "sub",
        subject_for(record.owner_id, record.name),
        SERVICE_ISSUER if is_service else LOCAL_ISSUER,
    )
    claims = [
        subject,
        Claim("name", record.name if is_service else record.owner_name or ""),
        Claim("key_id", record.key_id),
        Claim("key_name", record.name),
    ]
    claims.extend(Claim("scope", scope) for scope in _scopes(record))
    if record.claims:
        claims.extend(_own_claims(record))
    return ClaimsPrincipal([ClaimsIdentity(claims, scheme)])


def asks_owner(record: ApiKeyRecord) -> bool:
    """Tell whether the principal depends on what the owner may, and not on the row."""
    if record.owner_id is None:
        return False
    if owners.ROLE_TYPE in record.claims or owners.PERMISSION_TYPE in record.claims:
        return True
    return bool(record.scope) and settings.api_keys.owner_scopes is not None


def _scopes(record: ApiKeyRecord) -> tuple[str, ...]:
    scopes = tuple(record.scope.split())
    if record.owner_id is None:
        return scopes
    return owners.scopes_within(record.owner_id, scopes)


def _own_claims(record: ApiKeyRecord) -> Iterator[Claim]:
    bounded = _bounded(record)
    if record.owner_id is not None and owners.PERMISSION_TYPE in bounded:
        yield Claim(NARROWED_TYPE, " ".join(bounded[owners.PERMISSION_TYPE]))
    for type, values in bounded.items():
        if type in RESERVED_TYPES:
            # A store of one's own may hold what our flows refuse.
            continue
        for value in values if isinstance(values, list | tuple) else (values,):
            yield Claim(type, value)


def _bounded(record: ApiKeyRecord) -> Mapping[str, Any]:
    """Return the key's own claims, less the roles and permissions its owner lacks."""
    claims = record.claims
    if record.owner_id is None:
        return claims
    bounds = {
        owners.ROLE_TYPE: owners.roles_of,
        owners.PERMISSION_TYPE: owners.permissions_of,
    }
    bounded = dict(claims)
    for type, ask in bounds.items():
        if type in bounded:
            given = bounded[type]
            held = ask(record.owner_id)
            values = given if isinstance(given, list | tuple) else [given]
            bounded[type] = [
                each for each in values if isinstance(each, str) and each in held
            ]
    return bounded
