"""The session scheme: Django's sign-in, CSRF enforced on unsafe methods."""

import asyncio
from http import HTTPStatus

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model, login
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.test import RequestFactory
from django.views.decorators.csrf import csrf_exempt

from django_claimsauth.authentication import schemes
from django_claimsauth.authentication.requests import bind
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.sessions import (
    AMR_KEY,
    AUTH_TIME_KEY,
    SessionHandler,
    csrf_failure,
)

pytestmark = pytest.mark.django_db
User = get_user_model()
HANDLER = SessionHandler("session")
UNSAFE = ["POST", "PUT", "PATCH", "DELETE", "WEIRD"]


@pytest.fixture
def ada():
    return User.objects.create_user("ada", password="x")


@pytest.fixture
def factory():
    """Requests whose CSRF is checked, as a browser's is."""
    return RequestFactory(enforce_csrf_checks=True)


def request_of(factory, user=None, method="GET", **kwargs):
    """Return a request with a session, signed in where there is a user."""
    request = factory.generic(method, "/", **kwargs)
    # The test client and its factory are exempt, unless told otherwise.
    request._dont_enforce_csrf_checks = False
    request.session = SessionStore()
    if user is not None:
        login(request, user, "django.contrib.auth.backends.ModelBackend")
    return request


def with_token(request, token=None):
    """Give the request the cookie and the header of one CSRF token."""
    fresh = get_token(request)
    request.COOKIES["csrftoken"] = request.META["CSRF_COOKIE"]
    request.META["HTTP_X_CSRFTOKEN"] = token or fresh
    return request


class TestWho:
    def test_a_signed_in_user_has_the_key_and_the_name(self, factory, ada):
        result = HANDLER.authenticate(request_of(factory, ada))

        assert (str(ada.pk), "ada") == (result.principal.subject, result.principal.name)
        assert "session" == result.principal.identity.authentication_type

    def test_nobody_signed_in_is_no_result(self, factory):
        assert HANDLER.authenticate(request_of(factory)).is_no_result

    def test_without_a_session_there_is_no_result(self, factory):
        """The middleware of sessions may be missing, or not have run."""
        assert HANDLER.authenticate(factory.get("/")).is_no_result

    def test_a_user_who_was_deactivated_is_no_result(self, factory, ada):
        request = request_of(factory, ada)
        User.objects.update(is_active=False)

        assert HANDLER.authenticate(request).is_no_result

    def test_a_user_who_was_deleted_is_no_result(self, factory, ada):
        request = request_of(factory, ada)
        ada.delete()

        assert HANDLER.authenticate(request).is_no_result

    def test_a_changed_password_ends_the_session(self, factory, ada):
        request = request_of(factory, ada)
        ada.set_password("y")
        ada.save()

        assert HANDLER.authenticate(request).is_no_result

    def test_the_identity_is_of_the_scheme_s_own_alias(self, factory, ada):
        result = SessionHandler("cookie").authenticate(request_of(factory, ada))

        assert "cookie" == result.principal.identity.authentication_type

    def test_it_works_from_a_loop(self, factory, ada):
        request = request_of(factory, ada)

        assert async_to_sync(HANDLER.aauthenticate)(request).succeeded


class TestUser:
    def test_the_user_is_loaded_once_for_principal_and_user(
        self, factory, ada, settings, django_assert_num_queries
    ):
        settings.CLAIMSAUTH = {
            "SCHEMES": {
                "session": {"BACKEND": "django_claimsauth.sessions.SessionHandler"}
            }
        }
        request = request_of(factory, ada)

        with django_assert_num_queries(1):
            bind(request, schemes.authenticate(request), schemes.user)
            assert "ada" == request.user.username
        assert ada == asyncio.run(request.auser())

    def test_a_principal_without_its_user_loads_it(self, ada):
        principal = ClaimsPrincipal.of("session", {"sub": str(ada.pk)})

        assert ada == HANDLER.user(principal)


