"""
Holding a request to what its endpoint declares, once a request.

Authenticates by the combined policy's schemes, makes the result the request's,
and judges. Who answers the refusal (plain Django, DRF) registers itself here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from django_claimsauth.authentication.requests import (
    ATTRIBUTE,
    RequestState,
    bind,
    django_request,
    state_of,
)
from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.authorization import decisions
from django_claimsauth.authorization.handlers import registry
from django_claimsauth.authorization.metadata import EndpointMetadata
from django_claimsauth.authorization.plans import Plan
from django_claimsauth.authorization.policies import (
    AUTHENTICATED,
    AuthorizeData,
    Policy,
    policies,
)
from django_claimsauth.authorization.refusals import Refusal, refused
from django_claimsauth.authorization.resources import with_schemes
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.conf import settings
from django_claimsauth.hooks import (
    after_success,
    before_authentication,
)

Names: TypeAlias = tuple[str, ...]


class Demand(NamedTuple):
    """
    What an endpoint asks of a request, worked out once.

    Args:
        plan: the policy's, as it judges without a resource.

        names: the schemes whose credentials count; `in_turn` are the view's own,
            of which the first that succeeds is enough.

        rejects: a bad credential ends the request (`INVALID_CREDENTIALS`).
    """

    asked: tuple[AuthorizeData, ...]
    policy: Policy | None
    plan: Plan | None
    names: Names
    in_turn: bool
    rejects: bool


DECIDED = "decided"
_combined: dict[tuple[AuthorizeData, ...], Policy] = {}
_demands: dict[EndpointMetadata, Demand] = {}
for _known in (_combined, _demands):
    policies.on_change(_known.clear)
    registry.on_change(_known.clear)
    settings.on_drop(_known.clear)


def default_policy() -> Policy:
    """Return the policy of a bare `@authorize`: the setting's, else authenticated."""
    return policies[settings.default_policy or AUTHENTICATED]


def fallback_entries() -> tuple[AuthorizeData, ...]:
    """Return what holds where nothing is declared; nothing, if the setting is None."""
    name = settings.fallback_policy
    return () if name is None else _fallback(name)


@lru_cache(maxsize=16)
def _fallback(name: str) -> tuple[AuthorizeData, ...]:
    return (AuthorizeData(name),)


def combined(asked: tuple[AuthorizeData, ...]) -> Policy:
    """Return the one policy that means all of these, made once."""
    policy = _combined.get(asked)
    if policy is None:
        entries = [with_schemes(each) for each in asked]
        policy = policies.combine(entries, default=default_policy()) or default_policy()
        if len(_combined) >= decisions.MAX_PLANS:
            _combined.clear()
        _combined[asked] = policy
    return policy


def enforce(
    request: Any, metadata: EndpointMetadata, *, fallback: bool = False
) -> Refusal | None:
    """
    Return what to answer instead of the view, or None to let the request in.

    Args:
        fallback: hold the fallback policy where nothing is declared.
    """
    inner = getattr(request, "_request", request)
    given = inner.__dict__
    state: RequestState = given.get(ATTRIBUTE) or state_of(inner)
    demand = _still_asked(state, metadata, fallback=fallback)
    if demand is None:
        return None
    before = state.current
    if before is None or before.principal is None:
        for hook in before_authentication:
            hook(inner)
    result = state.combined.get(demand.names)
    if result is None or demand.in_turn or state.forced is not None:
        result = _authenticated(inner, demand)
    principal = result.principal
    if (
        principal is None
        or result is not before
        or given.get("principal") is not principal
        or given.get("user") is not state.user
    ):
        # Else the request says it already, as `bind()` would find.
        principal = bind(inner, result, schemes.user)
    # Who was let in by claims alone is not judged by them again.
    if demand.rejects or demand.plan not in principal.memo:
        refusal = _judged(inner, demand, result, principal)
        if refusal is not None:
            return _put_back(inner, state, before, refusal)
    _let_in(inner, state, demand.asked, result.principal)
    return None


def _judged(
    request: Any, demand: Demand, result: AuthenticateResult, principal: ClaimsPrincipal
) -> Refusal | None:
    rejection = _rejection(result) if demand.rejects else None
    if rejection is not None:
        return refused(request, rejection, demand.names)
    if demand.policy is None or demand.plan is None:
        return None
    verdict = decisions.decide(demand.plan, principal, demand.policy, request)
    if verdict.failure is None:
        return None
    return refused(request, result, demand.names, verdict.failure)


