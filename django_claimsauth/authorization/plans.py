"""A policy's requirements made ready to be judged, for one type of resource."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from asgiref.sync import iscoroutinefunction

from django_claimsauth.authorization.builtin import (
    RequireAuthenticated,
    RequireClaim,
    RequireRole,
    RequireScope,
    RequireUserName,
)
from django_claimsauth.authorization.contexts import AuthorizationContext
from django_claimsauth.authorization.handlers import Handler, registry
from django_claimsauth.authorization.outcomes import (
    SUCCESS,
    AuthorizationFailure,
    AuthorizationResult,
)
from django_claimsauth.authorization.requirements import (
    AllOf,
    AnyOf,
    Requirement,
)
from django_claimsauth.errors import NoHandlerError

#: The bit of a part, and what judges it.
Judge: TypeAlias = tuple[int, Callable[..., Any]]
#: Those that read the principal alone, which never changes. Of these very classes:
#: what derives from one may ask, or be asked, something else each time.
CONSTANT: Final = frozenset(
    {
        RequireAuthenticated,
        RequireRole,
        RequireClaim,
        RequireScope,
        RequireUserName,
    }
)


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

    Each part has a bit; a decision is a mask of the bits that were met, and what
    comes of a mask is worked out once. `pure` and `waiting` are the
    `judges` that may run on an event loop and those that may not. Where it
    `is_constant`, a principal is always answered the same.
    """

    __slots__ = (
        "_bits_by_id",
        "_outcomes",
        "about_resource",
        "bits",
        "calls",
        "is_constant",
        "judges",
        "parts",
        "pure",
        "requirements",
        "waiting",
    )

    def __init__(self, requirements: tuple[Requirement, ...], resource: type) -> None:
        self.requirements = tuple(dict.fromkeys(requirements))
        parts = [part for each in requirements for part in each.parts()]
        self.parts = tuple(dict.fromkeys(parts))
        self.bits = {part: 1 << place for place, part in enumerate(self.parts)}
        # A handler passes the very part that it was given, as a rule.
        self._bits_by_id = {id(part): bit for part, bit in self.bits.items()}
        self.pure = tuple(self._judges(resource, may_wait=False))
        self.waiting = tuple(self._judges(resource, may_wait=True))
        self.judges = (*self.pure, *self.waiting)
        self.calls = tuple(self._calls(resource))
        self.about_resource = sum(
            bit for part, bit in self.bits.items() if asks_resource(part)
        )
        self.is_constant = not self.calls and CONSTANT.issuperset(map(type, self.parts))
        self._outcomes: dict[int, AuthorizationResult] = {}

    def _judges(self, resource: type, *, may_wait: bool) -> Iterator[Judge]:
        for part, bit in self.bits.items():
            judge = part.judge_of(resource)
            if judge is None:
                continue
            if may_wait is (iscoroutinefunction(judge) or not part.pure):
                yield bit, judge

    def _calls(self, resource: type) -> Iterator[tuple[Handler, Requirement]]:
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

    def is_met(self, requirement: Requirement, met: int) -> bool:
        """Tell whether one requirement, joined or not, holds."""
        if isinstance(requirement, AnyOf):
            return any(self.is_met(each, met) for each in requirement.requirements)
        if isinstance(requirement, AllOf):
            return all(self.is_met(each, met) for each in requirement.requirements)
        return bool(self.bits[requirement] & met)

    def outcome(self, met: int) -> AuthorizationResult:
        """Return what comes of it when these parts are met; made once a mask."""
        result = self._outcomes.get(met)
        if result is None:
            unmet = tuple(e for e in self.requirements if not self.is_met(e, met))
            result = (
                AuthorizationResult(AuthorizationFailure(unmet)) if unmet else SUCCESS
            )
            self._outcomes[met] = result
        return result

    def verdict(self, met: int, context: AuthorizationContext) -> AuthorizationResult:
        """Return what comes of a mask and of what the handlers said."""
        if context.has_failed:
            failure = AuthorizationFailure(reasons=context.reasons, vetoed=True)
            return AuthorizationResult(failure)
        known = self._bits_by_id
        for requirement in context.met:
            met |= known.get(id(requirement)) or self.bits.get(requirement, 0)
        return self.outcome(met)
