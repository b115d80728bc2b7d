"""The settings of the example. `CLAIMSAUTH` is the part to read."""

import os
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The database and the signing keys: nothing of the example is written elsewhere.
VAR = Path(os.environ.get("EXAMPLE_VAR", ROOT / "var"))
VAR.mkdir(parents=True, exist_ok=True)

DEBUG = os.environ.get("EXAMPLE_DEBUG", "1") == "1"
SECRET_KEY = "for the demo alone" if DEBUG else os.environ["EXAMPLE_SECRET_KEY"]
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
ROOT_URLCONF = "example_project.urls"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "start"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR / "example.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL",
        },
    }
}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_claimsauth",
    "example_project.documents",
    "example_project.passkeys_pages",
]
MIDDLEWARE = [
    "example_project.counting.QueryCountMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Guards plain views, and holds the fallback policy where nothing is declared.
    "django_claimsauth.middleware.AuthorizationMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["django_claimsauth.drf.SchemeAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["django_claimsauth.drf.PolicyPermission"],
    "EXCEPTION_HANDLER": "django_claimsauth.drf.exception_handler",
    "DEFAULT_PARSER_CLASSES": [
        # Bounded, where DRF's own fails with a 500 on a body that is nested deeply.
        "django_claimsauth.drf.parsers.StrictJSONParser",
        # The forms of the browsable API.
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
}

CLAIMSAUTH = {
    "SCHEMES": {
        "bearer": {"BACKEND": "django_claimsauth.tokens.handler.JWTBearerHandler"},
        "api_key": {"BACKEND": "django_claimsauth.api_keys.handler.APIKeyHandler"},
        "session": {"BACKEND": "django_claimsauth.sessions.SessionHandler"},
        # A browser that signed in is known by its session, all others by a token.
        "smart": {
            "FORWARD": {"selector": "example_project.documents.schemes.by_request"}
        },
    },
    "DEFAULT_SCHEME": "smart",
    "CLAIMS_TRANSFORMATIONS": ["example_project.documents.claims.ProfileClaims"],
    "TOKENS": {
        "ISSUER": "https://documents.example",
        "AUDIENCE": "https://documents.example/api",
        "SIGNING_KEYS": [VAR / "keys"],
        # Short, so that the tour need not wait for it to pass.
        "REFRESH_RETRY_WINDOW": timedelta(seconds=1),
    },
    "API_KEYS": {"PREFIX": "docs"},
    "PASSKEYS": {
        # An address is no domain: open the pages at localhost, not at 127.0.0.1.
        "RP_ID": "localhost",
        "RP_NAME": "Documents",
        "ORIGINS": [f"http://localhost:{os.environ.get('EXAMPLE_PORT', '8000')}"],
        "SIGN_UP": True,
        "SUCCESS": "session",
    },
}
if find_spec("webauthn") is None:
    # pip install 'django-claimsauth[passkeys]'
    del CLAIMSAUTH["PASSKEYS"]
