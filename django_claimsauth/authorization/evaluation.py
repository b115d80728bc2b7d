"""
The one place that says what "allowed" means.

Every handler of every requirement is asked; one that succeeds satisfies its
requirement, one that fails vetoes everything, and a policy holds when all its
requirements do and nobody vetoed. A handler that raises decides nothing: the
error goes up.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async

from django_claimsauth.authorization.builtin import RequireAssertion
from django_claimsauth.authorization.handlers import Handler, registry
from django_claimsauth.authorization.requirements import (
    AllOf,
    AnyOf,
    Composite,
    Requirement,
)
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import NoHandlerError

logger = logging.getLogger("django_claimsauth.authorization")


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


SUCCESS = AuthorizationResult()


class AuthorizationContext:
    """
    What a handler judges with: the principal, the resource, what is asked.

    A handler calls `succeed(requirement)` or `fail("why")`; doing neither is no
    opinion. The reason is for the log.
    """

    __slots__ = (
        "_handler",
        "_met",
        "_reasons",
        "_vetoed",
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
        self._met: list[Requirement] = []
        self._reasons: list[AuthorizationFailureReason] = []
        self._vetoed = False
        self._handler: Callable[..., Any] = _outside

    def succeed(self, requirement: Requirement) -> None:
        """Say that this requirement holds; one that was not asked is ignored."""
        self._met.append(requirement)

    def fail(self, reason: str = "") -> None:
        """Veto: whatever else holds, the answer is no."""
        self._vetoed = True
        self._reasons.append(AuthorizationFailureReason(self._handler, str(reason)))

    @property
    def reasons(self) -> tuple[AuthorizationFailureReason, ...]:
        """The vetoes so far, in order."""
        return tuple(self._reasons)

    def has_met(self, requirement: Requirement) -> bool:
        """Tell whether somebody said that this requirement holds."""
        return requirement in self._met

    @property
    def has_failed(self) -> bool:
        """Whether somebody vetoed."""
        return self._vetoed


def _outside(*args: object) -> None:
    """Stand for the handler of a veto that no handler cast."""


def asks_resource(part: Requirement) -> bool:
    """Tell whether a requirement is about a resource: a rule, or a typed handler's."""
    if getattr(part, "about_resource", False):
        return True
    return any(
        each.resource and isinstance(part, each.requirement)
        for each in registry.handlers
    )


class Plan:
    """
    A policy's requirements made ready for one type of resource.

    Each part has a bit; a decision is a mask of the bits that were met, and the
    unmet requirements of a mask are computed once.
    """

    __slots__ = (
        "_denials",
        "about_resource",
        "bits",
        "calls",
        "goal",
        "judges",
        "parts",
        "requirements",
    )

    def __init__(self, requirements: tuple[Requirement, ...], resource: type) -> None:
        self.requirements = requirements
        parts = [part for each in requirements for part in each.parts()]
        self.parts = tuple(dict.fromkeys(parts))
        self.bits = {part: 1 << place for place, part in enumerate(self.parts)}
        self.judges = tuple(
            (bit, part.judge) for part, bit in self.bits.items() if part.judge
        )
        self.calls = tuple(self._calls(resource))
        # A conjunction, the common policy, is met by one comparison.
        flat = not any(isinstance(each, Composite) for each in requirements)
        self.goal = sum(self.bits.values()) if flat else None
        self.about_resource = sum(
            bit for part, bit in self.bits.items() if asks_resource(part)
        )
        self._denials: dict[int, AuthorizationResult] = {}

    def _calls(self, resource: type) -> Iterable[tuple[Handler, Requirement]]:
        judged = {part for part in self.parts if part.judge is not None}
        for handler in registry.handlers:
            for part in self.parts:
                if not isinstance(part, handler.requirement):
                    continue
                judged.add(part)
                if handler.takes(resource):
                    yield handler, part
        for part in self.parts:
            if part not in judged:
                raise NoHandlerError(
                    f"No handler judges {part!r}; write a function decorated with "
                    f"@handles({type(part).__name__})."
                )

    def holds(self, met: int) -> bool:
        """Tell whether all requirements hold when these parts are met."""
        if self.goal is not None:
            return met == self.goal
        return all(self.is_met(each, met) for each in self.requirements)

    def is_met(self, requirement: Requirement, met: int) -> bool:
        """Tell whether one requirement, joined or not, holds."""
        if isinstance(requirement, AnyOf):
            return any(self.is_met(each, met) for each in requirement.requirements)
        if isinstance(requirement, AllOf):
            return all(self.is_met(each, met) for each in requirement.requirements)
        return bool(self.bits[requirement] & met)

    def denial(self, met: int) -> AuthorizationResult:
        """Return the refusal that leaves these parts unmet; made once for each mask."""
        result = self._denials.get(met)
        if result is None:
            unmet = tuple(e for e in self.requirements if not self.is_met(e, met))
            result = AuthorizationResult(AuthorizationFailure(unmet))
            self._denials[met] = result
        return result

    def verdict(
        self, met: int, context: AuthorizationContext | None
    ) -> AuthorizationResult:
        """Return the result of a mask and of what the handlers said."""
        if context is not None:
            if context._vetoed:
                reasons = tuple(context._reasons)
                return AuthorizationResult(AuthorizationFailure((), reasons, True))
            for requirement in context._met:
                met |= self.bits.get(requirement, 0)
        return SUCCESS if self.holds(met) else self.denial(met)


