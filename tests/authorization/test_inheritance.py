"""The nearest declaration decides: action over class, subclass over parent."""

import pytest
from django.test import RequestFactory, override_settings

from tests.authorization.views import Base, Child, Opened
from tests.schemes import as_, claimsauth


@pytest.fixture(autouse=True)
def _settings():
    with override_settings(CLAIMSAUTH=claimsauth()):
        yield


def answer(guarded, method="get", **claims):
    headers = as_(**claims) if claims else None
    return guarded(getattr(RequestFactory(), method)("/", headers=headers))


@pytest.mark.parametrize(
    ("cls", "method", "roles", "expected"),
    [
        (Base, "get", [], 403),
        (Base, "get", ["staff"], 200),
        (Base, "put", None, 200),
        (Base, "post", None, 200),
        # A subclass keeps its parent's declarations and may add.
        (Child, "get", ["staff"], 403),
        (Child, "get", ["member"], 403),
        (Child, "get", ["staff", "member"], 200),
        (Child, "put", None, 200),
        (Child, "post", None, 401),
        (Child, "post", ["member"], 200),
        # The nearest declaration decides who is anonymous.
        (Opened, "post", None, 200),
        (Opened, "get", None, 401),
        (Opened, "get", ["staff"], 200),
        (Opened, "put", None, 401),
        (Opened, "put", ["admin"], 200),
    ],
)
def test_nearest_declaration_decides(cls, method, roles, expected):
    claims = {} if roles is None else {"roles": roles}

    assert expected == answer(cls.as_view(), method, **claims).status_code
