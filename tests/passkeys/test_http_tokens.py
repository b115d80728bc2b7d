"""The ceremonies over HTTP, for clients that live by tokens."""

import time
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from django_claimsauth.passkeys.models import Passkey
from django_claimsauth.tokens import flows as tokens
from django_claimsauth.tokens.models import TokenFamily
from tests.passkeys.authenticator import Authenticator
from tests.passkeys.browser import Browser

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.passkeys.urls")]


@pytest.fixture(name="browser")
def _browser():
    return Browser()


@pytest.fixture(name="signed_in")
def _signed_in(user):
    """Ada's browser, signed in with a password a moment ago."""
    browser = Browser()
    browser.token = tokens.issue(user, amr=["pwd"]).access_token
    return browser


def test_one_signs_up_signs_in_adds_and_removes(browser, party):
    """The whole story of an account that never has a password."""
    party(SIGN_UP=True)

    made = browser.sign_up("grace")
    second = Browser(Authenticator())
    second.token = browser.token
    added = second.register("Key")
    by_name, without = browser.sign_in("grace"), second.sign_in()
    removed = browser.send("DELETE", f"/passkeys/{added.json()['id']}/")
    last = browser.send("DELETE", f"/passkeys/{Passkey.objects.get().pk}/")

    answers = [made, added, by_name, without, removed, last]
    assert [201, 201, 200, 200, 204, 409] == [each.status_code for each in answers]
    assert "last_way_in" == last.json()["code"]
    user = get_user_model().objects.get()
    assert {"sub": str(user.pk), "user": "grace"}.items() <= browser.get(
        "/whoami/"
    ).items()
    assert user.last_login is not None


class TestSignIn:
    def test_tokens_say_how_and_when(self, browser, user, registered):
        registered(user, browser.authenticator)

        answer = browser.sign_in()

        body = answer.json()
        assert {"access_token", "refresh_token", "token_type", "expires_in"} <= set(
            body
        )
        assert "no-store" == answer["Cache-Control"]
        found = browser.get("/whoami/")
        assert ["hwk", "user", "mfa"] == found["amr"]
        assert time.time() - found["auth_time"][0] < 60

    def test_a_policy_asks_for_two_factors(self, browser, user, registered, party):
        party(USER_VERIFICATION="discouraged")
        registered(user, browser.authenticator)

        browser.sign_in(flags=1)
        one_factor = browser.send("GET", "/vault/")
        browser.sign_in()
        two_factors = browser.send("GET", "/vault/")

        assert (401, 200) == (one_factor.status_code, two_factors.status_code)

    def test_scopes_are_those_that_are_offered(
        self, browser, user, registered, settings
    ):
        current = settings.CLAIMSAUTH
        offered = {**current["TOKENS"], "SCOPES": ["read", "write"]}
        settings.CLAIMSAUTH = {**current, "TOKENS": offered}
        registered(user, browser.authenticator)
        options = browser.options("authentication")
        credential = browser.authenticator.get(options)
        path = "/passkeys/authentication/"

        wide = browser.post(path, {"credential": credential, "scope": "read admin"})
        narrow = browser.post(path, {"credential": credential, "scope": "read"})

        assert (400, "invalid_scope") == (wide.status_code, wide.json()["code"])
        assert (200, "read") == (narrow.status_code, narrow.json()["scope"])

    def test_an_inactive_user_gets_nothing(self, browser, user, registered):
        registered(user, browser.authenticator)
        get_user_model().objects.update(is_active=False)

        answer = browser.sign_in()

        assert (400, "account_unavailable") == (
            answer.status_code,
            answer.json()["code"],
        )
        assert not TokenFamily.objects.exists()


class TestBrowser:
    def test_a_cookie_that_no_script_reads_binds_the_challenge(self, browser):
        answer = browser.post("/passkeys/authentication/options/", secure=True)

        cookie = answer.cookies["__Host-passkey_browser"]
        assert (True, True, "Strict", "/", "") == (
            cookie["secure"],
            cookie["httponly"],
            cookie["samesite"],
            cookie["path"],
            cookie["domain"],
        )

    def test_on_this_very_machine_it_has_no_prefix(self, browser):
        answer = browser.post("/passkeys/authentication/options/")

        assert "" == answer.cookies["passkey_browser"]["secure"]

    def test_it_is_the_same_for_all_of_a_browser_s_tabs(
        self, browser, user, registered
    ):
        registered(user, browser.authenticator)
        first = browser.options("authentication")
        browser.options("authentication")

        answer = browser.post(
            "/passkeys/authentication/",
            {"credential": browser.authenticator.get(first)},
        )

        assert 200 == answer.status_code

    @pytest.mark.parametrize("cookie", [None, "", "x" * 43, "x" * 5000, "a b"])
    def test_another_browser_has_another_one(self, browser, user, registered, cookie):
        registered(user, browser.authenticator)
        credential = browser.authenticator.get(browser.options("authentication"))
        if cookie is None:
            browser.client.cookies.clear()
        else:
            browser.client.cookies["passkey_browser"] = cookie

        answer = browser.post("/passkeys/authentication/", {"credential": credential})

        assert (400, "challenge_of_another_browser") == (
            answer.status_code,
            answer.json()["code"],
        )

    def test_for_pages_of_other_sites_it_may_be_sent(self, browser, party):
        party(BROWSER_COOKIE_SAMESITE="None")

        answer = browser.post("/passkeys/authentication/options/")

        cookie = answer.cookies["passkey_browser"]
        assert (True, "None") == (cookie["secure"], cookie["samesite"])


