"""Keys to present, and users to own them."""

import pytest
from django.contrib.auth import get_user_model
from django.test import RequestFactory

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.handler import APIKeyHandler


@pytest.fixture
def ada(db):
    return get_user_model().objects.create_user("ada", password="pw")


@pytest.fixture
def root(db):
    return get_user_model().objects.create_superuser("root", password="pw")


@pytest.fixture
def issued(ada):
    """A key of Ada's with two scopes."""
    return flows.issue("export", owner=ada, scopes=["reports.read", "reports.write"])


@pytest.fixture
def bearing():
    """Make a request that carries these headers."""

    def request(secret=None, query="", **headers):
        if secret is not None:
            headers["X-API-Key"] = secret
        return RequestFactory().get(f"/{query}", headers=headers)

    return request


@pytest.fixture
def handler():
    return APIKeyHandler("api_key")


@pytest.fixture
def present(handler, bearing):
    """Present a key to the scheme, and return the result."""
    return lambda secret: handler.authenticate(bearing(secret))
