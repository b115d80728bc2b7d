"""
Judging the claims of a token whose signature is right (RFC 7519, 8725, 9068).

An issuer may be careless or hostile too: each claim's type is checked before its
value. One function a claim; each raises InvalidTokenError with its code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens.jws import shown

# The end of year 9999, after which no datetime comes.
LATEST = 253402300799
# Of these very classes: a bool is an int to Python.
NUMBERS = frozenset({int, float})
MAX_AUDIENCES = 100
MAX_ACTORS = 5
MAX_TEXT_LENGTH = 1024
# What only an ID token, a logout token, an event or a proof of possession has.
ID_TOKEN_CLAIMS = ("nonce", "at_hash", "c_hash", "s_hash")
OTHER_KINDS_CLAIMS = ("events", "htm", "htu")
# How issuers of before RFC 9068 say in the claims what a token is for.
KIND_CLAIMS = {
    "token_use": frozenset({"access"}),
    "token_type": frozenset({"access", "bearer"}),
    "typ": frozenset({"bearer", "dpop", "at+jwt", "jwt"}),
}
CONTROL_CHARACTER = re.compile(r"[\x00-\x1f\x7f]")


def text(claims: Mapping[str, Any], name: str) -> str | None:
    """
    Return a claim that has to be a string, None when it is absent.

    Raises:
        InvalidTokenError: invalid_claim: no string, empty, too long, or with a
            control character, which no database takes as a key.
    """
    if name not in claims:
        return None
    value = claims[name]
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT_LENGTH:
        raise _invalid(name, value)
    # What can be printed has no control character, and tells so ten times faster.
    if not value.isprintable() and CONTROL_CHARACTER.search(value):
        raise _invalid(name, value)
    return value


def numeric_date(claims: Mapping[str, Any], name: str) -> float | None:
    """
    Return a claim in seconds since 1970, None when it is absent.

    Raises:
        InvalidTokenError: invalid_claim: no number, or outside the calendar.
    """
    if name not in claims:
        return None
    value: float = claims[name]
    # What is finite is not yet a date.
    if type(value) not in NUMBERS or not -LATEST <= value <= LATEST:
        raise _invalid(name, value)
    return value


def check_audience(claims: Mapping[str, Any], audiences: frozenset[str]) -> None:
    """
    Refuse a token that was not issued for one of these audiences.

    Raises:
        InvalidTokenError: missing_claim, invalid_claim, invalid_audience.
    """
    named = claims.get("aud")
    if isinstance(named, str):
        if named in audiences:
            return
        raise InvalidTokenError("invalid_audience", f"aud {shown(named)}")
    if "aud" not in claims:
        raise InvalidTokenError("missing_claim", "aud")
    if not isinstance(named, list) or len(named) > MAX_AUDIENCES:
        raise _invalid("aud", named)
    if not all(isinstance(each, str) for each in named):
        raise _invalid("aud", named)
    if audiences.isdisjoint(named):
        raise InvalidTokenError("invalid_audience", f"aud {shown(named)}")


def check_required(claims: Mapping[str, Any], names: Iterable[str]) -> None:
    """
    Refuse a token that lacks a claim.

    Raises:
        InvalidTokenError: missing_claim.
    """
    for name in names:
        if claims.get(name) is None:
            raise InvalidTokenError("missing_claim", name)


def check_kind(claims: Mapping[str, Any], *, id_tokens: bool) -> None:
    """
    Refuse what its claims show to be no access token, where its `typ` is silent.

    Raises:
        InvalidTokenError: invalid_token_type.
    """
    declared = [name for name in KIND_CLAIMS if name in claims]
    for name in declared:
        kind = claims[name]
        known = KIND_CLAIMS[name] | ({"id"} if id_tokens else set())
        if not isinstance(kind, str) or kind.lower() not in known:
            raise InvalidTokenError("invalid_token_type", f"{name} {shown(kind)}")
    # An issuer that calls its token an access token may repeat a nonce in it.
    foreign = () if id_tokens or declared else ID_TOKEN_CLAIMS
    for name in (*foreign, *OTHER_KINDS_CLAIMS):
        if name in claims:
            raise InvalidTokenError("invalid_token_type", f"it has {name}")


def check_actors(claims: Mapping[str, Any]) -> None:
    """
    Refuse a chain of actors (RFC 8693 section 4.1) that is malformed or too long.

    Raises:
        InvalidTokenError: invalid_claim.
    """
    actor = claims
    for _ in range(MAX_ACTORS + 1):
        if "act" not in actor:
            return
        actor = actor["act"]
        if not isinstance(actor, Mapping):
            raise _invalid("act", actor)
    raise InvalidTokenError("invalid_claim", f"act is deeper than {MAX_ACTORS}")


def _invalid(name: str, value: object) -> InvalidTokenError:
    return InvalidTokenError("invalid_claim", f"{name} {shown(value)}")
