"""
The settings of the benchmarks: this package and its peers in one project.

`CLAIMSAUTH_BENCH_DATABASE` is `sqlite` (the default: a file in WAL) or
`postgresql`, reached as the tests reach it (`PGHOST`, `PGPORT`, `PGUSER`).
"""

import os
from datetime import timedelta
from pathlib import Path
from tempfile import gettempdir

KEYS = Path(__file__).parent.parent / "tests" / "keys"
DATABASE = os.environ.get("CLAIMSAUTH_BENCH_DATABASE", "sqlite")
# Two processes that share a database name it.
NAME = os.environ.get("CLAIMSAUTH_BENCH_NAME", f"claimsauth_bench_{os.getpid()}")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{gettempdir()}/{NAME}.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"
        },
    }
}
if DATABASE == "postgresql":
    DATABASES["default"] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": NAME,
        "USER": os.environ.get("PGUSER", "postgres"),
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
        "HOST": os.environ.get("PGHOST", "127.0.0.1"),
        "PORT": os.environ.get("PGPORT", "5432"),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 3},
    }

SECRET_KEY = "only for benchmarks, and never a signing key"
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "benchmarks.site.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
    "rules.permissions.ObjectPermissionBackend",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "rest_framework",
    "django_claimsauth",
    "benchmarks.site",
    "rest_framework.authtoken",
    "rest_framework_simplejwt",
    "rest_framework_simplejwt.token_blacklist",
    "knox",
    "rest_framework_api_key",
    "oauth2_provider",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "guardian",
    "rules",
]
# allauth asks for it at start-up. The requests that are measured pass none.
MIDDLEWARE = ["allauth.account.middleware.AccountMiddleware"]
# Tables come from the models: the peers' histories take longer than the benchmarks.
MIGRATION_MODULES = {
    app.rpartition(".")[2]: None
    for app in [
        *INSTALLED_APPS,
        "django_claimsauth.claimsauth",
    ]
}
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
LOGGING_CONFIG = None

REST_FRAMEWORK = {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]}
CLAIMSAUTH = {
    "SCHEMES": {
        "bearer": {"BACKEND": "django_claimsauth.tokens.handler.JWTBearerHandler"},
        "api_key": {"BACKEND": "django_claimsauth.api_keys.handler.APIKeyHandler"},
        "api_key_cached": {
            "BACKEND": "django_claimsauth.api_keys.handler.APIKeyHandler",
            "OPTIONS": {"lookup": "bounded", "refresh": timedelta(hours=1)},
        },
    },
    "DEFAULT_SCHEME": "bearer",
    "TOKENS": {
        "ISSUER": "https://issuer.example",
        "AUDIENCE": "https://api.example",
        "SIGNING_KEYS": [str(KEYS / "es256.pem")],
        "ACCESS_TOKEN_LIFETIME": timedelta(hours=6),
        "CLAIMS": "benchmarks.site.policies.claims_of",
    },
}
SIMPLE_JWT = {
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "ACCESS_TOKEN_LIFETIME": timedelta(hours=6),
    "SLIDING_TOKEN_LIFETIME": timedelta(hours=6),
    "SIGNING_KEY": "a secret of simplejwt's own, of 256 bits",
}
OAUTH2_PROVIDER = {"SCOPES": {"read": "Read"}, "ROTATE_REFRESH_TOKEN": True}
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ["app"]
HEADLESS_TOKEN_STRATEGY = "allauth.headless.tokens.strategies.jwt.JWTTokenStrategy"
HEADLESS_JWT_ALGORITHM = "HS256"
HEADLESS_JWT_PRIVATE_KEY = "a secret of allauth's own, of 256 bits."
HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = 6 * 3600
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
