"""
A refusal, as what HTTP can say about it: 401, 403, 404, and why so.

Nobody authenticated: 401 with the challenge of every scheme that was tried.
Authenticated and not allowed: 403, or 404 where the principal may not even know
that the resource is there. The client learns no reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from django_claimsauth.authentication.requests import state_of
from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.authorization.builtin import (
    RequireRecentAuthentication,
    RequireScope,
)
from django_claimsauth.authorization.requirements import Requirement
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.conf import settings
from django_claimsauth.errors import NotAuthorizedError

if TYPE_CHECKING:
    from django_claimsauth.authentication.results import AuthenticateResult
    from django_claimsauth.authorization.evaluation import AuthorizationFailure
    from django_claimsauth.authorization.policies import Policy

#: Seconds after which a client may ask again where an issuer or a store is away.
RETRY_AFTER: Final = 5
DETAILS: Final[Mapping[str, Any]] = {
    "not_authenticated": _("Authentication credentials were not provided."),
    "invalid_token": _("The credential is not valid."),
    "invalid_request": _("The request carries more than one credential."),
    "csrf_failed": _("The CSRF token is missing or incorrect."),
    "insufficient_user_authentication": _("A more recent sign-in is needed."),
    "insufficient_scope": _("The credential does not have the needed scope."),
    "permission_denied": _("You do not have permission to perform this action."),
    "not_found": _("Not found."),
    "rate_limited": _("Too many requests by this credential."),
    "temporarily_unavailable": _("The service is temporarily unavailable."),
}
# What a scheme's failure is, where it is not the credential that is wrong.
STATUS_OF_CODE: Final[Mapping[str, tuple[int, str]]] = {
    "keys_unavailable": (503, "temporarily_unavailable"),
    "temporarily_unavailable": (503, "temporarily_unavailable"),
    "invalid_request": (400, "invalid_request"),
    "csrf_failed": (403, "csrf_failed"),
    "rate_limited": (429, "rate_limited"),
}
# A handler that knows better than RETRY_AFTER says so in the request's notes.
WAITING: Final = frozenset(
    {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is answered: a status, a code, a fixed sentence, headers."""

    status: int
    code: str
    headers: Mapping[str, str] = field(default_factory=dict)
    failure: AuthorizationFailure | None = None

    @property
    def detail(self) -> str:
        """The fixed sentence of the code, in the client's language."""
        return str(DETAILS[self.code])


class UnauthenticatedError(NotAuthorizedError, PermissionDenied):
    """401; where nothing of ours handles it, Django makes it a 403."""


class ForbiddenError(NotAuthorizedError, PermissionDenied):
    """403; also a `PermissionDenied`, so it is never a 500."""


class HiddenError(NotAuthorizedError, Http404):
    """404; also an `Http404`, so a hidden resource answers like an absent one."""


def refusal(
    principal: ClaimsPrincipal,
    failure: AuthorizationFailure,
    policy: Policy,
    *,
    hidden: bool = False,
) -> NotAuthorizedError:
    """Return the error that `service.require()` raises."""
    if hidden:
        return HiddenError("Not found.", status=404, failure=failure)
    kind: type[NotAuthorizedError] = ForbiddenError
    status = 403
    if not principal.is_authenticated or step_up(failure) is not None:
        kind, status = UnauthenticatedError, 401
    message = f"The principal {principal.subject!r} may not: {policy!r}."
    return kind(message, status=status, failure=failure, schemes=policy.schemes)


def step_up(failure: AuthorizationFailure | None) -> RequireRecentAuthentication | None:
    """Return the requirement to sign in again, where nothing else is unmet."""
    if failure is None or failure.vetoed or not failure.requirements:
        return None
    first = failure.requirements[0]
    if not all(
        isinstance(e, RequireRecentAuthentication) for e in failure.requirements
    ):
        return None
    return first if isinstance(first, RequireRecentAuthentication) else None


def refused(
    request: Any,
    result: AuthenticateResult,
    names: tuple[str, ...],
    failure: AuthorizationFailure | None = None,
) -> Refusal:
    """
    Return what a request is answered that its endpoint's policy refused.

    Args:
        result: what authenticating by the schemes `names` found.
    """
    if not result:
        return _unauthenticated(request, result, names, failure)
    needed = step_up(failure)
    if needed is not None:
        return _step_up(request, names, needed, failure)
    scopes = missing_scopes(failure) if settings.insufficient_scope else ()
    code = "insufficient_scope" if scopes else "permission_denied"
    values = schemes.forbid(request, names, failure)
    return Refusal(403, code, _www(values), failure)


def _unauthenticated(
    request: Any,
    result: AuthenticateResult,
    names: tuple[str, ...],
    failure: AuthorizationFailure | None,
) -> Refusal:
    codes = [each.code for each in result.results.values()] or [result.code]
    for known, (status, code) in STATUS_OF_CODE.items():
        if known in codes:
            wait = state_of(request).notes.get("retry_after", RETRY_AFTER)
            headers = {"Retry-After": str(wait)} if status in WAITING else {}
            return Refusal(status, code, headers, failure)
    code = "not_authenticated" if result.is_no_result else "invalid_token"
    return Refusal(401, code, _www(schemes.challenge(request, names)), failure)


def _step_up(
    request: Any,
    names: tuple[str, ...],
    needed: RequireRecentAuthentication,
    failure: AuthorizationFailure | None,
) -> Refusal:
    """Return the 401 of RFC 9470 3: authenticated, but not recently enough."""
    code = "insufficient_user_authentication"
    added = (
        f'error="{code}", error_description="A more recent sign-in is needed.", '
        f"max_age={needed.max_age}"
    )
    values = [f"{each}, {added}" for each in schemes.challenge(request, names)]
    return Refusal(401, code, _www(values), failure)


def missing_scopes(failure: AuthorizationFailure | None) -> tuple[str, ...]:
    """Return the scopes of which one would have met an unmet requirement."""
    if failure is None:
        return ()
    parts: list[Requirement] = [
        part for each in failure.requirements for part in each.parts()
    ]
    return tuple(
        scope
        for part in parts
        if isinstance(part, RequireScope)
        for scope in part.scopes
    )


def _www(values: list[str]) -> Mapping[str, str]:
    """Return one header for all challenges, joined as RFC 9110 11.6.1 allows."""
    return {"WWW-Authenticate": ", ".join(values)} if values else {}