def evaluate(
    plan: Plan,
    principal: ClaimsPrincipal,
    resource: object = None,
    request: object = None,
    *,
    handlers_after_veto: bool = True,
    assumed: int = 0,
) -> AuthorizationResult:
    """
    Decide. An async handler is run through `async_to_sync`.

    Args:
        assumed: the parts that count as met, as a mask of the plan's bits.

    Raises:
        Exception: whatever a judge or a handler raises; it is logged.

        RuntimeError: an async handler, called on a running event loop.
    """
    met = assumed
    for bit, judge in plan.judges:
        if judge(principal, resource, request):
            met |= bit
    if not plan.calls:
        return SUCCESS if plan.holds(met) else plan.denial(met)
    context = AuthorizationContext(plan.parts, principal, resource, request)
    for handler, requirement in plan.calls:
        if context._vetoed and not handlers_after_veto:
            break
        context._handler = handler.function
        try:
            answer = handler.call(context, requirement)
            if answer is not None and inspect.isawaitable(answer):
                async_to_sync(_awaited)(answer)
        except Exception:
            _log_raised(handler, requirement)
            raise
    return plan.verdict(met, context)


async def aevaluate(
    plan: Plan,
    principal: ClaimsPrincipal,
    resource: object = None,
    request: object = None,
    *,
    handlers_after_veto: bool = True,
) -> AuthorizationResult:
    """
    Decide, on an event loop.

    Pure judges run where they are; what may wait (a sync handler, a rule over a
    relation) runs thread-sensitive, async handlers are awaited.
    """
    met = 0
    for part, bit in plan.bits.items():
        if part.judge is None:
            continue
        judge = part.judge if part.pure else sync_to_async(part.judge)
        answer = judge(principal, resource, request)
        if (await answer) if inspect.isawaitable(answer) else answer:
            met |= bit
    if not plan.calls:
        return plan.verdict(met, None)
    context = AuthorizationContext(plan.parts, principal, resource, request)
    for handler, requirement in plan.calls:
        if context._vetoed and not handlers_after_veto:
            break
        context._handler = handler.function
        try:
            await _acall(handler, context, requirement)
        except Exception:
            _log_raised(handler, requirement)
            raise
    return plan.verdict(met, context)


async def _acall(
    handler: Handler, context: AuthorizationContext, requirement: Requirement
) -> None:
    call = handler.call if handler.is_async else sync_to_async(handler.call)
    answer = call(context, requirement)
    while inspect.isawaitable(answer):
        answer = await answer


async def _awaited(answer: Any) -> None:
    while inspect.isawaitable(answer):
        answer = await answer


def _log_raised(handler: Handler, requirement: Requirement) -> None:
    logger.exception(
        "The handler %s raised while judging %r; nothing was decided.",
        handler.name,
        requirement,
    )


def judge_assertion(
    context: AuthorizationContext, requirement: RequireAssertion
) -> Any:
    """Satisfy the requirement if its function returns exactly True."""
    answer = requirement.assertion(context)
    if inspect.isawaitable(answer):
        return _judge_awaited(context, requirement, answer)
    if answer is True:
        context.succeed(requirement)
    return None


async def _judge_awaited(
    context: AuthorizationContext, requirement: RequireAssertion, answer: Any
) -> None:
    if await answer is True:
        context.succeed(requirement)


registry.add(judge_assertion, RequireAssertion)
