"""When a token is valid: `exp`, `nbf` and `iat` (RFC 7519), with exact edges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens.claim_checks import numeric_date


@dataclass(frozen=True, slots=True)
class Lifetime:
    """
    The rule about times, in seconds.

    A token is valid while `nbf - leeway <= now < exp + leeway`.

    Args:
        leeway: how far clocks may differ.

        max_age: how long ago it may have been issued.

        max_lifetime: how long it may live, from its issue and from now on.

        expires: whether it has to have an `exp`.
    """

    leeway: float
    max_age: float | None
    max_lifetime: float | None
    expires: bool = True

    def check(self, claims: Mapping[str, Any], now: float) -> None:
        """
        Refuse a token outside its time, or with times that make no sense.

        Raises:
            InvalidTokenError: token_expired, token_not_yet_valid, missing_claim,
                invalid_claim.
        """
        expires = numeric_date(claims, "exp")
        begins = numeric_date(claims, "nbf")
        issued = numeric_date(claims, "iat")
        leeway = self.leeway
        if expires is None:
            if self.expires:
                raise InvalidTokenError("missing_claim", "exp")
        elif now >= expires + leeway:
            raise InvalidTokenError("token_expired", f"exp {expires} at {now:.0f}")
        if begins is not None and now < begins - leeway:
            raise _too_early("nbf", begins, now)
        if issued is not None and now < issued - leeway:
            raise _too_early("iat", issued, now)
        if expires is not None and (
            (begins is not None and begins > expires)
            or (issued is not None and issued > expires)
        ):
            raise InvalidTokenError("invalid_claim", "exp lies before nbf or iat")
        if self.max_age is not None:
            _check_age(issued, now, self.max_age, leeway)
        if self.max_lifetime is not None and expires is not None:
            # An `iat` is the issuer's word alone: what is left to live counts too.
            begun = now + leeway if issued is None else min(issued, now + leeway)
            if expires - begun > self.max_lifetime:
                raise _too_long(expires, expires - begun)


def _too_early(name: str, start: float, now: float) -> InvalidTokenError:
    return InvalidTokenError("token_not_yet_valid", f"{name} {start} at {now:.0f}")


def _too_long(expires: float, length: float) -> InvalidTokenError:
    return InvalidTokenError("invalid_claim", f"exp {expires}: it lives {length:.0f} s")


def _check_age(issued: float | None, now: float, max_age: float, leeway: float) -> None:
    if issued is None:
        raise InvalidTokenError("missing_claim", "iat")
    if now >= issued + max_age + leeway:
        raise InvalidTokenError(
            "token_expired", f"iat {issued} at {now:.0f}, older than {max_age:.0f} s"
        )
