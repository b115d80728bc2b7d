"""
A certified OpenID provider for each test.

`npm ci` in `tests/services/oidc_provider` installs it; without it these are skipped,
and fail in continuous integration, which installs it.
"""

import os
import shutil

import pytest

from tests.services.provider import FOLDER, running


@pytest.fixture(name="provider")
def _provider():
    if not (FOLDER / "node_modules").is_dir() or shutil.which("node") is None:
        missing = pytest.fail if "CI" in os.environ else pytest.skip
        missing("npm ci in tests/services/oidc_provider installs the provider")
    with running() as provider:
        yield provider
