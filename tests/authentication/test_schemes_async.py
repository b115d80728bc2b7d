"""The same from an event loop: each once, nothing that waits on the loop."""

import asyncio
import threading

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model

from django_claimsauth.authentication import (
    AuthenticateResult,
    SchemeHandler,
    schemes,
)
from django_claimsauth.authentication.users import principal_of_user
from django_claimsauth.claims import ClaimsPrincipal
from tests.authentication.callers import Caller, scheme


class Slow(SchemeHandler):
    """Takes a moment, and counts who asked."""

    asked = 0

    async def aauthenticate(self, request):
        type(self).asked += 1
        await asyncio.sleep(0.01)
        return AuthenticateResult.succeed(ClaimsPrincipal.of(self.name, {"sub": "1"}))


class FailsOnce(SchemeHandler):
    """Is away when it is asked first."""

    asked = 0

    async def aauthenticate(self, request):
        type(self).asked += 1
        await asyncio.sleep(0)
        if type(self).asked == 1:
            raise ConnectionError("away")
        return AuthenticateResult.no_result()


class Composite(SchemeHandler):
    """Asks another scheme, by its alias."""

    def __init__(self, name, *, other):
        super().__init__(name)
        self.other = other

    async def aauthenticate(self, request):
        return await schemes.aauthenticate(request, [self.other])


class FromDatabase(SchemeHandler):
    """Loads a user, as most schemes do."""

    def authenticate(self, request):
        user = get_user_model().objects.get()
        return AuthenticateResult.succeed(principal_of_user(user, self.name))


@pytest.fixture(autouse=True)
def nobody_asked():
    Slow.asked = FailsOnce.asked = 0


def ask(*calls):
    """Await the calls at the same time, on a loop of their own."""

    async def gathered():
        return await asyncio.gather(*(call() for call in calls), return_exceptions=True)

    return asyncio.run(gathered())


def test_schemes_are_tried_in_order_and_merged(configure, request_):
    configure({"a": scheme(sub="1"), "bad": scheme(fails="x"), "b": scheme(sub="2")})

    (result,) = ask(lambda: schemes.aauthenticate(request_, ["b", "bad", "a"]))

    assert ("2", "1") == result.principal.values("sub")
    assert ["b", "bad", "a"] == list(result.results)
    assert result is schemes.authenticate(request_, ["b", "bad", "a"])


def test_tasks_of_one_request_ask_a_scheme_once(configure, request_):
    transformed = []
    configure(
        {"a": {"BACKEND": Slow}, "b": scheme()},
        CLAIMS_TRANSFORMATIONS=[lambda p, r: transformed.append(p) or p],
        DEFAULT_SCHEME="a",
    )
    one, many = (
        lambda: schemes.aauthenticate(request_, ["a"]),
        lambda: schemes.aauthenticate(request_, ["a", "b"]),
    )

    results = ask(one, one, many, one, lambda: schemes.achallenge(request_, ["a"]))

    assert 1 == Slow.asked
    assert 1 == len(transformed)
    assert {"1"} == {each.principal.subject for each in results[:4]}


def test_requests_do_not_wait_for_each_other(configure, rf):
    configure({"a": {"BACKEND": Slow}})

    requests = [rf.get("/") for _ in range(20)]

    ask(*(lambda r=each: schemes.aauthenticate(r) for each in requests))

    assert 20 == Slow.asked


def test_an_outage_of_one_task_is_not_the_other_s(configure, request_):
    configure({"a": {"BACKEND": FailsOnce}})
    call = lambda: schemes.aauthenticate(request_)  # noqa: E731

    first, second = ask(call, call)

    assert isinstance(first, ConnectionError)
    assert second.is_no_result


def test_a_scheme_may_ask_another_one(configure, request_):
    configure(
        {"a": {"BACKEND": Composite, "OPTIONS": {"other": "b"}}, "b": scheme(sub="2")}
    )

    (result,) = ask(lambda: schemes.aauthenticate(request_, ["a"]))

    assert "2" == result.principal.subject


def test_a_scheme_that_asks_itself_is_told_so_and_does_not_hang(configure, request_):
    configure({"a": {"BACKEND": Composite, "OPTIONS": {"other": "a"}}})

    (error,) = ask(lambda: asyncio.wait_for(schemes.aauthenticate(request_), 5))

    assert "asks for itself" in str(error)


def test_challenge_and_forbid_are_the_same_from_a_loop(configure, request_):
    configure({"a": scheme(sub="1"), "b": scheme(fails="x")}, DEFAULT_SCHEME="a")

    challenge, default, forbid = ask(
        lambda: schemes.achallenge(request_, ["b", "a"]),
        lambda: schemes.achallenge(request_),
        lambda: schemes.aforbid(request_, ["b", "a"]),
    )

    assert ["b code=x", "a code=None"] == challenge
    assert ["a code=None"] == default
    assert ["a forbids"] == forbid


def test_a_scheme_that_waits_for_nothing_needs_no_thread(configure, request_):
    threads = []

    class Noting(Caller):
        """Notes its thread."""

        def authenticate(self, request):
            threads.append(threading.get_ident())
            return super().authenticate(request)

    configure({"a": {"BACKEND": Noting}})

    ask(lambda: schemes.aauthenticate(request_))

    assert [threading.get_ident()] == threads


def test_an_async_authenticate_is_named(configure, request_):
    class Misnamed(SchemeHandler):
        """Is async where it should not be."""

        async def authenticate(self, request):
            return AuthenticateResult.no_result()

    configure({"a": {"BACKEND": Misnamed}})

    (error,) = ask(lambda: schemes.aauthenticate(request_))

    assert "named aauthenticate()" in str(error)


@pytest.mark.django_db
def test_a_scheme_reads_the_database_off_the_loop(configure, request_):
    get_user_model().objects.create_user("ada")
    configure({"a": {"BACKEND": FromDatabase}})

    result = async_to_sync(schemes.aauthenticate)(request_)

    assert "ada" == result.principal.name


@pytest.mark.parametrize(
    "call", [schemes.aauthenticate, schemes.achallenge, schemes.aforbid]
)
def test_a_str_for_names_is_a_type_error(configure, request_, call):
    configure({"a": scheme()})

    (error,) = ask(lambda: call(request_, "a"))

    assert isinstance(error, TypeError)


def test_two_hundred_requests_at_once_see_their_own_principal(configure, rf):
    class Echo(SchemeHandler):
        """Succeeds as whom the request says."""

        async def aauthenticate(self, request):
            await asyncio.sleep(0)
            claims = {"sub": request.headers["Sub"]}
            return AuthenticateResult.succeed(ClaimsPrincipal.of(self.name, claims))

    configure({"a": {"BACKEND": Echo}}, CLAIMS_TRANSFORMATIONS=[lambda p, r: p])
    requests = [rf.get("/", headers={"Sub": str(n)}) for n in range(200)]

    results = ask(*(lambda r=each: schemes.aauthenticate(r) for each in requests))

    assert [str(n) for n in range(200)] == [each.principal.subject for each in results]
