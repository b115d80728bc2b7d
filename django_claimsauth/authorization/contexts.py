"""What a handler judges with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django_claimsauth.authorization.outcomes import AuthorizationFailureReason
from django_claimsauth.authorization.requirements import Requirement
from django_claimsauth.claims import ClaimsPrincipal


class AuthorizationContext:
    """
    What a handler judges with: the principal, the resource, what is asked.

    A handler calls `succeed(requirement)` or `fail("why")`; doing neither is no
    opinion. The reason is for the log.
    """

    __slots__ = (
        "_met",
        "_reasons",
        "handler",
        "principal",
        "request",
        "requirements",
        "resource",
    )

    def __init__(
        self,
        requirements: Iterable[Requirement],
        principal: ClaimsPrincipal,
        resource: object = None,
        request: Any = None,
    ) -> None:
        self.requirements = tuple(requirements)
        self.principal = principal
        self.resource = resource
        self.request = request
        #: What judges now, and will be named as the one who vetoed.
        self.handler: Callable[..., Any] = _outside
        self._met: list[Requirement] = []
        self._reasons: list[AuthorizationFailureReason] = []

    def succeed(self, requirement: Requirement) -> None:
        """
        Say that this requirement holds; one that was not asked is ignored.

        Raises:
            TypeError: what is no requirement, which would be ignored unseen.
        """
        if not isinstance(requirement, Requirement):
            raise TypeError(f"succeed() takes a requirement, not {requirement!r}.")
        self._met.append(requirement)

    def fail(self, reason: str = "") -> None:
        """Veto: whatever else holds, the answer is no."""
        self._reasons.append(AuthorizationFailureReason(self.handler, str(reason)))

    @property
    def reasons(self) -> tuple[AuthorizationFailureReason, ...]:
        """The vetoes so far, in order."""
        return tuple(self._reasons)

    def has_met(self, requirement: Requirement) -> bool:
        """Tell whether somebody said that this requirement holds."""
        return requirement in self._met

    @property
    def met(self) -> Iterator[Requirement]:
        """What was said to hold so far."""
        return iter(self._met)

    @property
    def has_failed(self) -> bool:
        """Whether somebody vetoed."""
        return bool(self._reasons)


def _outside(*args: object) -> None:
    """Stand for the handler of a veto that no handler cast."""
