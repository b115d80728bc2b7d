"""A database of its own for one run, made of the models and removed at the end."""

import contextlib
import os
from pathlib import Path

import django


@contextlib.contextmanager
def project():
    """Set Django up with the benchmarks' settings, and have a database in it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.core.management import call_command

    with _database():
        call_command("migrate", run_syncdb=True, verbosity=0)
        yield


@contextlib.contextmanager
def _database():
    from django.conf import settings
    from django.db import connection, connections

    name = settings.DATABASES["default"]["NAME"]
    if settings.DATABASE == "postgresql":
        _on_server(f"CREATE DATABASE {name}")
    try:
        yield
    finally:
        connections.close_all()
        if settings.DATABASE == "postgresql":
            _on_server(f"DROP DATABASE {name}")
        else:
            for suffix in ("", "-wal", "-shm"):
                with contextlib.suppress(FileNotFoundError):
                    Path(f"{name}{suffix}").unlink()
        connection.close()


def _on_server(statement):
    import psycopg
    from django.conf import settings

    given = settings.DATABASES["default"]
    with psycopg.connect(
        host=given["HOST"],
        port=given["PORT"],
        user=given["USER"],
        password=given["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    ) as server:
        server.execute(statement)
