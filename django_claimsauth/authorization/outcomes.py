"""What a decision is: allowed, or not and why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django_claimsauth.authorization.requirements import Requirement


@dataclass(frozen=True, slots=True)
class AuthorizationFailureReason:
    """Why a handler vetoed: the handler itself, and what it says, for the log."""

    handler: Callable[..., Any]
    message: str


@dataclass(frozen=True, slots=True)
class AuthorizationFailure:
    """
    Why a principal may not.

    `.requirements` are the unmet ones; after a veto there are none, since what
    was met does not matter any more. `.reasons` are the vetoes, in order.
    """

    requirements: tuple[Requirement, ...] = ()
    reasons: tuple[AuthorizationFailureReason, ...] = ()
    vetoed: bool = False


@dataclass(frozen=True, slots=True)
class AuthorizationResult:
    """Whether a principal may; `bool()` is `.succeeded`."""

    failure: AuthorizationFailure | None = None

    @property
    def succeeded(self) -> bool:
        """Whether the policy holds."""
        return self.failure is None

    def __bool__(self) -> bool:
        return self.failure is None


SUCCESS: Final = AuthorizationResult()
