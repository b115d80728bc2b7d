"""What every test of the suite stands on."""

import uuid

import pytest
from django.conf import settings

from tests.cache_keys import VARIABLE as CACHE_PREFIX

DATABASE_MARKERS = {"postgresql", "mariadb"}
CACHE_MARKERS = {"redis"}


def pytest_collection_modifyitems(config, items):
    """Leave out the tests that are marked for services of which none is selected."""
    chosen = {settings.DATABASE_NAME, settings.CACHE_NAME}
    left_out = [item for item in items if not _runs_with(chosen, item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def _runs_with(chosen, item):
    names = {marker.name for marker in item.iter_markers()}
    asked = [names & DATABASE_MARKERS, names & CACHE_MARKERS]
    return all(services & chosen for services in asked if services)


@pytest.fixture(autouse=True)
def cache_of_its_own(monkeypatch):
    """Give each test an empty cache, on a shared server too."""
    monkeypatch.setenv(CACHE_PREFIX, f"claimsauth-{uuid.uuid4().hex}")
