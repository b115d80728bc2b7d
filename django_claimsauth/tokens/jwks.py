"""
Sets of keys: reading a JWK set, finding the keys that a token may be signed with,
and the document that publishes one's own (RFC 7517 section 5).
"""

from __future__ import annotations

import itertools
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from django_claimsauth.authentication.encoding import decode_json
from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens.algorithms import Family
from django_claimsauth.tokens.jwk import OtherPurposeError, PrivateKeyPublishedError
from django_claimsauth.tokens.keys import VerificationKey
from django_claimsauth.tokens.strength import UnusableKeyError

logger = logging.getLogger(__name__)

MAX_KEYS = 100
_generations = itertools.count(1)


class KeysUnavailableError(InvalidTokenError):
    """
    An issuer's keys cannot be had now: 503, for the token may well be good.

    Args:
        retry_after: in how many seconds it is worth to try again.
    """

    def __init__(self, detail: str, retry_after: int = 30) -> None:
        super().__init__("keys_unavailable", detail)
        self.retry_after = retry_after


class KeySource(Protocol):
    """
    Where the keys of an issuer come from: a set at hand, a callable, discovery.

    One whose `current()` may take its time has a `generation` beside it: that of
    the keys as they are known, 0 for none.
    """

    def current(self) -> KeySet:
        """
        Return the keys as they are known now.

        Raises:
            KeysUnavailableError: none are known, and none can be had.
        """

    def refreshed(self) -> KeySet | None:
        """Return newer keys after an unknown `kid`, None where there are none."""


class KeySet:
    """
    Verification keys, immutable; the source that always answers itself.

    Args:
        keys: the keys, each with another `kid` or without one.

    Raises:
        UnusableKeyError: something else than keys, or two with the same `kid`.
    """

    __slots__ = ("_by_kid", "_without_kid", "generation", "keys")

    def __init__(self, keys: Iterable[VerificationKey]) -> None:
        self.keys = tuple(keys)
        for key in self.keys:
            if not isinstance(key, VerificationKey):
                raise UnusableKeyError(
                    f"A key is a {type(key).__name__}; a VerificationKey is expected."
                )
        repeated = _repeated_kids(self.keys)
        if repeated:
            raise UnusableKeyError(f"Several keys have the kid {sorted(repeated)}.")
        self._by_kid = {key.kid: (key,) for key in self.keys if key.kid is not None}
        self._without_kid = tuple(key for key in self.keys if key.kid is None)
        self.generation = next(_generations)

    def __iter__(self) -> Iterator[VerificationKey]:
        return iter(self.keys)

    def __len__(self) -> int:
        return len(self.keys)

    def __repr__(self) -> str:
        return f"<KeySet {list(self.keys)!r}>"

    def candidates(self, kid: str | None) -> tuple[VerificationKey, ...]:
        """
        Return the keys that a token with this `kid` may be signed with.

        A key without a name (from PEM) stands for any; a token without a `kid`
        may be signed with any key.
        """
        if kid is None:
            return self.keys
        return self._by_kid.get(kid) or self._without_kid

    def families(self) -> set[Family]:
        """Return the families that the keys belong to."""
        return {key.family for key in self.keys}

    def current(self) -> KeySet:
        """Return the set itself."""
        return self

    def refreshed(self) -> None:
        """Return None: a set at hand does not change."""

    @classmethod
    def from_jwks(
        cls, document: Mapping[str, Any] | str | bytes, *, remote: bool = False
    ) -> KeySet:
        """
        Read a JWK set, or a single JWK, as a dict or as JSON.

        A key that cannot be used is left out and logged, so that one slip of an
        issuer does not lock all its users out. Keys with the same `kid` are all
        left out. A set that mixes secrets with public keys has no usable key,
        except `remote`: there secrets are left out like any other bad key.

        Raises:
            UnusableKeyError: no JWK set at all, or one of over 100 keys.
        """
        jwks = _read_document(document)
        if remote:
            jwks = [jwk for jwk in jwks if not _is_secret(jwk)]
        elif _mixes_families(jwks):
            logger.error("A JWK set mixes secrets with public keys: none is used.")
            return cls([])
        keys = [key for jwk in jwks if (key := _usable_key(jwk)) is not None]
        repeated = _repeated_kids(keys)
        if repeated:
            logger.warning("Keys with the same kid are not used: %a", sorted(repeated))
        return cls([key for key in keys if key.kid not in repeated])


def jwks_document(keys: Iterable[VerificationKey]) -> dict[str, list[dict[str, str]]]:
    """Return the JWK set that publishes keys; HMAC secrets never stand in it."""
    return {"keys": [key.public_jwk() for key in keys if key.family is not Family.HMAC]}


def _read_document(document: Mapping[str, Any] | str | bytes) -> list[Any]:
    if isinstance(document, str):
        document = document.encode("utf-8", "surrogatepass")
    if isinstance(document, bytes):
        try:
            document = decode_json(document)
        except ValueError as error:
            raise UnusableKeyError(f"A JWK set is no JSON: {error}.") from None
    if not isinstance(document, Mapping):
        raise UnusableKeyError(
            f"A JWK set is a {type(document).__name__}; an object is expected."
        )
    jwks = [document] if "kty" in document else document.get("keys")
    if not isinstance(jwks, list | tuple) or len(jwks) > MAX_KEYS:
        raise UnusableKeyError(
            f"A JWK set's keys are no list of at most {MAX_KEYS} entries."
        )
    return list(jwks)


def _mixes_families(jwks: Iterable[Any]) -> bool:
    # By what the entries say, usable or not: a set that shows secrets beside
    # public keys was not meant for one kind of token.
    types = [jwk.get("kty") for jwk in jwks if isinstance(jwk, Mapping)]
    public = [family.value for family in Family if family is not Family.HMAC]
    return Family.HMAC.value in types and any(kty in types for kty in public)


def _is_secret(jwk: Any) -> bool:
    secret = isinstance(jwk, Mapping) and jwk.get("kty") == Family.HMAC.value
    if secret:
        logger.error("A published JWK set holds a secret, which is not used.")
    return secret


def _usable_key(jwk: Any) -> VerificationKey | None:
    try:
        return VerificationKey.from_jwk(jwk)
    except UnusableKeyError as error:
        logger.log(_level(error), "A key of a JWK set is not used: %s", error)
    return None


def _level(error: UnusableKeyError) -> int:
    if isinstance(error, PrivateKeyPublishedError):
        return logging.ERROR
    # Issuers publish keys for encryption beside the others; nothing is amiss.
    return logging.DEBUG if isinstance(error, OtherPurposeError) else logging.WARNING


def _repeated_kids(keys: Iterable[VerificationKey]) -> set[str]:
    counted = Counter(key.kid for key in keys if key.kid is not None)
    return {kid for kid, times in counted.items() if times > 1}
