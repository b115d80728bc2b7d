"""The app as Django knows it."""

from django.apps import AppConfig


class ClaimsAuthConfig(AppConfig):
    """One app, label `claimsauth`, one migration history."""

    name = "django_claimsauth"
    label = "claimsauth"
    default_auto_field = "django.db.models.BigAutoField"
