"""Keys to present, and users to own them."""

import time

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import RequestFactory
from rest_framework.test import APIClient

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.handler import APIKeyHandler
from django_claimsauth.claims import ClaimsPrincipal


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


def signed_in_as(user, *, scopes=("a", "b"), age=0, **claims):
    signed_in = {"sub": str(user.pk), "auth_time": int(time.time()) - age}
    return ClaimsPrincipal.of("bearer", {**signed_in, "scope": list(scopes), **claims})


@pytest.fixture
def as_user(ada):
    """Sign in, with these scopes, so many seconds ago."""

    def sign_in(user=None, **claims):
        client = APIClient()
        user = user or ada
        client.force_authenticate(user, token=signed_in_as(user, **claims))
        return client

    return sign_in


@pytest.fixture
def by_key(settings):
    """Come with a key instead of a sign-in."""
    settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "DEFAULT_SCHEME": "api_key"}
    return lambda issued: APIClient(headers={"X-API-Key": issued.secret})


@pytest.fixture
def allowed(db):
    """Make a user staff with these permissions on keys, and no others."""

    def allow(user, *codenames):
        user.is_staff = True
        user.save()
        user.user_permissions.set(
            Permission.objects.filter(
                codename__in=codenames, content_type__app_label="claimsauth"
            )
        )
        return user

    return allow
