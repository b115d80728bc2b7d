"""The single page of the documentation, in a real browser."""

import os
import shutil

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from playwright.sync_api import expect, sync_playwright

from django_claimsauth.tokens.models import RefreshToken, TokenFamily
from tests.browsers import BROWSERS, FLAGS
from tests.tokens.changed import tokens_settings

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.flows.urls_single_page"),
]
NAME = "__Host-refresh_token"


@pytest.fixture(name="page")
def _page(tmp_path, monkeypatch, settings, live_server):
    """A browser on the page, of a project that keeps refresh tokens in cookies."""
    # Playwright runs an event loop in this thread; Django must not mind.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    tokens_settings(settings, REFRESH_TRANSPORT="cookie")
    get_user_model().objects.create_user("alice", password="pw")
    path = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path, executable_path=path, args=FLAGS
        )
        page = context.new_page()
        # A browser trusts this name as if it came by TLS, and an address not.
        page.goto(f"{live_server.url.replace('127.0.0.1', 'localhost')}/page/")
        yield page
        context.close()
        connections.close_all()


def sign_in(page, password="pw"):
    # The page has found out that nobody is signed in.
    says(page, "Signed out")
    page.fill("[name=username]", "alice")
    page.fill("[name=password]", password)
    page.click("text=Sign in")


def says(page, text):
    expect(page.locator("#who")).to_have_text(text)


def refresh_cookies(page):
    return [each for each in page.context.cookies() if each["name"] == NAME]


def test_it_signs_in_and_no_script_sees_the_refresh_token(page):
    sign_in(page)
    says(page, "Signed in as alice")

    (cookie,) = refresh_cookies(page)
    assert (True, True, "Strict", "/") == (
        cookie["httpOnly"],
        cookie["secure"],
        cookie["sameSite"],
        cookie["path"],
    )
    assert NAME not in page.evaluate("document.cookie")
    stored = page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "[{},{}]" == stored


def test_it_stays_signed_in_over_reloads(page):
    sign_in(page)
    says(page, "Signed in as alice")
    first = refresh_cookies(page)[0]["value"]

    for _ in range(2):
        page.reload()
        says(page, "Signed in as alice")

    assert first != refresh_cookies(page)[0]["value"]
    assert 1 == TokenFamily.objects.count()
    assert 3 == RefreshToken.objects.count()


def test_two_pages_at_once_share_one_session(page):
    sign_in(page)
    says(page, "Signed in as alice")
    second = page.context.new_page()

    second.goto(page.url)
    page.reload()

    says(second, "Signed in as alice")
    says(page, "Signed in as alice")
    assert TokenFamily.objects.get().revoked_at is None


def test_it_signs_out(page):
    sign_in(page)
    says(page, "Signed in as alice")

    page.click("#sign-out")
    says(page, "Signed out")

    assert [] == refresh_cookies(page)
    assert "signed_out" == TokenFamily.objects.get().reason
    page.reload()
    says(page, "Signed out")


def test_a_wrong_password_is_told_by_its_code(page):
    sign_in(page, "wrong")

    says(page, "invalid_credentials")


def test_another_site_cannot_use_the_cookie(page):
    sign_in(page)
    says(page, "Signed in as alice")
    foreign = page.context.new_page()
    # The same server under an address: to a browser, another site.
    foreign.goto(page.url.replace("localhost", "127.0.0.1"))
    says(foreign, "Signed out")
    url = page.url.replace("/page/", "/tokens/refresh/")

    status = foreign.evaluate(
        """url => fetch(url, {
            method: "POST", mode: "no-cors", credentials: "include",
            headers: {"Content-Type": "text/plain"}, body: "{}",
        }).then(answer => answer.status, error => String(error))""",
        url,
    )

    # What came back is hidden from the page; that nothing happened is not.
    assert 0 == status
    assert RefreshToken.objects.get().used_at is None
