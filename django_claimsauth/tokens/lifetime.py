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
        self._check_end(expires, now)
        for name, start in (("nbf", begins), ("iat", issued)):
            if start is not None and now < start - self.leeway:
                raise InvalidTokenError(
                    "token_not_yet_valid", f"{name} {start} at {now:.0f}"
                )
        if expires is not None and max(begins or expires, issued or expires) > expires:
            raise InvalidTokenError("invalid_claim", "exp lies before nbf or iat")
        self._check_age(issued, now)
        self._check_length(expires, issued, now)

    def _check_end(self, expires: float | None, now: float) -> None:
        if expires is None:
            if self.expires:
                raise InvalidTokenError("missing_claim", "exp")
        elif now >= expires + self.leeway:
            raise InvalidTokenError("token_expired", f"exp {expires} at {now:.0f}")

    def _check_age(self, issued: float | None, now: float) -> None:
        if self.max_age is None:
            return
        if issued is None:
            raise InvalidTokenError("missing_claim", "iat")
        if now >= issued + self.max_age + self.leeway:
            raise InvalidTokenError(
                "token_expired",
                f"iat {issued} at {now:.0f}, older than {self.max_age:.0f} s",
            )

    def _check_length(
        self, expires: float | None, issued: float | None, now: float
    ) -> None:
        if self.max_lifetime is None or expires is None:
            return
        # An `iat` is the issuer's word alone: what is left to live counts too.
        length = max(
            expires - now - self.leeway, expires - issued if issued is not None else 0
        )
        if length > self.max_lifetime:
            raise InvalidTokenError(
                "invalid_claim", f"exp {expires}: it lives {length:.0f} s"
            )
