"""
Deciding by a policy: its plans, kept; its refusals, logged.

`service` is what is called; here is how it decides.
"""

from __future__ import annotations

import logging
from types import NoneType
from typing import Any

from django.contrib.auth import get_backends
from django.db.models import Model, Q

from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.authorization import debt
from django_claimsauth.authorization.builtin import RequirePermission
from django_claimsauth.authorization.evaluation import (
    SUCCESS,
    AuthorizationContext,
    AuthorizationFailure,
    AuthorizationResult,
    Plan,
    aevaluate,
    evaluate,
)
from django_claimsauth.authorization.handlers import registry
from django_claimsauth.authorization.policies import (
    Policy,
    PolicyLike,
    policies,
    policy_like,
)
from django_claimsauth.authorization.requirements import Requirement
from django_claimsauth.authorization.resources import ViewLevel
from django_claimsauth.authorization.rules import Judge, Rule, register_binder
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.conf import settings
from django_claimsauth.errors import NotNarrowableError

logger = logging.getLogger("django_claimsauth.authorization")
# Policies may be made on the fly; what is kept about them is bounded.
MAX_PLANS = 4096
# A principal lives as long as its credential, and plans may be made anew.
MAX_MEMO = 256
_plans: dict[tuple[PolicyLike, type], Plan] = {}
policies.on_change(_plans.clear)
registry.on_change(_plans.clear)


def authorize(
    principal: ClaimsPrincipal | None,
    policy: PolicyLike,
    resource: object = None,
    *,
    request: Any = None,
) -> AuthorizationResult:
    """
    Decide whether the principal may; None is the anonymous principal.

    A refusal is logged. With `request`, handlers see it, and the resource
    policy of its view counts as asked.

    Raises:
        TypeError: a principal that is none (a user, a request, a str).

        UnknownPolicyError, NoHandlerError: the policy cannot be judged.
    """
    known = (
        principal
        if principal.__class__ is ClaimsPrincipal
        else checked_principal(principal)
    )
    plan = _plans.get((policy, resource.__class__)) or plan_of(policy, resource)
    after_veto = not plan.calls or settings.handlers_after_veto
    result = evaluate(plan, known, resource, request, handlers_after_veto=after_veto)
    if result is not SUCCESS or resource is not None:
        _asked(result, known, policy, resource, request)
    return result


def decide(
    plan: Plan, principal: ClaimsPrincipal, policy: PolicyLike, request: Any
) -> AuthorizationResult:
    """
    Do as `authorize()` without a resource, by a plan that the caller has kept.

    A plan in the principal's `memo` need not be asked again: it is constant, and
    who is authenticated by the same credential again is the very same principal.
    """
    if plan in principal.memo:
        return SUCCESS
    after_veto = not plan.calls or settings.handlers_after_veto
    result = evaluate(plan, principal, None, request, handlers_after_veto=after_veto)
    if result is not SUCCESS:
        _asked(result, principal, policy, None, request)
    elif (
        plan.is_constant
        and principal.__class__ is ClaimsPrincipal
        and len(principal.memo) < MAX_MEMO
    ):
        principal.memo[plan] = result
    return result


async def aauthorize(
    principal: ClaimsPrincipal | None,
    policy: PolicyLike,
    resource: object = None,
    *,
    request: Any = None,
) -> AuthorizationResult:
    """Do as `authorize()`, from an event loop."""
    known = checked_principal(principal)
    plan = _plans.get((policy, resource.__class__)) or plan_of(policy, resource)
    after_veto = not plan.calls or settings.handlers_after_veto
    result = await aevaluate(
        plan, known, resource, request, handlers_after_veto=after_veto
    )
    _asked(result, known, policy, resource, request)
    return result


def may_hold(
    principal: ClaimsPrincipal, policy: PolicyLike, *, request: Any = None
) -> bool:
    """
    Tell whether the policy may hold for some resource.

    What asks a resource counts as met, unless it is a rule that compares with
    claims which the principal does not have.
    """
    plan = plan_of(policy, None)
    assumed = sum(
        bit
        for part, bit in plan.bits.items()
        if bit & plan.about_resource and _is_possible(part, principal)
    )
    return bool(evaluate(plan, principal, None, request, assumed=assumed))


def _is_possible(part: Requirement, principal: ClaimsPrincipal) -> bool:
    return part.may_hold(principal) if isinstance(part, Rule) else True


def is_about_resource(policy: PolicyLike) -> bool:
    """Tell whether a policy holds a rule, or a requirement of a typed handler."""
    return plan_for(policy).about_resource != 0


