"""Signing in over HTTP: the pair, the one answer for every failure, the throttle."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db import OperationalError, connection
from django.utils import timezone

from django_claimsauth.tokens.models import TokenFamily
from tests.tokens.changed import tokens_settings
from tests.tokens.conftest import PASSWORD

GOOD = {"username": "alice", "password": PASSWORD}


def test_a_pair_is_given_that_opens_the_door(user, post, get):
    response = post("sign-in", GOOD)

    body = response.json()
    assert 200 == response.status_code
    assert {
        "access_token",
        "refresh_token",
        "token_type",
        "expires_in",
        "scope",
    } == set(body)
    assert ("Bearer", 600, "") == (
        body["token_type"],
        body["expires_in"],
        body["scope"],
    )
    assert "no-store" == response["Cache-Control"]
    assert "alice" == get("/whoami/", body["access_token"]).json()["user"]


def test_the_session_knows_device_network_and_method(user, post):
    post(
        "sign-in",
        GOOD,
        headers={"user-agent": "Mozilla/5.0 \x00\x1b[31m" + "x" * 500},
        REMOTE_ADDR="192.0.2.77",
    )

    family = TokenFamily.objects.get()
    assert family.user_agent.startswith("Mozilla/5.0 [31mxxx")
    assert 200 == len(family.user_agent)
    assert ("192.0.2.0/24", "pwd") == (family.ip_address, family.amr)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("unknown", ""),
    ],
)
def test_an_address_is_cut_to_its_network(user, post, address, network):
    post("sign-in", GOOD, REMOTE_ADDR=address)

    assert network == TokenFamily.objects.get().ip_address


def test_neither_is_stored_where_the_project_does_not_want_it(user, post, settings):
    tokens_settings(settings, STORE_USER_AGENT=False, STORE_IP_ADDRESS=False)
    post("sign-in", GOOD, headers={"user-agent": "Mozilla"})

    family = TokenFamily.objects.get()
    assert ("", "") == (family.user_agent, family.ip_address)


class TestOneAnswer:
    """Unknown, wrong, inactive, without a password: one answer for all."""

    @pytest.fixture(name="refusals")
    def _refusals(self, user, post):
        manager = get_user_model().objects
        manager.create_user("inactive", password=PASSWORD, is_active=False)
        manager.create_user("keyless")
        return [
            post("sign-in", {"username": name, "password": word})
            for name, word in (
                ("nobody", PASSWORD),
                ("alice", "wrong"),
                ("inactive", PASSWORD),
                ("inactive", "wrong"),
                ("keyless", ""),
                ("keyless", "!"),
                (" alice", PASSWORD),
                ("alice", f"{PASSWORD} "),
            )
            if word
        ]

    def test_status_body_headers_and_cookies_are_equal(self, refusals):
        assert {401} == {each.status_code for each in refusals}
        assert 1 == len({each.content for each in refusals})
        assert 1 == len({str(dict(each.headers)) for each in refusals})
        assert {""} == {str(each.cookies) for each in refusals}
        assert "invalid_credentials" == refusals[0].json()["code"]
        assert 'Bearer realm="api"' == refusals[0]["WWW-Authenticate"]
        assert not TokenFamily.objects.exists()

    def test_each_costs_one_hash(self, user, post, monkeypatch, settings):
        settings.PASSWORD_HASHERS = ["tests.tokens.hashers.CountingHasher"]
        from tests.tokens.hashers import CountingHasher

        manager = get_user_model().objects
        manager.create_user("inactive", password=PASSWORD, is_active=False)
        manager.create_user("carol", password=PASSWORD)
        counts = []
        for name, word in (
            ("nobody", PASSWORD),
            ("carol", "wrong"),
            ("inactive", PASSWORD),
            ("inactive", "wrong"),
        ):
            before = CountingHasher.hashed
            post("sign-in", {"username": name, "password": word})
            counts.append(CountingHasher.hashed - before)

        assert [1, 1, 1, 1] == counts

    def test_an_inactive_user_whom_a_backend_lets_in_is_refused(
        self, user, post, settings
    ):
        settings.AUTHENTICATION_BACKENDS = [
            "django.contrib.auth.backends.AllowAllUsersModelBackend"
        ]
        get_user_model().objects.update(is_active=False)

        response = post("sign-in", GOOD)

        assert (401, "invalid_credentials") == (
            response.status_code,
            response.json()["code"],
        )


class TestSignals:
    """Django's own, for whoever counts sign-ins."""

    def test_success_is_told_and_noted(self, user, post):
        told = []

        def note(sender, request, user, **kwargs):
            told.append((request.path, user))

        user_logged_in.connect(note)
        try:
            post("sign-in", GOOD)
        finally:
            user_logged_in.disconnect(note)

        assert [("/tokens/sign-in/", user)] == told
        user.refresh_from_db()
        assert (timezone.now() - user.last_login).total_seconds() < 60

    def test_failure_is_told_without_the_password(self, user, post):
        told = []

        def note(credentials, request, **kwargs):
            told.append(credentials)

        user_login_failed.connect(note)
        try:
            post("sign-in", {"username": "alice", "password": "canary-7f3"})
        finally:
            user_login_failed.disconnect(note)

        assert "alice" == told[0]["username"]
        assert "canary-7f3" not in str(told)


