"""Users, tokens and requests for the tests of the rooms that store them."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory

from django_claimsauth.authentication import schemes

PASSWORD = "correct horse battery"


@pytest.fixture(name="user")
def _user(db):
    """An active user, alice."""
    return get_user_model().objects.create_user("alice", password=PASSWORD)


@pytest.fixture(name="other")
def _other(db):
    """Another one, bob."""
    return get_user_model().objects.create_user("bob", password=PASSWORD)


@pytest.fixture(name="ask")
def _ask():
    """Authenticate by the bearer scheme with an access token."""

    def ask(access_token, scheme="bearer"):
        headers = {"authorization": f"Bearer {access_token}"}
        request = RequestFactory().get("/", headers=headers)
        return schemes[scheme].authenticate(request)

    return ask


@pytest.fixture(name="post")
def _post(settings):
    """Post JSON to an endpoint of tokens, as text or as an object."""
    settings.ROOT_URLCONF = "tests.tokens.urls"
    client = Client()

    def post(name, body, **extra):
        extra.setdefault("content_type", "application/json")
        if isinstance(body, dict):
            body = json.dumps(body)
        octets = body.encode() if isinstance(body, str) else body
        return client.generic("POST", f"/tokens/{name}/", octets, **extra)

    return post


@pytest.fixture(name="get")
def _get(settings):
    """Get a path with an access token."""
    settings.ROOT_URLCONF = "tests.tokens.urls"
    client = Client()

    def get(path, access_token=None, method="GET", **extra):
        if access_token is not None:
            extra["headers"] = {
                "authorization": f"Bearer {access_token}",
                **extra.get("headers", {}),
            }
        return client.generic(method, path, **extra)

    return get