def plan_for(policy: PolicyLike) -> Plan:
    """Return the plan of a policy where there is no resource, made at first use."""
    return _plans.get((policy, NoneType)) or plan_of(policy, None)


def plan_of(policy: PolicyLike, resource: object) -> Plan:
    """Return the plan of a policy for the resource's class, made at first use."""
    key = (policy_like(policy), resource.__class__)
    plan = _plans.get(key)
    if plan is None:
        if len(_plans) >= MAX_PLANS:
            _plans.clear()
        plan = Plan(policies.resolve(policy).requirements, resource.__class__)
        _plans[key] = plan
    return plan


def resolved(policy: PolicyLike) -> Policy:
    """Return the policy that a name, a policy or a requirement means."""
    return policies.resolve(policy_like(policy))


def checked_principal(principal: object) -> ClaimsPrincipal:
    """Return the principal, None as the anonymous one; anything else is a TypeError."""
    if principal is None:
        return ClaimsPrincipal.anonymous()
    if not isinstance(principal, ClaimsPrincipal):
        raise TypeError(
            f"A ClaimsPrincipal is judged, not {type(principal).__name__}; "
            "a request has one: request.principal."
        )
    return principal


def _asked(
    result: AuthorizationResult,
    principal: ClaimsPrincipal,
    policy: PolicyLike,
    resource: object,
    request: Any,
) -> None:
    if request is not None and resource is not None:
        debt.pay(request)
    if result.failure is not None and logger.isEnabledFor(logging.INFO):
        _log_refusal(result.failure, principal, policy, resource)


def _log_refusal(
    failure: AuthorizationFailure,
    principal: ClaimsPrincipal,
    policy: PolicyLike,
    resource: object,
) -> None:
    reasons = [f"{_name(each.handler)}: {each.message!r}" for each in failure.reasons]
    logger.info(
        "Not authorized: policy=%r subject=%r resource=%s "
        "unmet=%r vetoed=%s reasons=%s",
        policy,
        principal.subject,
        type(resource).__name__,
        list(failure.requirements),
        failure.vetoed,
        reasons,
    )


def _name(handler: Any) -> str:
    return getattr(handler, "__qualname__", None) or repr(handler)


def judge_permission(
    context: AuthorizationContext, requirement: RequirePermission
) -> None:
    """Ask the local user's backends, about the resource as well where there is one."""
    user: Any = _user(context)
    has_perm = getattr(user, "has_perm", None)
    if has_perm is None:
        return
    for permission in requirement.permissions:
        # Django's own backend knows no object permissions and says False to any.
        if has_perm(permission) or (
            context.resource is not None and has_perm(permission, context.resource)
        ):
            context.succeed(requirement)
            return


def _user(context: AuthorizationContext) -> object:
    request = context.request
    if request is not None and getattr(request, "principal", None) is context.principal:
        return request.user
    return _user_of(context.principal)


def _user_of(principal: ClaimsPrincipal) -> Any:
    return schemes.user(principal) if principal.is_authenticated else None


def narrow_permission(principal: ClaimsPrincipal, requirement: RequirePermission) -> Q:
    """
    Return every row where the user has the permission at large, else none.

    Raises:
        NotNarrowableError: a backend other than Django's may give permissions
            for single objects, and has no queryset form.
    """
    # Its module holds models, which wait for the apps; policies need not.
    from django.contrib.auth.backends import ModelBackend

    for backend in get_backends():
        if type(backend).has_perm is not ModelBackend.has_perm:
            raise NotNarrowableError(
                f"{requirement!r} cannot narrow a queryset: the backend "
                f"{type(backend).__qualname__} may know object permissions."
            )
    user = _user_of(principal)
    has_perm = getattr(user, "has_perm", None)
    has = has_perm is not None and any(map(has_perm, requirement.permissions))
    return Q() if has else Q(pk__in=[])


def judge_view_level(context: AuthorizationContext, requirement: ViewLevel) -> None:
    """Satisfy the requirement if its policy may hold for some resource."""
    if may_hold(context.principal, requirement.policy, request=context.request):
        context.succeed(requirement)


def _judge_of_model(kind: type, rule: Rule) -> Judge | None:
    if not issubclass(kind, Model):
        return None
    # Late: what knows columns is loaded when a model's instance is met.
    from django_claimsauth.authorization.judging import judge_of_model

    return judge_of_model(kind, rule)


register_binder(_judge_of_model)
registry.add(judge_permission, RequirePermission).narrow = narrow_permission
registry.add(judge_view_level, ViewLevel)
