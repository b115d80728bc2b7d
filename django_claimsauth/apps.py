"""The app as Django knows it; at start-up the rooms are made known to each other."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ClaimsAuthConfig(AppConfig):
    """One app, label `claimsauth`, one migration history."""

    name = "django_claimsauth"
    label = "claimsauth"
    verbose_name = "Claims authentication"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what the upper rooms hand down, then find every app's policies."""
        from django_claimsauth import checks, sessions
        from django_claimsauth.api_keys import checks as api_key_checks
        from django_claimsauth.authentication import grant_versions
        from django_claimsauth.authorization import startup as authorization
        from django_claimsauth.drf import startup as drf
        from django_claimsauth.passkeys import startup as passkeys
        from django_claimsauth.tokens import startup as tokens

        grant_versions.register()
        authorization.register()
        sessions.register()
        drf.register()
        tokens.register()
        passkeys.register()
        checks.register()
        api_key_checks.register()
        autodiscover_modules("policies")
