"""When a session's user proved who they are, for step-up."""

import time
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model, login
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from django_claimsauth.authorization import RequireRecentAuthentication, service
from django_claimsauth.sessions import (
    AMR_KEY,
    AUTH_TIME_KEY,
    SessionHandler,
    register,
    remember_authentication,
)

pytestmark = pytest.mark.django_db
User = get_user_model()
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def ada():
    return User.objects.create_user("ada", password="x")


@pytest.fixture
def request_(rf):
    request = rf.get("/")
    request.session = SessionStore()
    return request


def principal_of(request):
    return SessionHandler("session").authenticate(request).principal


def test_django_s_sign_in_is_remembered(request_, ada):
    before = int(time.time())
    login(request_, ada, BACKEND)

    assert before <= request_.session[AUTH_TIME_KEY] <= time.time()
    assert [] == request_.session[AMR_KEY]
    assert service.authorize(
        principal_of(request_), RequireRecentAuthentication(timedelta(minutes=1))
    )


def test_the_test_client_s_sign_in_is_remembered_too(ada):
    client = Client()
    client.force_login(ada)

    assert AUTH_TIME_KEY in client.session


def test_registering_twice_does_it_once(request_, ada):
    count = len(user_logged_in.receivers)
    register()

    assert count == len(user_logged_in.receivers)


def test_a_method_is_remembered_and_can_be_asked(request_, ada):
    login(request_, ada, BACKEND)
    asked = RequireRecentAuthentication(timedelta(minutes=1), methods=("otp",))
    assert not service.authorize(principal_of(request_), asked)

    remember_authentication(request_, methods=["pwd", "otp"])

    assert service.authorize(principal_of(request_), asked)


def test_the_time_is_the_clock_s(request_, ada):
    login(request_, ada, BACKEND)

    remember_authentication(request_, clock=lambda: 1700000000.9)

    assert (1700000000,) == principal_of(request_).values("auth_time")


def test_another_s_sign_in_by_tokens_does_not_lift_the_session(request_, ada):
    """The same signal is sent, and the cookie may be somebody else's."""
    login(request_, ada, BACKEND)
    request_.session[AUTH_TIME_KEY] = 1
    bob = User.objects.create_user("bob")

    user_logged_in.send(sender=User, request=request_, user=bob)

    assert 1 == request_.session[AUTH_TIME_KEY]


@pytest.mark.parametrize("has_session", [True, False])
def test_a_sign_in_without_a_session_makes_none(rf, request_, ada, has_session):
    request = request_ if has_session else rf.get("/")

    user_logged_in.send(sender=User, request=request, user=ada)

    assert AUTH_TIME_KEY not in getattr(request, "session", {})


def test_a_sign_in_without_a_request_is_no_error(ada):
    user_logged_in.send(sender=User, request=None, user=ada)
