"""What is known about a request: its principal and its users."""

import asyncio
import copy
import pickle
import threading

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from rest_framework.request import Request

from django_claimsauth.authentication import AuthenticateResult, schemes
from django_claimsauth.authentication.requests import (
    LazyUser,
    bind,
    django_request,
    state_of,
)
from django_claimsauth.authentication.users import PrincipalUser
from django_claimsauth.claims import ClaimsPrincipal

STRANGER = ClaimsPrincipal.of("elsewhere", {"sub": "s"}, issuer="https://login.test")
SUCCESS = AuthenticateResult.succeed(STRANGER)


class Loader:
    """Loads a user, and counts how often it did."""

    def __init__(self, user="ada"):
        self.user = user
        self.loaded = 0
        self.thread = None

    def __call__(self, principal=None):
        self.loaded += 1
        self.thread = threading.get_ident()
        return self.user


class Falsy:
    """A user that a test of truth would take for none."""

    def __bool__(self):
        return False


class TestState:
    def test_it_is_one_for_django_s_request_and_drf_s(self, request_):
        assert state_of(request_) is state_of(Request(request_))
        assert request_ is django_request(Request(request_))

    def test_two_requests_share_nothing(self, rf):
        assert state_of(rf.get("/")) is not state_of(rf.get("/"))


class TestBind:
    def test_success_sets_the_principal_everywhere(self, request_):
        drf = Request(request_)

        assert STRANGER is bind(drf, SUCCESS, schemes.user)
        assert STRANGER is request_.principal is drf.principal
        assert SUCCESS is state_of(request_).current

    def test_the_user_is_loaded_when_it_is_touched_and_once(self, request_):
        loader = Loader()
        bind(request_, SUCCESS, loader)
        assert 0 == loader.loaded

        assert ("ada", "Ada") == (str(request_.user), request_.user.title())
        assert 1 == loader.loaded

    def test_a_stranger_is_a_principal_user(self, request_):
        bind(request_, SUCCESS, schemes.user)

        assert isinstance(request_.user, PrincipalUser)
        assert request_.user.is_authenticated

    @pytest.mark.parametrize(
        "result", [AuthenticateResult.no_result(), AuthenticateResult.fail("x")]
    )
    def test_nobody_is_anonymous_also_where_the_session_knew_a_user(
        self, request_, result
    ):
        """This endpoint does not accept that credential."""
        request_.user = get_user_model()(pk=1)

        bind(request_, result, schemes.user)

        assert ClaimsPrincipal.anonymous() == request_.principal
        assert AnonymousUser() == request_.user

    def test_a_later_result_takes_the_place_of_the_first(self, request_):
        bind(request_, SUCCESS, schemes.user)
        bind(request_, AuthenticateResult.fail("x"), schemes.user)

        assert not request_.principal.is_authenticated
        assert request_.user.is_anonymous


class TestBindingAgain:
    def test_the_same_result_is_bound_once(self, request_):
        bind(request_, SUCCESS, Loader())
        user = request_.user

        assert STRANGER is bind(request_, SUCCESS, Loader())
        assert user is request_.user

    def test_a_failure_bound_again_is_anonymous_again(self, request_):
        failure = AuthenticateResult.fail("x")

        for _ in range(2):
            anonymous = bind(request_, failure, schemes.user)
            assert ClaimsPrincipal.anonymous() == anonymous == request_.principal

    @pytest.mark.parametrize("name", ["user", "principal"])
    def test_what_somebody_else_set_meanwhile_is_set_right(self, request_, name):
        """`login()` in the middle of a request, for one."""
        bind(request_, SUCCESS, Loader())
        setattr(request_, name, None)

        bind(request_, SUCCESS, Loader())

        assert ("ada", STRANGER) == (request_.user, request_.principal)

    def test_another_result_of_the_same_principal_is_another(self, request_):
        bind(request_, SUCCESS, Loader())
        bind(request_, AuthenticateResult.succeed(STRANGER), Loader("bob"))

        assert "bob" == request_.user


class TestAuser:
    """Django's middleware binds `auser` to the session, whoever authenticated."""

    def test_it_is_the_bound_principal_s_user_and_loads_off_the_loop(self, request_):
        loader = Loader(Falsy())
        bind(request_, SUCCESS, loader)

        assert isinstance(asyncio.run(request_.auser()), Falsy)
        assert 1 == loader.loaded
        assert threading.get_ident() != loader.thread

    def test_it_is_anonymous_where_nobody_is(self, request_):
        request_.auser = None

        bind(request_, AuthenticateResult.no_result(), schemes.user)

        assert AnonymousUser() == asyncio.run(request_.auser())


class TestLazyUser:
    def test_it_is_a_lazy_object_like_django_s(self):
        loader = Loader()
        user = LazyUser(loader)

        assert "function" not in repr(user)
        assert 0 == loader.loaded
        assert ("ada", str, 3) == (user, user.__class__, len(user))
        assert 1 == loader.loaded
        assert "'ada'" in repr(user)

    @pytest.mark.parametrize("touched", [True, False])
    @pytest.mark.parametrize(
        "again",
        [copy.copy, copy.deepcopy, lambda user: pickle.loads(pickle.dumps(user))],
    )
    def test_it_can_be_copied_and_pickled_before_and_after(self, again, touched):
        user = LazyUser(str)
        if touched:
            assert user == ""

        assert "" == again(user)

    def test_attributes_are_set_on_the_user(self):
        inner = PrincipalUser(STRANGER)
        user = LazyUser(lambda: inner)
        user.nickname = "x"

        assert "x" == inner.nickname
