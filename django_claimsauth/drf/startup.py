"""
What DRF hands down to the rooms below, which do not know it, at start-up.

By functions that import late: with a view, not when Django starts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django_claimsauth import hooks
from django_claimsauth.drf import openapi
from django_claimsauth.drf.forced import adopt_forced, hand_over

if TYPE_CHECKING:
    from django.http import HttpResponse
    from rest_framework.permissions import BasePermission

    from django_claimsauth.authorization.refusals import Refusal


def register() -> None:
    """Answer, authenticate and guard in DRF's way; doing it twice does it once."""
    for known, hook in (
        (hooks.answerers, _answer),
        (hooks.before_authentication, adopt_forced),
        (hooks.after_success, hand_over),
        (hooks.scheme_readers, _schemes_of_class),
    ):
        if hook not in known:
            known.append(hook)  # type: ignore[arg-type]
    hooks.on_guarded_class(_guard_permissions)
    hooks.function_attributes["permission_classes"] = _permission_classes
    openapi.register()


def _answer(request: Any, refusal: Refusal, view: Any) -> HttpResponse | None:
    from django_claimsauth.drf.exceptions import answer_in_drf

    return answer_in_drf(request, refusal, view)


def _schemes_of_class(cls: type) -> Iterable[str]:
    from django_claimsauth.drf.authentication import schemes_of_class

    return schemes_of_class(cls)


def _guard_permissions(cls: type) -> None:
    from django_claimsauth.drf.permissions import guard_permissions

    guard_permissions(cls)


def _permission_classes() -> list[type[BasePermission]]:
    from django_claimsauth.drf.permissions import permission_classes

    return permission_classes()