class TestStepUp:
    @pytest.fixture(name="pair")
    def _pair(self, user):
        """Signed in by password two hours ago."""
        before = timezone.now() - timedelta(hours=2)
        return tokens.issue(user, amr=["pwd"], now=before)

    @pytest.fixture(name="browser")
    def _browser(self, user, pair, registered):
        browser = Browser()
        registered(user, browser.authenticator)
        browser.token = tokens.rotate(pair.refresh_token).access_token
        return browser

    def test_it_opens_what_was_closed(self, browser):
        before = browser.send("GET", "/vault/")

        answer = browser.step_up()

        after = browser.send("GET", "/vault/")
        assert [401, 200, 200] == [e.status_code for e in (before, answer, after)]
        assert "insufficient_user_authentication" in before["WWW-Authenticate"]
        assert ["hwk", "user", "mfa"] == browser.get("/whoami/")["amr"]
        assert 1 == TokenFamily.objects.count()

    def test_a_wrong_answer_lifts_nothing(self, browser, stored):
        before = stored()

        answer = browser.step_up(signature=b"1")

        assert (400, "signature_invalid") == (
            answer.status_code,
            answer.json()["code"],
        )
        assert before == stored()
        assert 401 == browser.send("GET", "/vault/").status_code

    def test_a_session_that_ended_meanwhile_is_not_lifted(self, browser, pair):
        credential = browser.authenticator.get(browser.options("step-up"))
        tokens.revoke_session(pair.sid)

        answer = browser.post("/passkeys/step-up/", {"credential": credential})

        assert 401 == answer.status_code

    def test_nor_where_revocation_is_not_asked(self, browser, pair, settings):
        tokens_section = {**settings.CLAIMSAUTH["TOKENS"], "REVOCATION": "off"}
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "TOKENS": tokens_section}
        TokenFamily.objects.update(revoked_at=timezone.now())

        answer = browser.step_up()

        assert (400, "session_ended") == (answer.status_code, answer.json()["code"])

    def test_what_has_no_session_has_nothing_to_lift(self, browser, user):
        browser.token = tokens.issue(user).access_token
        credential = browser.authenticator.get(browser.options("step-up"))
        TokenFamily.objects.all().delete()

        answer = browser.post("/passkeys/step-up/", {"credential": credential})

        assert 401 == answer.status_code


class TestManaging:
    def test_one_s_own_are_listed_without_a_secret(self, signed_in):
        made = signed_in.register("Phone")

        (listed,) = signed_in.get("/passkeys/")

        assert made.json() == listed
        assert {
            "id",
            "name",
            "authenticator",
            "created_at",
            "last_used_at",
            "backup_eligible",
            "backed_up",
            "user_verified",
            "clone_suspected_at",
        } == set(listed)

    def test_one_is_renamed(self, signed_in):
        key = signed_in.register().json()["id"]

        answer = signed_in.send("PATCH", f"/passkeys/{key}/", {"name": "Key"})

        assert (200, "Key") == (answer.status_code, answer.json()["name"])

    def test_another_s_is_answered_like_none(self, signed_in, other, registered):
        _, bobs = registered(other)

        answers = [
            signed_in.send(method, f"/passkeys/{key}/", body)
            for method, body in (("PATCH", {"name": "Mine"}), ("DELETE", None))
            for key in (bobs.pk, 10**9)
        ]

        assert {404} == {each.status_code for each in answers}
        assert 1 == len({each.content for each in answers})
        assert [bobs] == list(Passkey.objects.all())

    @pytest.mark.parametrize("key", ["0", "-1", "1" * 30, "x", "1.0", "01"])
    def test_what_is_no_key_leads_nowhere(self, signed_in, key):
        assert 404 == signed_in.send("DELETE", f"/passkeys/{key}/").status_code

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/passkeys/registration/options/"),
            ("POST", "/passkeys/registration/"),
            ("DELETE", "/passkeys/1/"),
        ],
    )
    def test_adding_and_removing_need_a_recent_sign_in(self, user, method, path):
        browser = Browser()
        before = timezone.now() - timedelta(minutes=11)
        pair = tokens.issue(user, amr=["pwd"], now=before)
        browser.token = tokens.rotate(pair.refresh_token).access_token

        answer = browser.send(method, path)

        assert 401 == answer.status_code
        assert "insufficient_user_authentication" in answer["WWW-Authenticate"]
        assert "max_age=600" in answer["WWW-Authenticate"]

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/passkeys/"),
            ("PATCH", "/passkeys/1/"),
            ("DELETE", "/passkeys/1/"),
            ("POST", "/passkeys/registration/options/"),
            ("POST", "/passkeys/registration/"),
            ("POST", "/passkeys/step-up/options/"),
            ("POST", "/passkeys/step-up/"),
        ],
    )
    def test_nobody_manages_without_a_sign_in(self, browser, method, path):
        answer = browser.send(method, path)

        assert 401 == answer.status_code
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_related_origins_are_published(browser, party):
    party(
        ORIGINS=[
            "https://example.org",
            "https://example.co.uk",
            "http://localhost:8000",
            "android:apk-key-hash:x",
        ]
    )

    answer = browser.send("GET", "/.well-known/webauthn")

    assert "application/json" == answer["Content-Type"]
    assert {
        "origins": ["https://example.org", "https://example.co.uk"]
    } == answer.json()
    assert 405 == browser.post("/.well-known/webauthn").status_code