class TestScopes:
    """A sign-in gets of `SCOPES` what it asks for."""

    @pytest.fixture(autouse=True)
    def _offered(self, settings):
        tokens_settings(settings, SCOPES=["read", "write"])

    def test_all_of_them_where_nothing_is_asked(self, user, post):
        assert "read write" == post("sign-in", GOOD).json()["scope"]

    def test_what_is_asked(self, user, post):
        response = post("sign-in", {**GOOD, "scope": "write"})

        assert "write" == response.json()["scope"]

    def test_none_where_none_is_asked(self, user, post):
        assert "" == post("sign-in", {**GOOD, "scope": " "}).json()["scope"]

    def test_what_is_not_offered_is_refused_before_the_password(self, user, post):
        response = post("sign-in", {**GOOD, "scope": "read admin"})

        assert (400, "invalid_scope") == (
            response.status_code,
            response.json()["code"],
        )


class TestThrottle:
    """Each endpoint has a rate of its own, where the project sets one."""

    @pytest.fixture(autouse=True)
    def _rates(self, settings):
        settings.REST_FRAMEWORK = {
            "DEFAULT_THROTTLE_RATES": {"claimsauth.sign-in": "2/minute"}
        }

    def test_over_the_rate_is_429_and_other_endpoints_go_on(self, user, post):
        codes = [post("sign-in", GOOD).status_code for _ in range(3)]
        refused = post("sign-in", GOOD)

        assert [200, 200, 429] == codes
        assert 1 <= int(refused["Retry-After"]) <= 60
        assert "throttled" == refused.json()["code"]
        assert 400 == post("refresh", {"refresh_token": "x"}).status_code

    def test_what_a_client_says_of_its_address_does_not_count(self, user, post):
        codes = [
            post(
                "sign-in", GOOD, headers={"x-forwarded-for": f"192.0.2.{place}"}
            ).status_code
            for place in range(3)
        ]

        assert 429 == codes[-1]

    def test_another_address_has_its_own_count(self, user, post):
        for _ in range(3):
            post("sign-in", GOOD)

        assert 200 == post("sign-in", GOOD, REMOTE_ADDR="192.0.2.9").status_code


class TestSwitches:
    """An endpoint that is not in `ENDPOINTS` is not there."""

    @pytest.mark.parametrize(
        "path",
        [
            "sign-in",
            "refresh",
            "sign-out",
            "sign-out-everywhere",
            "revoke",
            "introspect",
        ],
    )
    def test_what_is_switched_off_is_404(self, user, post, settings, path):
        tokens_settings(settings, ENDPOINTS=["metadata"])

        response = post(path, GOOD)

        # Who may not even ask is not told that it is off.
        assert response.status_code in (
            {401} if path == "sign-out-everywhere" else {404}
        )

    @pytest.mark.parametrize("path", ["sessions/", "jwks.json"])
    def test_also_what_is_read(self, user, post, get, settings, path):
        token = post("sign-in", GOOD).json()["access_token"]
        tokens_settings(settings, ENDPOINTS=["sign-in"])

        assert 404 == get(f"/tokens/{path}", token).status_code
        assert 404 == get("/tokens/.well-known/oauth-authorization-server").status_code


def test_a_busy_database_is_503_and_the_same_request_may_succeed(user, post):
    def locked(execute, sql, params, many, context):
        if sql.startswith("INSERT"):
            raise OperationalError("database is locked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(locked):
        response = post("sign-in", GOOD)

    assert (503, "1") == (response.status_code, response["Retry-After"])
    assert "temporarily_unavailable" == response.json()["code"]
    assert 200 == post("sign-in", GOOD).status_code


def test_without_a_user_name_field_called_username_it_is_the_same(user, post):
    # Django's backends read `username` as whatever USERNAME_FIELD names.
    assert "username" == get_user_model().USERNAME_FIELD
    assert 200 == post("sign-in", GOOD).status_code


def test_the_browsable_api_shows_the_form(user, get):
    response = get("/tokens/sign-in/", headers={"accept": "text/html"})

    assert 405 == response.status_code
    assert b"username" in response.content
    assert "no-store" == response["Cache-Control"]