class TestCsrf:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE"])
    def test_a_safe_method_needs_no_token(self, factory, ada, method):
        assert HANDLER.authenticate(request_of(factory, ada, method))

    @pytest.mark.parametrize("method", UNSAFE)
    def test_an_unsafe_method_without_one_fails(self, factory, ada, method):
        result = HANDLER.authenticate(request_of(factory, ada, method))

        assert "csrf_failed" == result.code
        assert "CSRF" in result.detail

    @pytest.mark.parametrize("method", UNSAFE)
    def test_an_unsafe_method_with_one_succeeds(self, factory, ada, method):
        assert HANDLER.authenticate(with_token(request_of(factory, ada, method)))

    @pytest.mark.parametrize("token", ["", "x" * 64, "x" * 32, "é", "x" * 10**5])
    def test_a_wrong_one_fails(self, factory, ada, token):
        request = with_token(request_of(factory, ada, "POST"))
        request.META["HTTP_X_CSRFTOKEN"] = token

        assert "csrf_failed" == HANDLER.authenticate(request).code

    def test_another_origin_fails_also_with_a_token(self, factory, ada):
        request = with_token(request_of(factory, ada, "POST"))
        request.META["HTTP_ORIGIN"] = "https://evil.test"

        assert "csrf_failed" == HANDLER.authenticate(request).code

    def test_nobody_signed_in_needs_none(self, factory):
        """There is no session to ride on."""
        assert HANDLER.authenticate(request_of(factory, method="POST")).is_no_result

    def test_a_body_that_is_no_form_is_a_failure_and_no_error(self, factory, ada):
        request = request_of(
            factory, ada, "POST", data=b"\xff{", content_type="application/json"
        )

        assert "csrf_failed" == HANDLER.authenticate(request).code

    def test_an_exemption_from_the_middleware_is_none_here(self, factory, ada):
        """DRF's views are exempt from the middleware's check, and are checked here."""

        @csrf_exempt
        def view(request):
            return HttpResponse()

        request = request_of(factory, ada, "POST")
        middleware = CsrfViewMiddleware(view)
        middleware.process_request(request)

        assert middleware.process_view(request, view, (), {}) is None
        assert "csrf_failed" == HANDLER.authenticate(request).code

    def test_what_the_middleware_passed_is_not_checked_twice(self, factory, ada):
        request = with_token(request_of(factory, ada, "POST"))
        middleware = CsrfViewMiddleware(lambda r: HttpResponse(status=HTTPStatus.OK))
        middleware.process_request(request)
        assert middleware.process_view(request, lambda r: None, (), {}) is None
        del request.META["HTTP_X_CSRFTOKEN"]

        assert csrf_failure(request) is None


class TestClaims:
    @pytest.mark.parametrize(
        ("session", "expected"),
        [
            ({AUTH_TIME_KEY: 1700000000}, (1700000000,)),
            ({AUTH_TIME_KEY: True}, ()),
            ({AUTH_TIME_KEY: "1700000000"}, ()),
            ({AUTH_TIME_KEY: 1.5}, ()),
            ({}, ()),
        ],
    )
    def test_when_the_user_signed_in_is_a_claim(self, factory, ada, session, expected):
        request = request_of(factory, ada)
        for key in (AUTH_TIME_KEY, AMR_KEY):
            request.session.pop(key, None)
        request.session.update(session)

        assert expected == HANDLER.authenticate(request).principal.values("auth_time")

    @pytest.mark.parametrize(
        ("amr", "expected"),
        [
            (["pwd", "otp"], ("pwd", "otp")),
            (["pwd", 1, None, ["x"]], ("pwd",)),
            ("pwd", ()),
            ({"pwd": 1}, ()),
            (None, ()),
        ],
    )
    def test_how_is_a_claim_for_each_method(self, factory, ada, amr, expected):
        request = request_of(factory, ada)
        request.session[AMR_KEY] = amr

        assert expected == HANDLER.authenticate(request).principal.values("amr")


def test_to_openapi_it_is_a_cookie():
    expected = {"type": "apiKey", "in": "cookie", "name": "sessionid"}

    assert expected == HANDLER.openapi()


def test_the_challenge_is_the_session_s(factory):
    request = factory.get("/")

    challenge = HANDLER.challenge(request, HANDLER.authenticate(request))

    assert 'Session realm="api"' == challenge
