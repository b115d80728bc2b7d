"""
The settings of the test suite.

`CLAIMSAUTH_TEST_DATABASE` (sqlite, postgresql, mariadb) and
`CLAIMSAUTH_TEST_CACHE` (locmem, redis) choose the services; where they listen is
in `PGHOST`, `MYSQL_HOST`, `REDIS_URL` and their like, 127.0.0.1 by default.
"""

import os
from pathlib import Path
from tempfile import gettempdir

DATABASES_BY_NAME = {
    "sqlite": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ":memory:",
        # A file, so that threads and processes of one test share it.
        "TEST": {"NAME": f"{gettempdir()}/claimsauth-test-{os.getpid()}.sqlite3"},
        "OPTIONS": {"timeout": 20, "init_command": "PRAGMA journal_mode=WAL"},
    },
    "postgresql": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "claimsauth",
        "USER": os.environ.get("PGUSER", "postgres"),
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
        "HOST": os.environ.get("PGHOST", "127.0.0.1"),
        "PORT": os.environ.get("PGPORT", "5432"),
    },
    "mariadb": {
        "ENGINE": "django.db.backends.mysql",
        "NAME": "claimsauth",
        "USER": os.environ.get("MYSQL_USER", "root"),
        "PASSWORD": os.environ.get("MYSQL_PASSWORD", ""),
        "HOST": os.environ.get("MYSQL_HOST", "127.0.0.1"),
        "PORT": os.environ.get("MYSQL_PORT", "3306"),
        "OPTIONS": {"charset": "utf8mb4"},
        "TEST": {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_general_ci"},
    },
}
CACHES_BY_NAME = {
    "locmem": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "redis": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/9"),
    },
}
DATABASE_NAME = os.environ.get("CLAIMSAUTH_TEST_DATABASE", "sqlite")
if DATABASE_NAME == "mariadb":
    import pymysql

    # PyMySQL stands in for mysqlclient, which needs a compiler.
    pymysql.version_info = (2, 2, 7, "final", 0)
    pymysql.install_as_MySQLdb()

DATABASES = {"default": DATABASES_BY_NAME[DATABASE_NAME]}
if DATABASE_NAME != "sqlite":
    # Runs beside each other on one server need a name each.
    DATABASES["default"]["NAME"] += os.environ.get("CLAIMSAUTH_TEST_DB_SUFFIX", "")
CACHE_NAME = os.environ.get("CLAIMSAUTH_TEST_CACHE", "locmem")
CACHES = {
    "default": {
        **CACHES_BY_NAME[CACHE_NAME],
        # Every test sees an empty cache, and no test flushes a shared server.
        "KEY_FUNCTION": "tests.cache_keys.key_of_this_test",
    }
}

SECRET_KEY = "only for tests, and never a signing key"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "rest_framework",
    "django_claimsauth",
    "tests.app",
    "tests.rules_app",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_claimsauth.middleware.AuthorizationMiddleware",
]
ROOT_URLCONF = "tests.urls"
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
USE_TZ = True
STATIC_URL = "static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

CLAIMSAUTH = {
    "SCHEMES": {
        "bearer": {
            "BACKEND": "django_claimsauth.tokens.handler.JWTBearerHandler",
        },
        "api_key": {"BACKEND": "django_claimsauth.api_keys.handler.APIKeyHandler"},
        "session": {"BACKEND": "django_claimsauth.sessions.SessionHandler"},
    },
    "DEFAULT_SCHEME": "bearer",
    "TOKENS": {
        "ISSUER": "https://issuer.test",
        "AUDIENCE": "https://api.test",
        "SIGNING_KEYS": [str(Path(__file__).parent / "keys" / "es256.pem")],
    },
}
