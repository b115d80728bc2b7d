"""
System checks of the endpoints: what is declared, and what holds it.

They walk the project's URLconf, as `list_endpoints` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings as django_settings
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.urls import get_resolver

from django_claimsauth.authentication.schemes import schemes
from django_claimsauth.authorization import decisions, service
from django_claimsauth.authorization.enforcement import combined, fallback_entries
from django_claimsauth.authorization.guards import Guard
from django_claimsauth.authorization.metadata import (
    EndpointMetadata,
    declared_on,
    metadata_of,
    view_class,
)
from django_claimsauth.authorization.resources import RESOURCES, ViewLevel
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.drf.inventory import (
    ANY_METHOD,
    MIDDLEWARE,
    UNGUARDED,
    endpoints,
    methods_of,
    permission_classes_of,
    view_name,
    walk,
)
from django_claimsauth.drf.permissions import PolicyOfViewPermission, PolicyPermission
from django_claimsauth.errors import ClaimsAuthError, NotNarrowableError

# What must have run before our middleware can know the session's user.
BEFORE = (
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
)


def views() -> dict[str, Any]:
    """Return the project's views by their first route; none without a URLconf."""
    if not getattr(django_settings, "ROOT_URLCONF", None):
        return {}
    found: dict[str, Any] = {}
    for route, _, view in walk(get_resolver().url_patterns):
        found.setdefault(route, view)
    return found


def check_endpoints() -> list[CheckMessage]:
    """Return what is wrong with what the views declare."""
    return [
        message
        for route, view in views().items()
        for check in (_unenforced, _unjudgeable, _about_resource, _contradicting)
        for message in check(route, view)
    ] + list(_lists())


def check_unguarded(*, deploy: bool = False) -> list[CheckMessage]:
    """Return the endpoints that nothing guards: a warning, an error for deployment."""
    if not views():
        return []
    kind: Callable[..., CheckMessage] = Error if deploy else checks.Warning
    return [
        kind(
            f"Nothing guards {each.method} {each.route} ({each.view}).",
            hint="Declare @authorize or @allow_anonymous, or set FALLBACK_POLICY.",
            id="claimsauth.E010" if deploy else "claimsauth.W010",
        )
        for each in endpoints()
        if each.declared == UNGUARDED
    ]


def check_middleware() -> list[CheckMessage]:
    """Return what is wrong with where our middleware stands, or that it is absent."""
    installed = list(django_settings.MIDDLEWARE)
    if MIDDLEWARE not in installed:
        return [*_missing_middleware()]
    place = installed.index(MIDDLEWARE)
    return [
        Error(
            f"{MIDDLEWARE} stands before {each}, and so knows no session and no user.",
            hint="Move it below.",
            id="claimsauth.E012",
        )
        for each in BEFORE
        if each in installed and installed.index(each) > place
    ]


def _missing_middleware() -> Iterator[CheckMessage]:
    reasons = []
    if fallback_entries() and not _default_permission_is_ours():
        reasons.append("FALLBACK_POLICY is set")
    owing = [
        view
        for view in views().values()
        for each in permission_classes_of(view)
        if isinstance(each, type) and issubclass(each, PolicyOfViewPermission)
    ]
    if owing:
        reasons.append(f"{view_name(owing[0])} has HasPolicy()")
    if reasons and views():
        yield checks.Warning(
            f"{MIDDLEWARE} is not installed, though {' and '.join(reasons)}: plain "
            "views are held to no fallback, and no debt is collected.",
            hint="Add it to MIDDLEWARE, after Django's AuthenticationMiddleware.",
            id="claimsauth.W013",
        )


def _default_permission_is_ours() -> bool:
    default = getattr(django_settings, "REST_FRAMEWORK", {})
    return any(
        "PolicyPermission" in str(each)
        for each in default.get("DEFAULT_PERMISSION_CLASSES", ())
    )


def _unenforced(route: str, view: Any) -> Iterator[CheckMessage]:
    """E007: metadata that nothing enforces, e.g. under an own `as_view()`."""
    if MIDDLEWARE in django_settings.MIDDLEWARE or _has_guard(view):
        return
    if PolicyPermission in permission_classes_of(view):
        return
    if any(metadata.asked for metadata in _metadata(view)):
        yield Error(
            f"{view_name(view)} at {route} declares a policy that nothing enforces.",
            hint=f"Add {MIDDLEWARE}, or let its as_view() call the parent's.",
            id="claimsauth.E007",
        )


def _has_guard(view: Any) -> bool:
    while view is not None:
        if isinstance(view, Guard):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def _unjudgeable(route: str, view: Any) -> Iterator[CheckMessage]:
    """E008: a policy or scheme that is unknown, a requirement that nothing judges."""
    for metadata in _metadata(view):
        if not metadata.asked:
            continue
        try:
            policy = combined(metadata.asked)
            decisions.plan_of(policy, None)
            for each in policy.requirements:
                if isinstance(each, ViewLevel):
                    decisions.plan_of(each.policy, None)
            for alias in policy.schemes:
                schemes.entry(alias)
        except ClaimsAuthError as error:
            yield Error(
                f"{view_name(view)} at {route}: {error}",
                hint="A name is misspelt, or its policies.py or handler is missing.",
                id="claimsauth.E008",
            )
            return


def _about_resource(route: str, view: Any) -> Iterator[CheckMessage]:
    """E009: `@authorize` with a rule, which is never met where there is no resource."""
    for metadata in _metadata(view):
        for entry in metadata.asked:
            if entry.policy is None or isinstance(entry.policy, ViewLevel):
                continue
            try:
                asks = decisions.is_about_resource(entry.policy)
            except ClaimsAuthError:
                continue
            if asks:
                yield Error(
                    f"{view_name(view)} at {route} is guarded by {entry.policy!r}, "
                    "which is about a resource: it refuses everybody.",
                    hint="Use @resource_policies(...) or HasPolicy(...).",
                    id="claimsauth.E009",
                )
                return


def _contradicting(route: str, view: Any) -> Iterator[CheckMessage]:
    """W014: `@authorize` and `@allow_anonymous` on one level, where the latter wins."""
    cls = view_class(view)
    levels = [view] if cls is None else [cls, *cls.__dict__.values()]
    for level in levels:
        declaration = declared_on(level)
        if declaration.entries and declaration.anonymous:
            yield checks.Warning(
                f"{view_name(view)} at {route} says both @authorize and "
                "@allow_anonymous on one level; it is open.",
                hint="Remove one of them.",
                id="claimsauth.W014",
            )
            return


def _lists() -> Iterator[CheckMessage]:
    """E011: a list whose policy has no queryset form."""
    for cls in {view_class(view) for view in views().values()}:
        policy = getattr(cls, RESOURCES, {}).get("list")
        model = getattr(getattr(cls, "queryset", None), "model", None)
        if cls is None or policy is None or model is None:
            continue
        try:
            nobody = ClaimsPrincipal.anonymous()
            service.narrow(nobody, policy, model._default_manager.all())
        except NotNarrowableError as error:
            yield Error(
                f"The list of {cls.__module__}.{cls.__qualname__}: {error}",
                hint="Give the handler a queryset form: @handler.narrow.",
                id="claimsauth.E011",
            )
        except ClaimsAuthError:
            # An unknown policy is E008's.
            continue


def _metadata(view: Any) -> Iterator[EndpointMetadata]:
    for method in methods_of(view):
        yield metadata_of(view, "GET" if method == ANY_METHOD else method)
