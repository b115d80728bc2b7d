"""
Starts Django with these apps, and prints the milliseconds of processor time.

    python -m benchmarks.site.starting [app ...] [--first-token]
"""

import sys
import time
from pathlib import Path

BEGUN = time.process_time()
KEY = Path(__file__).parents[2] / "tests" / "keys" / "es256.pem"
OWN = {
    "SCHEMES": {
        "bearer": {"BACKEND": "django_claimsauth.tokens.handler.JWTBearerHandler"},
        "api_key": {"BACKEND": "django_claimsauth.api_keys.handler.APIKeyHandler"},
    },
    "DEFAULT_SCHEME": "bearer",
    "TOKENS": {
        "ISSUER": "https://issuer.example",
        "AUDIENCE": "https://api.example",
        "SIGNING_KEYS": [str(KEY)],
        "REVOCATION": "off",
    },
}


def main(arguments):
    apps = [each for each in arguments if not each.startswith("-")]
    _start(apps)
    if "--first-token" in arguments:
        _first_token()
    print((time.process_time() - BEGUN) * 1000)


def _start(apps):
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY="only for benchmarks",
        USE_TZ=True,
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "rest_framework",
            *apps,
        ],
        MIDDLEWARE=["allauth.account.middleware.AccountMiddleware"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3"}},
        CLAIMSAUTH=OWN,
    )
    django.setup()
    # Whoever uses DRF has views, and this is what they stand on.
    import rest_framework.views  # noqa: F401


def _first_token():
    from datetime import UTC, datetime

    from django.test import RequestFactory

    from django_claimsauth.authentication import schemes
    from django_claimsauth.tokens.issuing import Grant, mint

    token = mint(Grant(subject="1"), now=datetime.now(UTC)).token
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {token}"})
    if not schemes.authenticate(request):
        raise AssertionError(schemes.authenticate(request))


if __name__ == "__main__":
    main(sys.argv[1:])
