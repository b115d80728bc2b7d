"""The app of the rules' law; without migrations, and without relations to others."""

from django.apps import AppConfig


class RulesConfig(AppConfig):
    """Models with every kind of column and relation that a rule reads."""

    name = "tests.rules_app"
    label = "rulesapp"
