"""Schemes that come and go with a test."""

import pytest
from django.test import RequestFactory


@pytest.fixture
def configure(settings):
    """Return a function that sets `CLAIMSAUTH` for this test."""

    def configure(schemes=None, **given):
        if schemes is not None:
            given["SCHEMES"] = schemes
        settings.CLAIMSAUTH = given

    return configure


@pytest.fixture
def request_():
    return RequestFactory().get("/")
