"""One running example and one browser for all tests; a visitor for each."""

import uuid

import pytest

from tests.passkeys_pages.chromium import Visitor, chromium, serving


@pytest.fixture(name="address", scope="module")
def _address(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("example")) as address:
        yield address


@pytest.fixture(name="chromium", scope="module")
def _chromium():
    with chromium() as browser:
        yield browser


@pytest.fixture(name="visit")
def _visit(chromium, address):
    """Bring a visitor, with a virtual authenticator; none may break the page's policy."""
    visitors = []

    def visit(**options):
        visitors.append(Visitor(chromium, address, **options))
        return visitors[-1]

    yield visit
    for each in visitors:
        each.close()
    assert [] == [violation for each in visitors for violation in each.violations]


@pytest.fixture(name="visitor")
def _visitor(visit):
    return visit()


@pytest.fixture(name="name")
def _name():
    """A user name that nobody has."""
    return f"grace-{uuid.uuid4().hex[:8]}"
