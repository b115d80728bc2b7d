"""The app whose documents the tests guard."""

from django.apps import AppConfig


class TestAppConfig(AppConfig):
    """A project's own app, as this package meets it."""

    name = "tests.app"
    label = "testapp"
    default_auto_field = "django.db.models.BigAutoField"
