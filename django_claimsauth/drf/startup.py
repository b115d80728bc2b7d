"""What DRF hands down to the rooms below, which do not know it, at start-up."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django_claimsauth.authorization.answers import answerers
from django_claimsauth.authorization.enforcement import (
    after_success,
    before_authentication,
)
from django_claimsauth.authorization.guards import (
    on_guarded_class,
    on_guarded_function,
)
from django_claimsauth.authorization.metadata import scheme_readers
from django_claimsauth.drf.authentication import schemes_of_class
from django_claimsauth.drf.exceptions import answer_in_drf
from django_claimsauth.drf.forced import adopt_forced, hand_over
from django_claimsauth.drf.permissions import guard_permissions, permission_classes


def register() -> None:
    """Answer, authenticate and guard in DRF's way; doing it twice does it once."""
    for hooks, hook in (
        (answerers, answer_in_drf),
        (before_authentication, adopt_forced),
        (after_success, hand_over),
        (scheme_readers, schemes_of_class),
    ):
        if hook not in hooks:
            hooks.append(hook)  # type: ignore[arg-type]
    on_guarded_class(guard_permissions)
    if find_spec("drf_spectacular") is not None:
        # Its extensions are found by being imported.
        import_module("django_claimsauth.drf.schema")
    on_guarded_function("permission_classes", permission_classes)
