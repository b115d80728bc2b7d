"""The settings of the suite, with the three packages from which one changes over."""

from tests.settings import *  # noqa: F403
from tests.settings import CLAIMSAUTH, DATABASES, INSTALLED_APPS

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "rest_framework.authtoken",
    "rest_framework_api_key",
    "knox",
]
DATABASES["default"]["NAME"] += "_legacy"
LEGACY = "django_claimsauth.api_keys.legacy"
CLAIMSAUTH = {
    **CLAIMSAUTH,
    "SCHEMES": {
        **CLAIMSAUTH["SCHEMES"],
        "old_key": {
            "BACKEND": f"{LEGACY}.RestFrameworkAPIKeyHandler",
            "OPTIONS": {"scopes": ["reports.read"]},
        },
        "old_knox": {"BACKEND": f"{LEGACY}.KnoxHandler"},
        "old_token": {"BACKEND": f"{LEGACY}.AuthTokenHandler"},
    },
}
