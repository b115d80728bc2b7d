"""A browser's way in: the session scheme, with CSRF, the browsable API, the admin."""

import re
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

import pytest

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
SIGN_IN = "/accounts/login/"


class Browser:
    """Keeps cookies, follows redirects, sends forms."""

    def __init__(self, address):
        self.address = address
        cookies = HTTPCookieProcessor(CookieJar())
        self.opener = build_opener(ProxyHandler({}), cookies)

    def get(self, path):
        return self._open(Request(self.address + path))

    def post(self, path, **fields):
        data = urlencode(fields).encode()
        return self._open(Request(self.address + path, data))

    def sign_in(self, name, path=SIGN_IN):
        _, page = self.get(path)
        return self.post(
            path,
            username=name,
            password=f"{name}-in-the-demo",
            csrfmiddlewaretoken=TOKEN.search(page)[1],
        )

    def _open(self, request):
        request.add_header("Accept", "text/html")
        try:
            with self.opener.open(request, timeout=30) as response:
                return response.status, response.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()


@pytest.fixture(name="browser")
def _browser(example):
    return Browser(example.client.address)


def test_a_session_s_principal_has_the_profile_s_claims(browser):
    status, page = browser.sign_in("alice")

    assert 200 == status
    assert "You are alice" in page
    assert "<td>profile</td><td><code>tenant</code></td><td><code>acme</code>" in page


def test_the_browsable_api_offers_what_the_policy_allows(browser):
    browser.sign_in("alice")

    _, page = browser.get("/api/documents/")

    assert "Alice&#x27;s draft" in page
    assert "Bob&#x27;s draft" not in page
    assert TOKEN.search(page), "there is a form to create a document with"


def test_a_session_writes_with_a_csrf_token_and_not_without(browser):
    browser.sign_in("alice")
    token = TOKEN.search(browser.get("/api/documents/")[1])[1]

    refused, why = browser.post("/api/documents/", title="by a browser")
    created, _ = browser.post(
        "/api/documents/", title="by a browser", csrfmiddlewaretoken=token
    )

    assert (403, 201) == (refused, created)
    assert "CSRF" in why


def test_signing_out_needs_a_csrf_token_and_ends_the_session(browser):
    _, page = browser.sign_in("alice")

    _, page = browser.post(
        "/accounts/logout/", csrfmiddlewaretoken=TOKEN.search(page)[1]
    )

    assert "You are anonymous" in page


def test_a_token_counts_beside_a_session(browser, example):
    """Whoever brings a token means it."""
    browser.sign_in("alice")
    request = Request(f"{browser.address}/api/me/")
    request.add_header("Authorization", f"Bearer {example.token('bob')}")

    with browser.opener.open(request, timeout=30) as response:
        assert b'"bob"' in response.read()


def test_the_admin_is_for_the_admin(browser, example):
    browser.sign_in("admin", "/admin/login/")
    _, page = browser.get("/admin/")
    assert "/admin/claimsauth/apikey/" in page

    other = Browser(example.client.address)
    other.sign_in("alice")
    _, page = other.get("/admin/")
    assert "not authorized to access this page" in page


@pytest.mark.parametrize(
    "page", ["documents/document", "claimsauth/apikey", "claimsauth/tokenfamily"]
)
def test_every_page_of_the_admin_opens(browser, page):
    browser.sign_in("admin")

    assert 200 == browser.get(f"/admin/{page}/")[0]
