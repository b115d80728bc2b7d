"""DRF permissions that ask policies, of the view and of each object."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from django_claimsauth.authentication.requests import bind, django_request, state_of
from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.authentication.transformation import transformations
from django_claimsauth.authentication.users import principal_of_user
from django_claimsauth.authorization import debt, decisions, service
from django_claimsauth.authorization.enforcement import enforce
from django_claimsauth.authorization.metadata import (
    EndpointMetadata,
    metadata_of,
    metadata_of_handler,
)
from django_claimsauth.authorization.policies import PolicyLike, policy_like
from django_claimsauth.authorization.resources import resource_policy
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.drf.exceptions import RefusedError
from django_claimsauth.drf.forced import adopt_forced
from django_claimsauth.drf.objects import check_object

if TYPE_CHECKING:
    from rest_framework.views import APIView


#: Methods that are answered by the handler of their own name, and by nothing else.
PLAIN_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


class PolicyPermission(BasePermission):
    """
    Enforces what the view declares, and the fallback policy where it declares nothing.

    For `DEFAULT_PERMISSION_CLASSES`. It raises the refusal, so that a 401 has
    the challenge of every scheme that was tried.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Return True, or raise the refusal."""
        refusal = enforce(request, metadata_of_view(view), fallback=True)
        if refusal is not None:
            raise RefusedError(refusal)
        inner = getattr(request, "_request", request)
        auth = getattr(request, "_auth", None)
        if auth is None or inner.__dict__.get("principal") is not auth:
            # Else it is from whom DRF takes it to be.
            _settle(request)
        return True

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        """Return True, or raise the refusal of the action's resource policy."""
        policy = resource_policy(type(view), action_of(view))
        if policy is not None:
            check_object(request, view, obj, policy)
        return True


class PolicyOfViewPermission(BasePermission):
    """What `HasPolicy("name")` makes: asks one policy, and only says yes or no."""

    policy: ClassVar[PolicyLike]

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Tell whether the policy holds; of a resource policy, what needs no object."""
        principal, plan = principal_of(request), decisions.plan_for(self.policy)
        if not plan.about_resource:
            answer = decisions.decide(plan, principal, self.policy, request)
            return answer.failure is None
        debt.owe(request, type(view).__qualname__, self.policy)
        return decisions.may_hold(principal, self.policy, request=request)

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        """Tell whether the policy holds for the object."""
        principal = principal_of(request)
        return bool(service.authorize(principal, self.policy, obj, request=request))


def HasPolicy(policy: PolicyLike) -> type[BasePermission]:  # noqa: N802  # makes a class
    """
    Return a permission class that asks this policy; `&`, `|` and `~` work.

    Raises:
        TypeError, ValueError: no policy's name, no policy, no requirement.
    """
    asked = policy_like(policy)
    name = asked if isinstance(asked, str) else repr(asked)
    return type(f"HasPolicy({name!r})", (PolicyOfViewPermission,), {"policy": asked})


def principal_of(request: Request) -> ClaimsPrincipal:
    """
    Return the request's principal, authenticated by the view's own classes.

    Whom an authentication class that is none of ours vouches for is a principal
    as well: the local user's, with that class's name as authentication type.
    """
    # Touching it runs DRF's authentication, once a request.
    user = request.user
    current = state_of(request).current
    if current is not None and current.principal is not None:
        return current.principal
    if request.successful_authenticator is None:
        return ClaimsPrincipal.anonymous()
    return _adopted(request, user)


def _adopted(request: Request, user: Any) -> ClaimsPrincipal:
    inner = django_request(request)
    adopt_forced(inner)
    vouched = type(request.successful_authenticator).__name__
    found = state_of(inner).forced or principal_of_user(user, vouched)
    if not found.is_authenticated:
        return found
    result = AuthenticateResult.succeed(transformations.run(found, inner))
    return bind(inner, result, lambda _: user)


def action_of(view: Any) -> str:
    """
    Return the name of the method that answers: a viewset's action, or the verb.

    It follows the request's method and not `view.action`, because DRF asks about
    other methods too (which forms to show). HEAD and OPTIONS are the read.
    """
    verb = view.request.method.lower()
    verb = "get" if verb in ("head", "options") else verb
    actions = getattr(view, "action_map", None) or {}
    return str(actions.get(verb, verb))


def metadata_of_view(view: APIView) -> EndpointMetadata:
    """Return what a running view declares for its request's method."""
    request = view.request
    # A clone of DRF's has a method of its own: of a form, or of what is described.
    cloned = request.__dict__.get("method")
    method = cloned or getattr(request, "_request", request).method or "GET"
    if method not in PLAIN_METHODS:
        return metadata_of(shape_of(view), method)
    verb = method.lower()
    actions = getattr(view, "action_map", None)
    return metadata_of_handler(
        type(view), str(actions.get(verb, verb)) if actions else verb
    )


def shape_of(view: APIView) -> SimpleNamespace:
    """Return a view's instance in the shape that `metadata_of()` looks at."""
    return SimpleNamespace(cls=type(view), actions=getattr(view, "action_map", None))


def _settle(request: Request) -> None:
    """Make DRF's request know who was authenticated by the policy's schemes."""
    inner = getattr(request, "_request", request)
    current = state_of(inner).current
    principal = None if current is None else current.principal
    if principal is not None and getattr(request, "_auth", None) is not principal:
        request.user = inner.user
        request.auth = principal


def guard_permissions(cls: type) -> None:
    """
    Have a guarded DRF class ask its policies in `check_permissions()` as well.

    DRF asks there which methods to describe and which forms to show.
    """
    # Not at the top: DRF loads permissions while its views are half loaded.
    from rest_framework.views import APIView

    if not issubclass(cls, APIView):
        return
    original = cls.check_permissions

    def check_permissions(self: APIView, request: Request) -> None:
        metadata = metadata_of_view(self)
        refusal = enforce(request, metadata)
        if refusal is not None:
            raise RefusedError(refusal)
        if metadata.is_declared:
            _settle(request)
        original(self, request)

    cls.check_permissions = check_permissions  # type: ignore[method-assign]


def permission_classes() -> list[type[BasePermission]]:
    """Return what `@api_view` gives a guarded function that names none itself."""
    from rest_framework.views import APIView

    default: Sequence[Any] = APIView.permission_classes
    return [*default, PolicyPermission]