async def aenforce(
    request: Any, metadata: EndpointMetadata, *, fallback: bool = False
) -> Refusal | None:
    """Do as `enforce()`, from an event loop."""
    inner = django_request(request)
    state = state_of(inner)
    demand = _still_asked(state, metadata, fallback=fallback)
    if demand is None:
        return None
    before = state.current
    if before is None or before.principal is None:
        for hook in before_authentication:
            hook(inner)
    result, names = await _aauthenticated(inner, demand), demand.names
    principal = bind(inner, result, schemes.user)
    rejection = _rejection(result) if demand.rejects else None
    if rejection is not None:
        refusal = await _arefused(inner, rejection, names)
        return _put_back(inner, state, before, refusal)
    if demand.policy is not None:
        verdict = await decisions.aauthorize(principal, demand.policy, request=inner)
        if verdict.failure is not None:
            refusal = await _arefused(inner, result, names, verdict.failure)
            return _put_back(inner, state, before, refusal)
    _let_in(inner, state, demand.asked, result.principal)
    return None


async def _arefused(
    request: Any, result: AuthenticateResult, names: Names, failure: Any = None
) -> Refusal:
    # A challenge may need a scheme's own result, which may need to wait.
    await schemes.achallenge(request, names)
    return refused(request, result, names, failure)


def _names(policy: Policy | None, own: Names) -> Names:
    """Return whose credentials count: the policy's, the view's own, the default's."""
    if policy is not None and policy.schemes:
        return policy.schemes
    if own:
        return own
    if policy is None and schemes.find_default("authenticate") is None:
        # Anybody may, and nobody can be told from anybody.
        return ()
    return (schemes.default("authenticate"),)


def _own(metadata: EndpointMetadata) -> Names:
    """Return the schemes of the view's own list, by their aliases."""
    if "" not in metadata.schemes:
        return metadata.schemes
    return tuple(e or schemes.default("authenticate") for e in metadata.schemes)


def _demand_of(metadata: EndpointMetadata) -> Demand:
    """Return what an endpoint asks; the fallback's, where nothing is declared."""
    asked = metadata.asked if metadata.is_declared else fallback_entries()
    if not asked and not metadata.is_declared:
        return Demand((), None, None, (), in_turn=False, rejects=False)
    policy = combined(asked) if asked else None
    own = _own(metadata)
    names = _names(policy, own)
    demand = Demand(
        asked=asked,
        policy=policy,
        plan=None if policy is None else decisions.plan_of(policy, None),
        names=names,
        in_turn=names == own and len(own) > 1,
        rejects=settings.invalid_credentials == "reject",
    )
    if len(_demands) >= decisions.MAX_PLANS:
        _demands.clear()
    _demands[metadata] = demand
    return demand


def _authenticated(request: Any, demand: Demand) -> AuthenticateResult:
    if demand.in_turn:
        # A view's own list has the meaning of DRF's: the first that succeeds.
        for name in demand.names:
            result = schemes.authenticate(request, (name,))
            if result.succeeded:
                return result
    if not demand.names:
        return AuthenticateResult.no_result()
    return schemes.authenticate(request, demand.names)


async def _aauthenticated(request: Any, demand: Demand) -> AuthenticateResult:
    if demand.in_turn:
        for name in demand.names:
            result = await schemes.aauthenticate(request, (name,))
            if result.succeeded:
                return result
    if not demand.names:
        return AuthenticateResult.no_result()
    return await schemes.aauthenticate(request, demand.names)


def _put_back(
    request: Any,
    state: RequestState,
    before: AuthenticateResult | None,
    refusal: Refusal,
) -> Refusal:
    """
    Return the refusal; the request is from whom it was let in as.

    DRF asks about other methods in the middle of a request (which forms to show);
    a refusal there must not change who the request is from.
    """
    if before is not None and DECIDED in state.notes:
        bind(request, before, schemes.user)
    return refusal


def _still_asked(
    state: RequestState, metadata: EndpointMetadata, *, fallback: bool
) -> Demand | None:
    """Return what is to be judged, or None where it was, or nothing is declared."""
    decided = state.notes.get(DECIDED)
    if metadata.is_declared:
        asked = metadata.asked
        if decided is asked or (decided and set(asked).issubset(decided)):
            return None
        return _demands.get(metadata) or _demand_of(metadata)
    if decided is not None or not fallback:
        return None
    demand = _demands.get(metadata) or _demand_of(metadata)
    return demand if demand.asked else None


def _let_in(
    request: Any,
    state: RequestState,
    asked: tuple[AuthorizeData, ...],
    principal: ClaimsPrincipal | None,
) -> None:
    notes = state.notes
    notes[DECIDED] = (*notes[DECIDED], *asked) if DECIDED in notes else asked
    if principal is not None:
        for hook in after_success:
            hook(request, principal)


def _rejection(result: AuthenticateResult) -> AuthenticateResult | None:
    """Return the failure of a bad credential, if there was one."""
    for each in result.results.values():
        if each.code is not None:
            return AuthenticateResult.fail(
                each.code, each.detail, results=result.results
            )
    return None
