"""
The one place that says what "allowed" means.

Every handler of every requirement is asked; one that succeeds satisfies its
requirement, one that fails vetoes everything, and a policy holds when all its
requirements do and nobody vetoed. A handler that raises decides nothing: the
error goes up.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Iterable
from typing import Any, Final

from asgiref.sync import async_to_sync, sync_to_async

from django_claimsauth.authorization.builtin import RequireAssertion
from django_claimsauth.authorization.contexts import AuthorizationContext
from django_claimsauth.authorization.handlers import registry
from django_claimsauth.authorization.outcomes import (
    SUCCESS,
    AuthorizationFailure,
    AuthorizationFailureReason,
    AuthorizationResult,
)
from django_claimsauth.authorization.plans import Judge, Plan, asks_resource
from django_claimsauth.claims import ClaimsPrincipal

__all__ = [
    "SUCCESS",
    "AuthorizationContext",
    "AuthorizationFailure",
    "AuthorizationFailureReason",
    "AuthorizationResult",
    "Plan",
    "aevaluate",
    "asks_resource",
    "evaluate",
    "judge_assertion",
]
logger = logging.getLogger("django_claimsauth.authorization")
RAISED: Final = "%s raised while judging %r; nothing was decided."


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
    try:
        met = _judged(plan.judges, principal, resource, request, assumed)
    except Exception:
        logger.exception(RAISED, "A judge", plan.requirements)
        raise
    if not plan.calls:
        return plan.outcome(met)
    context = AuthorizationContext(plan.parts, principal, resource, request)
    for handler, requirement in plan.calls:
        if not handlers_after_veto and context.has_failed:
            break
        context.handler = handler.function
        try:
            answer = handler.call(context, requirement)
            if answer is not None:
                _finished(answer)
        except Exception:
            logger.exception(RAISED, handler.name, requirement)
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
    met = await _ajudged(plan, principal, resource, request)
    if not plan.calls:
        return plan.outcome(met)
    context = AuthorizationContext(plan.parts, principal, resource, request)
    for handler, requirement in plan.calls:
        if not handlers_after_veto and context.has_failed:
            break
        context.handler = handler.function
        call = handler.call if handler.is_async else sync_to_async(handler.call)
        try:
            await _awaited(call(context, requirement))
        except Exception:
            logger.exception(RAISED, handler.name, requirement)
            raise
    return plan.verdict(met, context)


def _judged(
    judges: Iterable[Judge],
    principal: ClaimsPrincipal,
    resource: object,
    request: object,
    met: int,
) -> int:
    """Return the mask `met` with the parts that their own judges say are met."""
    for bit, judge in judges:
        answer = judge(principal, resource, request)
        # Exactly True: a coroutine, which nobody awaited, is true as well.
        if answer is True or (answer is not False and _finished(answer) is True):
            met |= bit
    return met


async def _ajudged(
    plan: Plan, principal: ClaimsPrincipal, resource: object, request: object
) -> int:
    met, waiting = 0, plan.waiting
    try:
        met = _judged(plan.pure, principal, resource, request, 0)
    except Exception:  # noqa: BLE001  # what raises again off the loop goes up
        # A deferred column waits for the database, where its like does not.
        waiting = plan.judges
    if not waiting:
        return met
    try:
        return await sync_to_async(_judged)(waiting, principal, resource, request, met)
    except Exception:
        logger.exception(RAISED, "A judge", plan.requirements)
        raise


def _finished(answer: Any) -> Any:
    """Return what an async judge comes to, on a thread that runs no event loop."""
    if not inspect.isawaitable(answer):
        return answer
    if _is_on_loop():
        if inspect.iscoroutine(answer):
            answer.close()
        raise RuntimeError(
            "An async handler is asked on a running event loop; "
            "`await service.aauthorize(...)` there."
        )
    return async_to_sync(_awaited)(answer)


def _is_on_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _awaited(answer: Any) -> Any:
    while inspect.isawaitable(answer):
        answer = await answer
    return answer


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
