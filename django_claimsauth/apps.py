"""The app as Django knows it; at start-up the rooms are made known to each other."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import autodiscover_modules

if TYPE_CHECKING:
    from django.core.checks import CheckMessage


class ClaimsAuthConfig(AppConfig):
    """One app, label `claimsauth`, one migration history."""

    name = "django_claimsauth"
    label = "claimsauth"
    verbose_name = "Claims authentication"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the upper rooms hand down, then find every app's policies."""
        from django_claimsauth import following, hooks
        from django_claimsauth.conf import settings
        from django_claimsauth.drf import startup as drf
        from django_claimsauth.passkeys import startup as passkeys
        from django_claimsauth.sessions import sign_in as sessions
        from django_claimsauth.tokens import startup as tokens

        # A mistake in them ends the start, and not the first request.
        settings.current()
        following.register()
        hooks.authorization.wait(_provide_policies)
        sessions.register()
        drf.register()
        tokens.register()
        passkeys.register()
        checks.register(find, checks.Tags.security)
        checks.register(find_before_deployment, checks.Tags.security, deploy=True)
        if settings.policy_provider is not None:
            # Whether it can be imported is found out now as well.
            import_module("django_claimsauth.authorization")
        autodiscover_modules("policies")


def _provide_policies() -> None:
    from django_claimsauth.authorization import startup

    startup.register()


# Late: what looks at all rooms loads them all, and a server that starts need not.


def find(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return what is wrong with the set-up."""
    from django_claimsauth import checks as ours

    return ours.find(app_configs, **kwargs)


def find_before_deployment(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Return what must not be deployed."""
    from django_claimsauth import checks as ours

    return ours.find_before_deployment(app_configs, **kwargs)
