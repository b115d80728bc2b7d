"""The ceremonies over HTTP, for pages that live by Django's session."""

import time

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session

from django_claimsauth.authorization import RequireAuthenticated, policies
from django_claimsauth.passkeys.startup import MANAGE
from django_claimsauth.sessions import AUTH_TIME_KEY
from tests.passkeys.browser import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.passkeys.urls")]
SIGN_IN, SIGN_UP = "/session/authentication/", "/session/sign-up/"


@pytest.fixture(name="browser")
def _browser():
    """A browser that is held to CSRF protection, as real ones are."""
    return Browser(enforce_csrf_checks=True).with_csrf()


@pytest.fixture(name="by_session", autouse=True)
def _by_session():
    """Passkeys are managed by session as well."""
    with policies.override(MANAGE, RequireAuthenticated(), schemes=["session"]):
        yield


def session_key(browser):
    return browser.client.cookies["sessionid"].value


def test_a_sign_in_begins_a_session(browser, user, registered):
    registered(user, browser.authenticator)

    answer = browser.sign_in("ada", SIGN_IN)

    assert {"username": "ada"} == answer.json()
    found = browser.get("/whoami/")
    assert ("ada", ["hwk", "user", "mfa"]) == (found["user"], found["amr"])
    assert time.time() - found["auth_time"][0] < 60
    user.refresh_from_db()
    assert user.last_login is not None


def test_a_sign_up_begins_one_too(browser, party):
    party(SIGN_UP=True, SUCCESS="session")

    answer = browser.sign_up("grace")

    assert (201, {"username": "grace"}) == (answer.status_code, answer.json())
    assert "grace" == browser.get("/whoami/")["user"]
    assert not get_user_model().objects.get().has_usable_password()


def test_no_session_is_made_for_a_visitor(browser):
    browser.options("authentication")

    assert not Session.objects.exists()


@pytest.mark.parametrize("path", [SIGN_IN, SIGN_UP])
def test_a_foreign_page_signs_nobody_in(browser, user, registered, path, party):
    """Login CSRF: the visitor would go on as the attacker."""
    party(SIGN_UP=True)
    registered(user, browser.authenticator)
    browser.csrf = False
    options = browser.options("authentication")
    body = {"credential": browser.authenticator.get(options)}

    answer = browser.post(path, body)

    assert (403, "csrf_failed") == (answer.status_code, answer.json()["code"])
    assert not Session.objects.exists()


class TestSignedIn:
    @pytest.fixture(name="browser")
    def _browser(self, browser, user, registered):
        registered(user, browser.authenticator)
        browser.sign_in("", SIGN_IN)
        return browser

    def age(self, browser, seconds):
        session = browser.client.session
        session[AUTH_TIME_KEY] -= seconds
        session.save()

    def test_the_session_binds_the_challenge(self, browser):
        """Another session, even in the same browser, does not answer it."""
        credential = browser.authenticator.get(browser.options("step-up"))
        del browser.client.cookies["sessionid"]
        browser.sign_in("", SIGN_IN)

        answer = browser.post("/passkeys/step-up/", {"credential": credential})

        assert (400, "challenge_of_another_browser") == (
            answer.status_code,
            answer.json()["code"],
        )

    def test_a_step_up_lifts_the_session_and_gives_it_another_key(self, browser):
        self.age(browser, 3600)
        key = session_key(browser)
        before = browser.send("GET", "/vault/")

        answer = browser.step_up()

        after = browser.send("GET", "/vault/")
        assert [401, 200, 200] == [e.status_code for e in (before, answer, after)]
        assert key != session_key(browser)
        assert 1 == Session.objects.count()

    def test_a_wrong_answer_lifts_nothing(self, browser):
        self.age(browser, 3600)

        answer = browser.step_up(members={"origin": "https://evil.example"})

        assert "origin_not_allowed" == answer.json()["code"]
        assert 401 == browser.send("GET", "/vault/").status_code

    def test_managing_is_held_to_csrf_protection(self, browser):
        browser.csrf = False

        answer = browser.post("/passkeys/registration/options/")

        assert (403, "csrf_failed") == (answer.status_code, answer.json()["code"])

    def test_a_passkey_is_added_and_removed(self, browser):
        other = Browser(enforce_csrf_checks=True)
        other.client.cookies = browser.client.cookies
        other.csrf = True

        added = other.register("Second")
        removed = browser.send("DELETE", f"/passkeys/{added.json()['id']}/")

        assert (201, 204) == (added.status_code, removed.status_code)

    def test_a_sign_in_while_signed_in_gives_another_key(self, browser):
        key = session_key(browser)

        browser.sign_in("", SIGN_IN)

        assert key != session_key(browser)


def test_sessions_in_signed_cookies_are_bound_by_cookie(browser, user, settings):
    """What such a session holds is its key, and changes with each word in it."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    browser.client.force_login(user)

    browser.options("authentication")

    assert "passkey_browser" in browser.client.cookies


def test_an_unknown_session_binds_nothing(browser):
    """A key that the client chose is no secret of ours."""
    browser.client.cookies["sessionid"] = "x" * 32

    browser.options("authentication")

    assert "passkey_browser" in browser.client.cookies


def test_the_backend_is_the_setting_s(browser, user, registered, party, settings):
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.RemoteUserBackend",
        "django.contrib.auth.backends.ModelBackend",
    ]
    party(SESSION_BACKEND="django.contrib.auth.backends.ModelBackend")
    registered(user, browser.authenticator)

    browser.sign_in("", SIGN_IN)

    backend = browser.client.session["_auth_user_backend"]
    assert "django.contrib.auth.backends.ModelBackend" == backend
