"""A database of its own for one run, made of the models and removed at the end."""

import contextlib
import os
import shutil
from pathlib import Path

import django


@contextlib.contextmanager
def project(*, copy_of=None, keep=False):
    """
    Set Django up with the benchmarks' settings, and have a database in it.

    Args:
        copy_of: a database that was kept, by its `CLAIMSAUTH_BENCH_NAME`, which the
            new one begins with; its own name takes it over instead.

        keep: leave it for the next one.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    name = settings.DATABASES["default"]["NAME"]
    try:
        if copy_of is None:
            _create(name)
            call_command("migrate", run_syncdb=True, verbosity=0)
        elif copy_of != settings.NAME:
            _copy(name.replace(settings.NAME, copy_of), name)
        yield
    finally:
        if not keep:
            _drop(name)


def _create(name):
    from django.conf import settings

    if settings.DATABASE == "postgresql":
        _on_server(f"CREATE DATABASE {name}")


def _copy(source, name):
    from django.conf import settings

    if settings.DATABASE == "postgresql":
        _on_server(f"CREATE DATABASE {name} TEMPLATE {source}")
    else:
        shutil.copyfile(source, name)


def _drop(name):
    from django.conf import settings
    from django.db import connections

    connections.close_all()
    if settings.DATABASE == "postgresql":
        _on_server(f"DROP DATABASE IF EXISTS {name}")
        return
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            Path(f"{name}{suffix}").unlink()


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
