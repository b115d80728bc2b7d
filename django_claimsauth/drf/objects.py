"""Asking a resource policy about an object: 401, 403, or 404 where it is hidden."""

from __future__ import annotations

from typing import Any

from django_claimsauth.authentication.requests import state_of
from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.authorization import service
from django_claimsauth.authorization.policies import PolicyLike
from django_claimsauth.authorization.refusals import HiddenError, refused
from django_claimsauth.authorization.resources import resource_policy
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.conf import settings
from django_claimsauth.drf.exceptions import RefusedError

READ = "retrieve"


def check_object(
    request: Any,
    view: Any,
    resource: Any,
    policy: PolicyLike,
    *,
    may_hide: bool = True,
) -> None:
    """
    Return if the principal may.

    Args:
        may_hide: answer 404 where the `retrieve` policy refuses as well; a new
            object hides nothing.

    Raises:
        HiddenError, RefusedError: it may not.
    """
    current = state_of(request).current or AuthenticateResult.no_result()
    principal = current.principal or ClaimsPrincipal.anonymous()
    verdict = service.authorize(principal, policy, resource, request=request)
    if verdict.failure is None:
        return
    if may_hide and current.succeeded and _is_hidden(view, principal, resource):
        raise HiddenError("Not found.", status=404, failure=verdict.failure)
    names = tuple(current.results)
    raise RefusedError(refused(request, current, names, verdict.failure))


def _is_hidden(view: Any, principal: ClaimsPrincipal, resource: Any) -> bool:
    read = resource_policy(type(view), READ)
    if read is None or not settings.hide_forbidden_resources:
        return False
    return not service.authorize(principal, read, resource, request=view.request)
