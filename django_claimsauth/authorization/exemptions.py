"""Which undeclared views the fallback policy leaves alone."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from django_claimsauth.conf import settings


def is_login_exempt(view: Any) -> bool:
    """
    Tell whether a view says `@login_not_required`, as Django's sign-in pages do.

    DRF says the same on every view of its own, so there it says nothing.
    """
    return not getattr(view, "login_required", True) and not hasattr(view, "cls")


def is_exempt_name(name: str, path: str) -> bool:
    """Tell whether `FALLBACK_EXEMPT` has the view's name, or where the path starts."""
    return any(
        path.startswith(each) if each.startswith("/") else fnmatchcase(name, each)
        for each in settings.fallback_exempt
    )
