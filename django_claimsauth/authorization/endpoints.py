"""
`@authorize`, `@allow_anonymous`, `require_authorization()`: declare and enforce.

What is decorated enforces itself, whatever the settings. Stacking means AND.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import URLPattern, URLResolver

from django_claimsauth.authorization.guards import gate, guard, guard_class
from django_claimsauth.authorization.metadata import DECLARED, declared_on
from django_claimsauth.authorization.policies import AuthorizeData
from django_claimsauth.authorization.requirements import Requirement

#: What Django's `include()` returns: patterns, app name, namespace.
INCLUDE_LENGTH = 3


def authorize(
    policy: Any = None,
    *,
    roles: Iterable[str] | None = None,
    schemes: Iterable[str] | None = None,
) -> Any:
    """
    Guard the decorated view, class, action or method with a policy.

    Works with and without parentheses. Without a policy and roles, the default
    policy is asked. On a method it is asked besides the class's; stacking means
    AND.

    Args:
        policy: a policy's name, a `Policy` or a requirement.

        roles: any of these.

        schemes: only these schemes' credentials count; all are tried.

    Raises:
        TypeError, ValueError: anything else, at once.
    """
    if _is_view(policy):
        return _declare(policy, (AuthorizeData(),), anonymous=False)
    entry = AuthorizeData.of(policy, roles, schemes)
    return lambda target: _declare(target, (entry,), anonymous=False)


def allow_anonymous(target: Any) -> Any:
    """
    Let everybody in here; who it is is known all the same, where it can be told.

    The nearest declaration decides: on an action it opens that action alone, on
    a class what its actions do not guard, and never what an include guards.
    """
    return _declare(target, (), anonymous=True)


def require_authorization(
    target: Any,
    policy: Any = None,
    *,
    roles: Iterable[str] | None = None,
    schemes: Iterable[str] | None = None,
) -> Any:
    """
    Guard a view, a list of URL patterns or an `include()` from outside.

    Nothing inside opens the gate. The patterns are copied and the views left
    alone, so a module that is included twice may be guarded in one place only.

    Args: as `authorize()`.
    """
    entry = AuthorizeData.of(policy, roles, schemes)
    if isinstance(target, tuple) and len(target) == INCLUDE_LENGTH:
        urlconf, app_name, namespace = target
        patterns: Any = getattr(urlconf, "urlpatterns", urlconf)
        return (_gated_all(patterns, entry), app_name, namespace)
    if isinstance(target, list | tuple):
        return _gated_all(target, entry)
    if not callable(target):
        raise TypeError(
            f"A view, URL patterns or an include() is guarded, not {target!r}."
        )
    return gate(target, (entry,))


def _is_view(target: object) -> bool:
    if isinstance(target, type):
        return not issubclass(target, Requirement)
    return callable(target) and not isinstance(target, Requirement)


def _declare(
    target: Any, entries: tuple[AuthorizeData, ...], *, anonymous: bool
) -> Any:
    if not isinstance(target, type):
        if not callable(target):
            raise TypeError(f"A view is decorated, not {target!r}.")
        return guard(target, entries, anonymous=anonymous)
    if not hasattr(target, "as_view"):
        raise TypeError(
            f"{target.__name__} has no as_view(); a view class is decorated."
        )
    setattr(target, DECLARED, declared_on(target).plus(entries, anonymous=anonymous))
    guard_class(target)
    return target


def _gated_all(patterns: Sequence[Any], entry: AuthorizeData) -> list[Any]:
    return [_gated(each, entry) for each in patterns]


def _gated(pattern: Any, entry: AuthorizeData) -> Any:
    if isinstance(pattern, URLPattern):
        view = gate(pattern.callback, (entry,))
        return URLPattern(pattern.pattern, view, pattern.default_args, pattern.name)
    if not isinstance(pattern, URLResolver):
        raise TypeError(f"A URL pattern is guarded, not {pattern!r}.")
    return URLResolver(
        pattern.pattern,
        _gated_all(pattern.url_patterns, entry),
        pattern.default_kwargs,
        pattern.app_name,
        pattern.namespace,
    )
