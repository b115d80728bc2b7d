"""
Explaining a decision to the operator: what was asked, and who said what.

Explaining asks every handler alone, so it shows each one's verdict; it decides
nothing and is slower than deciding.
"""

from __future__ import annotations

import inspect
import time
from dataclasses import dataclass
from typing import Any, Literal

from asgiref.sync import async_to_sync

from django_claimsauth.authorization import decisions
from django_claimsauth.authorization.evaluation import AuthorizationContext
from django_claimsauth.authorization.handlers import Handler, registry
from django_claimsauth.authorization.policies import PolicyLike
from django_claimsauth.authorization.requirements import AnyOf, Composite, Requirement
from django_claimsauth.claims import Claim, ClaimsPrincipal

Verdict = Literal["succeeded", "failed", "no opinion", "met", "not met"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    One node of the tree: a requirement, or a handler below it.

    `verdict` of a requirement is met or not met, of a handler succeeded, failed
    (a veto) or no opinion; `claims` are the principal's that it read, as far as
    can be told; `seconds` is how long judging it took.
    """

    requirement: str
    handler: str | None
    verdict: Verdict
    claims: tuple[Claim, ...] = ()
    children: tuple[Explanation, ...] = ()
    reason: str = ""
    seconds: float = 0.0

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self, indent: str = "") -> list[str]:
        """Return the drawn tree, a line each."""
        name = self.handler or self.requirement
        claims = ", ".join(f"{each.type}={each.value!r}" for each in self.claims)
        shown = f"{indent}{name}: {self.verdict}"
        shown += f" ({self.reason})" if self.reason else ""
        shown += f" [{claims}]" if claims else ""
        shown += f" {self.seconds * 1e6:.0f} us"
        below = [line for each in self.children for line in each.lines(indent + "  ")]
        return [shown, *below]

    def as_dict(self) -> dict[str, Any]:
        """Return the tree as JSON has it."""
        return {
            "requirement": self.requirement,
            "handler": self.handler,
            "verdict": self.verdict,
            "reason": self.reason,
            "claims": [
                {"type": each.type, "value": _json(each.value), "issuer": each.issuer}
                for each in self.claims
            ],
            "seconds": self.seconds,
            "children": [each.as_dict() for each in self.children],
        }


class TracingPrincipal(ClaimsPrincipal):
    """The same principal, which remembers the types of the claims that were read."""

    __slots__ = ("read",)

    def __init__(self, principal: ClaimsPrincipal) -> None:
        super().__init__(principal.identities)
        self.read: dict[str, None] = {}

    def find_all(self, type: str) -> tuple[Claim, ...]:
        """Return the claims of this type, and remember that they were asked for."""
        self.read[type] = None
        return super().find_all(type)

    @property
    def roles(self) -> frozenset[Any]:
        """The roles; each identity's own role type counts as read."""
        self.read.update((each.role_type, None) for each in self.identities)
        return super().roles

    @property
    def used(self) -> tuple[Claim, ...]:
        """The claims that were there to be read, in the order of the reading."""
        find = super().find_all
        return tuple(claim for type in self.read for claim in find(type))


def explain(
    principal: ClaimsPrincipal | None,
    policy: PolicyLike,
    resource: object = None,
    *,
    request: Any = None,
) -> Explanation:
    """
    Return the tree of a decision; its root's verdict is the decision.

    Raises:
        TypeError, UnknownPolicyError, NoHandlerError: as `authorize()`.
    """
    started = time.perf_counter()
    verdict = decisions.authorize(principal, policy, resource, request=request)
    known = principal or ClaimsPrincipal.anonymous()
    asked = _Question(known, resource, request)
    return Explanation(
        requirement=policy if isinstance(policy, str) else repr(policy),
        handler=None,
        verdict="met" if verdict else "not met",
        children=tuple(
            _explained(each, asked) for each in decisions.resolved(policy).requirements
        ),
        reason="vetoed" if verdict.failure and verdict.failure.vetoed else "",
        seconds=time.perf_counter() - started,
    )


@dataclass(frozen=True, slots=True)
class _Question:
    principal: ClaimsPrincipal
    resource: object
    request: Any


def _explained(requirement: Requirement, asked: _Question) -> Explanation:
    if isinstance(requirement, Composite):
        return _explained_composite(requirement, asked)
    started = time.perf_counter()
    principal = TracingPrincipal(asked.principal)
    met = requirement.judge is not None and bool(
        requirement.judge(principal, asked.resource, asked.request)
    )
    children = tuple(
        _asked_alone(each, requirement, asked)
        for each in registry.judging(requirement, asked.resource.__class__)
    )
    met = met or any(each.verdict == "succeeded" for each in children)
    return Explanation(
        repr(requirement),
        None,
        "met" if met else "not met",
        principal.used,
        children,
        seconds=time.perf_counter() - started,
    )


def _explained_composite(requirement: Composite, asked: _Question) -> Explanation:
    children = tuple(_explained(each, asked) for each in requirement.requirements)
    judged = [each.verdict == "met" for each in children]
    met = any(judged) if isinstance(requirement, AnyOf) else all(judged)
    return Explanation(
        requirement.word,
        None,
        "met" if met else "not met",
        (),
        children,
        seconds=sum(each.seconds for each in children),
    )


def _asked_alone(
    handler: Handler, requirement: Requirement, asked: _Question
) -> Explanation:
    principal = TracingPrincipal(asked.principal)
    context = AuthorizationContext(
        (requirement,), principal, asked.resource, asked.request
    )
    started = time.perf_counter()
    answer = handler.call(context, requirement)
    if inspect.isawaitable(answer):
        async_to_sync(_awaited)(answer)
    verdict: Verdict = "no opinion"
    if context.has_met(requirement):
        verdict = "succeeded"
    if context.has_failed:
        verdict = "failed"
    return Explanation(
        repr(requirement),
        handler.name,
        verdict,
        principal.used,
        (),
        "; ".join(each.message for each in context.reasons),
        time.perf_counter() - started,
    )


async def _awaited(answer: Any) -> None:
    await answer


def _json(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) else repr(value)
