"""The refresh token in a cookie: its attributes, CSRF, and nothing of it in a body."""

import json

import pytest
from django.test import Client

from django_claimsauth.tokens.models import RefreshToken, TokenFamily
from tests.tokens.changed import tokens_settings
from tests.tokens.conftest import PASSWORD

NAME = "__Host-refresh_token"
GOOD = {"username": "alice", "password": PASSWORD}


@pytest.fixture(name="browser")
def _browser(settings):
    """A browser that has loaded a page of ours, and posts with its CSRF token."""
    settings.ROOT_URLCONF = "tests.tokens.urls"
    tokens_settings(settings, REFRESH_TRANSPORT="cookie")
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32

    def post(name, body=None, csrf="a" * 32, **extra):
        headers = extra.pop("headers", {})
        if csrf is not None:
            headers["x-csrftoken"] = csrf
        return client.post(
            f"/tokens/{name}/",
            json.dumps(body or {}),
            content_type="application/json",
            headers=headers,
            **extra,
        )

    post.client = client
    return post


def test_the_cookie_has_every_lock_and_the_body_no_refresh_token(user, browser):
    response = browser("sign-in", GOOD)

    cookie = response.cookies[NAME]
    assert 200 == response.status_code
    assert "refresh_token" not in response.json()
    assert "access_token" in response.json()
    assert ("/", True, True, "Strict", "") == (
        cookie["path"],
        cookie["secure"],
        cookie["httponly"],
        cookie["samesite"],
        cookie["domain"],
    )
    assert 14 * 24 * 3600 - 60 < cookie["max-age"] <= 14 * 24 * 3600


def test_a_refresh_reads_and_replaces_it(user, browser):
    first = browser("sign-in", GOOD).cookies[NAME].value

    response = browser("refresh")

    assert 200 == response.status_code
    assert first != response.cookies[NAME].value
    assert "refresh_token" not in response.json()
    assert 200 == browser("refresh").status_code


def test_signing_out_ends_the_session_and_forgets_it(user, browser):
    browser("sign-in", GOOD)

    response = browser("sign-out")

    assert 204 == response.status_code
    assert ("", 0) == (response.cookies[NAME].value, response.cookies[NAME]["max-age"])
    assert TokenFamily.objects.get().revoked_at is not None
    assert 400 == browser("refresh").status_code


@pytest.mark.parametrize("name", ["sign-in", "refresh", "sign-out"])
@pytest.mark.parametrize(
    "forged", [{"csrf": None}, {"csrf": "b" * 32}, {"headers": {"origin": "null"}}]
)
def test_a_foreign_page_may_not_make_the_browser_post(user, browser, name, forged):
    browser("sign-in", GOOD)

    response = browser(name, GOOD if name == "sign-in" else None, **forged)

    assert (403, "csrf_failed") == (response.status_code, response.json()["code"])
    assert RefreshToken.objects.get().used_at is None
    assert TokenFamily.objects.get().revoked_at is None


def test_a_refresh_token_in_the_body_is_an_unknown_field(user, browser):
    token = browser("sign-in", GOOD).cookies[NAME].value

    for name in ("refresh", "sign-out"):
        response = browser(name, {"refresh_token": token})
        assert 400 == response.status_code
        assert ["refresh_token"] == list(response.json()["fields"])


def test_without_a_cookie_there_is_nothing_to_refresh(db, browser):
    response = browser("refresh")

    assert (400, "invalid_grant") == (response.status_code, response.json()["code"])
    assert 400 == browser("sign-out").status_code


def test_two_cookies_of_the_name_are_refused(user, browser):
    token = browser("sign-in", GOOD).cookies[NAME].value
    header = f"csrftoken={'a' * 32}; {NAME}=tossed; {NAME}={token}"
    browser.client.cookies.clear()

    response = browser("refresh", headers={"cookie": header})

    assert (400, "invalid_request") == (response.status_code, response.json()["code"])
    assert RefreshToken.objects.get().used_at is None


def test_a_cookie_without_end_is_unknown(user, browser):
    browser.client.cookies[NAME] = "x" * 8192

    assert 400 == browser("refresh").status_code


def test_name_and_reach_are_settings(user, browser, settings):
    tokens_settings(
        settings,
        REFRESH_COOKIE_NAME="__Secure-mine",
        REFRESH_COOKIE_SAMESITE="Lax",
    )

    cookie = browser("sign-in", GOOD).cookies["__Secure-mine"]

    assert "Lax" == cookie["samesite"]
    assert 200 == browser("refresh").status_code


def test_where_tokens_travel_in_bodies_no_cookie_counts(user, browser, settings):
    token = browser("sign-in", GOOD).cookies[NAME].value
    tokens_settings(settings, REFRESH_TRANSPORT="body")

    assert 400 == browser("refresh").status_code
    response = browser("refresh", {"refresh_token": token}, csrf=None)
    assert 200 == response.status_code
    assert not response.cookies
