"""The contract of a scheme."""

import asyncio
import threading

import pytest

from django_claimsauth.authentication import AuthenticateResult, SchemeHandler
from django_claimsauth.authentication.handlers import quoted
from django_claimsauth.authentication.users import PrincipalUser
from django_claimsauth.claims import ClaimsPrincipal

NO_RESULT = AuthenticateResult.no_result()


class Threads(SchemeHandler):
    """Notes the thread that it was asked on."""

    def authenticate(self, request):
        self.thread = threading.get_ident()
        return NO_RESULT


class Quick(Threads):
    """The same, and waits for nothing."""

    does_io = False


class AsyncOnly(SchemeHandler):
    """Has an `aauthenticate()` alone."""

    async def aauthenticate(self, request):
        await asyncio.sleep(0)
        return AuthenticateResult.fail("async")


class TestAuthenticate:
    def test_one_without_authenticate_says_so(self, request_):
        with pytest.raises(NotImplementedError, match=r"SchemeHandler.*'mine'"):
            SchemeHandler("mine").authenticate(request_)

    def test_one_without_either_says_so_on_a_loop_too(self, request_):
        with pytest.raises(NotImplementedError, match="'mine'"):
            asyncio.run(SchemeHandler("mine").aauthenticate(request_))

    def test_what_does_io_leaves_the_loop(self, request_):
        handler = Threads("x")

        assert NO_RESULT == asyncio.run(handler.aauthenticate(request_))
        assert threading.get_ident() != handler.thread

    def test_what_does_none_stays_on_the_loop(self, request_):
        handler = Quick("x")

        assert NO_RESULT == asyncio.run(handler.aauthenticate(request_))
        assert threading.get_ident() == handler.thread

    def test_an_async_one_serves_sync_callers(self, request_):
        assert "async" == AsyncOnly("x").authenticate(request_).code


class TestChallenge:
    def test_by_default_it_is_the_alias_and_a_realm(self, request_):
        handler = SchemeHandler("mine", realm="the api")

        assert 'mine realm="the api"' == handler.challenge(request_, NO_RESULT)
        assert handler.forbid(request_, None) is None

    def test_a_keyword_stands_for_the_alias(self, request_):
        class Named(SchemeHandler):
            """Has its protocol's keyword."""

            keyword = "Ticket"

        assert 'Ticket realm="api"' == Named("x").challenge(request_, NO_RESULT)

    @pytest.mark.parametrize("odd", [None, 1, b"api"])
    def test_a_realm_is_a_str(self, odd):
        with pytest.raises(TypeError, match="realm"):
            SchemeHandler("x", realm=odd)

    @pytest.mark.parametrize(
        ("text", "inside"),
        [
            ("api", "api"),
            ('a"b', r"a\"b"),
            ("a\\b", r"a\\b"),
            ('a\\"b', r"a\\\"b"),
            ("a\r\nSet-Cookie: b", "aSet-Cookie: b"),
            ("a\0b\x7f", "ab"),
            ("é", ""),
        ],
    )
    def test_nothing_breaks_out_of_a_quoted_string(self, text, inside):
        assert inside == quoted(text)


def test_the_user_of_a_stranger_is_the_principal_as_a_user():
    principal = ClaimsPrincipal.of("x", {"sub": "1"}, issuer="https://login.test")

    assert PrincipalUser(principal) == SchemeHandler("x").user(principal)


def test_by_default_nothing_is_wrong_with_it():
    assert [] == SchemeHandler("x").check()


def test_by_default_it_is_an_http_scheme_of_openapi():
    class Named(SchemeHandler):
        """Has its protocol's keyword."""

        keyword = "Ticket"

    assert {"type": "http", "scheme": "mine"} == SchemeHandler("Mine").openapi()
    assert {"type": "http", "scheme": "ticket"} == Named("mine").openapi()
