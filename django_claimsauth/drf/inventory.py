"""
The inventory: what guards each route and method of a URLconf.

It is read from the views themselves, decorated or not: routers, includes, the
admin, plain and async views, and whatever others bring along.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.conf import settings as django_settings
from django.contrib.auth.mixins import AccessMixin
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.permissions import AND, AllowAny
from rest_framework.views import APIView

from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.authorization.enforcement import combined, fallback_entries
from django_claimsauth.authorization.exemptions import is_exempt_name, is_login_exempt
from django_claimsauth.authorization.metadata import (
    EndpointMetadata,
    metadata_of,
    view_class,
)
from django_claimsauth.authorization.policies import (
    AuthorizeData,
    Policy,
    PolicyLike,
    policies,
)
from django_claimsauth.authorization.resources import ViewLevel
from django_claimsauth.drf.permissions import PolicyOfViewPermission, PolicyPermission
from django_claimsauth.errors import ClaimsAuthError

MIDDLEWARE: Final = "django_claimsauth.middleware.AuthorizationMiddleware"
LOGIN_REQUIRED: Final = "django.contrib.auth.middleware.LoginRequiredMiddleware"
ANY_METHOD: Final = "ANY"
#: How open an endpoint is where nothing of ours guards it.
UNGUARDED: Final = "unguarded"
ANONYMOUS: Final = "anonymous"
EXEMPT: Final = "exempt"
#: Whom else an endpoint is guarded by.
OTHER: Final = "other"
DJANGO: Final = "django"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    One route and method, and what guards it.

    `declared` says where that stands: gate, class, action, function, resource,
    permission, fallback; or that somebody else guards it: admin, django, other;
    or that it is open: anonymous, exempt, unguarded. All `requirements` must
    hold; they are what the `policies` come to. `schemes` are those whose
    credentials count.
    """

    method: str
    route: str
    policies: tuple[str, ...]
    schemes: tuple[str, ...]
    declared: str
    view: str
    name: str
    requirements: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the endpoint as JSON has it."""
        return {key: _listed(value) for key, value in asdict(self).items()}


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def endpoints(urlconf: str | None = None) -> list[Endpoint]:
    """Return every endpoint of a URLconf (the project's), in URL order."""
    found = walk(get_resolver(urlconf).url_patterns)
    return [
        endpoint
        for route, name, view in found
        for endpoint in _of_view(route, name, view)
    ]


def walk(
    patterns: Any, prefix: str = "/", namespace: str = ""
) -> Iterator[tuple[str, str, Any]]:
    """Yield the route, the name and the view of every pattern, includes included."""
    for each in patterns:
        route = prefix + str(each.pattern).removeprefix("^")
        if isinstance(each, URLResolver):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from walk(each.url_patterns, route, inner)
        elif isinstance(each, URLPattern):
            yield route, namespace + (each.name or ""), each.callback


def _of_view(route: str, name: str, view: Any) -> Iterator[Endpoint]:
    for method in methods_of(view):
        metadata = metadata_of(view, "GET" if method == ANY_METHOD else method)
        declared, asked = _declared(metadata, name, route, view)
        foreign = _permission_names(view) if declared == OTHER else ()
        accepted, requirements = _asks(asked)
        yield Endpoint(
            method,
            route,
            tuple(map(_entry_name, asked)) or foreign,
            accepted,
            declared,
            view_name(view),
            name,
            requirements or foreign,
        )


def _asks(asked: tuple[AuthorizeData, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the schemes and the requirements that declarations come to."""
    if not asked:
        return (), ()
    try:
        policy = combined(asked)
        return _schemes_of(policy), tuple(_requirements_of(policy))
    except ClaimsAuthError as error:
        # An unknown name: a check says so, a request is a 500, and here it shows.
        return (), (f"error: {error}",)


def methods_of(view: Any) -> list[str]:
    """Return the methods that a view answers; a function does not say."""
    actions = getattr(view, "actions", None)
    if actions:
        return sorted(verb.upper() for verb in actions if verb != "head")
    cls = view_class(view)
    if cls is None:
        return [ANY_METHOD]
    known = getattr(cls, "http_method_names", [])
    verbs = [v for v in known if v not in ("options", "head") and hasattr(cls, v)]
    return sorted(verb.upper() for verb in verbs) or [ANY_METHOD]


def view_name(view: Any) -> str:
    """Return the dotted name of a view's class or function."""
    target = view_class(view) or view
    name = getattr(target, "__qualname__", None) or type(target).__qualname__
    return f"{getattr(target, '__module__', '?')}.{name}"


def _declared(
    metadata: EndpointMetadata, name: str, route: str, view: Any
) -> tuple[str, tuple[AuthorizeData, ...]]:
    if metadata.asked:
        return " + ".join(metadata.declared), metadata.asked
    if metadata.anonymous:
        return ANONYMOUS, ()
    own = tuple(AuthorizeData(each) for each in _permission_policies(view))
    if own:
        return "permission", own
    exempt = is_login_exempt(view) or is_exempt_name(name, route)
    if fallback_entries() and _falls_back(view, exempt=exempt):
        return "fallback", fallback_entries()
    guard = _foreign_guard(view)
    return (EXEMPT if guard == UNGUARDED and exempt else guard), ()


def _falls_back(view: Any, *, exempt: bool) -> bool:
    if PolicyPermission in permission_classes_of(view):
        return True
    return MIDDLEWARE in django_settings.MIDDLEWARE and not exempt


def _permission_policies(view: Any) -> Iterator[PolicyLike]:
    for each in permission_classes_of(view):
        yield from _policies_in(each)


def _policies_in(permission: Any) -> Iterator[PolicyLike]:
    """Yield what a permission asks in any case: alone, or joined by `&`."""
    if getattr(permission, "operator_class", None) is AND:
        yield from _policies_in(permission.op1_class)
        yield from _policies_in(permission.op2_class)
    elif isinstance(permission, type) and issubclass(
        permission, PolicyOfViewPermission
    ):
        yield permission.policy


def permission_classes_of(view: Any) -> list[Any]:
    """Return the permission classes of a DRF view; of any other, none."""
    return list(getattr(view_class(view), "permission_classes", ()))


def _permission_names(view: Any) -> tuple[str, ...]:
    return tuple(getattr(e, "__name__", repr(e)) for e in permission_classes_of(view))


def _foreign_guard(view: Any) -> str:
    """Say who else guards a view that is none of ours, as far as it shows."""
    cls = view_class(view)
    if hasattr(view, "admin_site") or hasattr(view, "model_admin"):
        return "admin"
    if cls is not None and issubclass(cls, APIView):
        # Where nothing is declared, ours lets in whom the fallback does: here, all.
        open_to_all = {AllowAny, PolicyPermission}.issuperset(
            permission_classes_of(view)
        )
        return UNGUARDED if open_to_all else OTHER
    if cls is not None and issubclass(cls, AccessMixin):
        return DJANGO
    if "redirect_field_name" in getattr(view, "__dict__", {}):
        # What Django's login_required() and its kin leave on what they wrap.
        return DJANGO
    login_required = LOGIN_REQUIRED in django_settings.MIDDLEWARE
    return DJANGO if login_required and not is_login_exempt(view) else UNGUARDED


def _entry_name(entry: AuthorizeData) -> str:
    if isinstance(entry.policy, ViewLevel):
        return _policy_name(entry.policy.policy)
    named = [] if entry.policy is None else [_policy_name(entry.policy)]
    if entry.roles:
        named.append(f"roles: {', '.join(entry.roles)}")
    return " and ".join(named) or "default policy"


def _policy_name(policy: PolicyLike) -> str:
    return policy if isinstance(policy, str) else repr(policy)


def _requirements_of(policy: Policy) -> Iterator[str]:
    for each in policy.requirements:
        if isinstance(each, ViewLevel):
            yield from map(repr, policies.resolve(each.policy).requirements)
        else:
            yield repr(each)


def _schemes_of(policy: Policy) -> tuple[str, ...]:
    try:
        return policy.schemes or (schemes.default("authenticate"),)
    except ClaimsAuthError:
        # Two schemes and no default: a check says so, and a request is a 500.
        return ()
