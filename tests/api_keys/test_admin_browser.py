"""The page with the secret in a real browser: reloaded, and gone back to."""

import os
import re
import shutil

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from playwright.sync_api import sync_playwright

from django_claimsauth.api_keys.models import ApiKey
from tests.browsers import BROWSERS, FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEY = re.compile(r"key_[0-9a-z]{12}_[0-9A-Za-z]{49}")


@pytest.fixture
def page(tmp_path, monkeypatch):
    # Playwright runs an event loop in this thread; Django must not mind.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path, executable_path=path, args=FLAGS
        )
        yield context.new_page()
        context.close()
        # Inside of its event loop Django has connections of their own.
        connections.close_all()


@pytest.fixture
def admin(page, live_server):
    """Sign in to the admin, and go to the form that issues a key."""
    get_user_model().objects.create_superuser("root", password="pw")
    page.goto(f"{live_server.url}/admin/login/")
    page.fill("#id_username", "root")
    page.fill("#id_password", "pw")
    page.click("[type=submit]")
    page.goto(f"{live_server.url}/admin/claimsauth/apikey/add/")
    return page


def test_a_secret_is_shown_once(admin):
    admin.fill("#id_name", "ci")
    admin.click("#apikey_form [type=submit]")
    secret = admin.inner_text("#api-key")

    admin.reload()
    reloaded = admin.content()
    admin.go_back()
    behind = admin.content()
    admin.go_forward()
    again = admin.content()

    assert KEY.fullmatch(secret)
    assert [[], [], []] == [KEY.findall(each) for each in (reloaded, behind, again)]
    assert 1 == ApiKey.objects.count()


def test_a_rotated_secret_is_shown_once(admin, live_server, issued):
    pk = issued.api_key.pk
    admin.goto(f"{live_server.url}/admin/claimsauth/apikey/{pk}/change/")
    admin.click(".object-tools >> text=Rotate")
    admin.click("#apikey_form [type=submit]")
    secret = admin.inner_text("#api-key")

    admin.reload()

    assert KEY.fullmatch(secret)
    assert [] == KEY.findall(admin.content())
    assert 1 == ApiKey.objects.get().generation
