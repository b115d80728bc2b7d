"""What every test of the suite stands on."""

import os
import shutil
import uuid

import hypothesis
import pytest
from django.conf import settings
from django.db import connection

from tests.browsers import BROWSERS
from tests.cache_keys import VARIABLE as CACHE_PREFIX

# How fast this machine is, is nothing that a law says.
hypothesis.settings.register_profile(
    "laws", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("laws")

# A test that is marked runs where one of its marks of each kind is at hand.
KINDS = [{"postgresql", "mariadb"}, {"redis"}, {"browser"}]


def at_hand():
    """Say what this run has: its database, its cache and, maybe, a browser."""
    browser = next(filter(shutil.which, BROWSERS), None)
    # Continuous integration has one, or fails: it never leaves these tests out.
    if browser or "CI" in os.environ:
        return {settings.DATABASE_NAME, settings.CACHE_NAME, "browser"}
    return {settings.DATABASE_NAME, settings.CACHE_NAME}


def pytest_report_header():
    """Show what this run has, so that what is left out is no surprise."""
    return f"at hand: {', '.join(sorted(at_hand()))}"


def pytest_collection_modifyitems(config, items):
    """Leave out the tests that are marked for what is not at hand."""
    has = at_hand()
    left_out = [item for item in items if not _runs_with(has, item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def _runs_with(has, item):
    names = {marker.name for marker in item.iter_markers()}
    return all(names & kind & has for kind in KINDS if names & kind)


@pytest.fixture(autouse=True)
def cache_of_its_own(monkeypatch):
    """Give each test an empty cache, on a shared server too."""
    monkeypatch.setenv(CACHE_PREFIX, f"claimsauth-{uuid.uuid4().hex}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """
    End the connections of threads that outlive the tests.

    asgiref's worker thread keeps the connection of the async tests, and PostgreSQL
    drops no database that somebody is connected to.
    """
    yield
    if connection.vendor != "postgresql":
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
