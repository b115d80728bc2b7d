"""Claims transformations: in order, once a request and list, before judging."""

import asyncio
import functools
import threading

import pytest
from asgiref.sync import async_to_sync

from django_claimsauth.authentication import (
    AuthenticateResult,
    ClaimsTransformation,
    schemes,
)
from django_claimsauth.authentication.transformation import transformations
from django_claimsauth.claims import Claim, ClaimsPrincipal
from django_claimsauth.errors import SettingsError
from tests.authentication.callers import Caller, forwarding, scheme

SEEN = []
HERE = "tests.authentication.test_transformation"


def adding(name):
    """Return a transformation that adds a claim and notes what it was given."""

    def add(principal, request):
        SEEN.append((name, principal, threading.get_ident()))
        identity = principal.identity.with_claims(Claim("step", name))
        return ClaimsPrincipal([identity, *principal.identities[1:]])

    return add


def first(principal, request):
    return adding("first")(principal, request)


async def later(principal, request):
    await asyncio.sleep(0)
    return adding("later")(principal, request)


class Sync(ClaimsTransformation):
    """Adds its class's name."""

    def transform(self, principal, request):
        return adding(type(self).__name__)(principal, request)


class Quick(Sync):
    """The same, and waits for nothing."""

    does_io = False


class AsyncOnly(ClaimsTransformation):
    """Has an `atransform()` alone."""

    async def atransform(self, principal, request):
        return adding("AsyncOnly")(principal, request)


class Misnamed(ClaimsTransformation):
    """Is async where it should not be."""

    async def transform(self, principal, request):
        return principal


class Unmade(ClaimsTransformation):
    """Wants what nobody gives it."""

    def __init__(self, what):
        pass


instance = Quick()
partial = functools.partial(later)


@pytest.fixture(autouse=True)
def nothing_seen():
    SEEN.clear()


@pytest.fixture
def transforming(configure):
    """Return a function that configures transformations beside four schemes."""

    def transforming(*given):
        configure(
            {
                "one": scheme(sub="1"),
                "two": scheme(sub="2"),
                "bad": scheme(fails="x"),
                "smart": forwarding(default="one"),
            },
            DEFAULT_SCHEME="one",
            CLAIMS_TRANSFORMATIONS=list(given),
        )

    return transforming


def sync_steps(request, names=None):
    return schemes.authenticate(request, names).principal.values("step")


def async_steps(request, names=None):
    async def ask():
        return await schemes.aauthenticate(request, names)

    return asyncio.run(ask()).principal.values("step")


class TestOrder:
    @pytest.mark.parametrize("steps", [sync_steps, async_steps])
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ([], ()),
            ([first, adding("second")], ("first", "second")),
            ([adding("second"), first], ("second", "first")),
            ([f"{HERE}.first"], ("first",)),
            ([later, first], ("later", "first")),
            ([partial], ("later",)),
            ([Sync, Quick, AsyncOnly], ("Sync", "Quick", "AsyncOnly")),
            ([f"{HERE}.Sync", f"{HERE}.instance"], ("Sync", "Quick")),
            ([Quick()], ("Quick",)),
        ],
    )
    def test_each_runs_on_what_the_one_before_returned(
        self, transforming, request_, steps, given, expected
    ):
        transforming(*given)

        assert expected == steps(request_)

    def test_they_see_the_merged_principal_and_the_request(
        self, transforming, request_
    ):
        asked = []
        transforming(lambda p, r: asked.append((p.values("sub"), r)) or p)

        schemes.authenticate(request_, ["two", "bad", "one"])

        assert [(("2", "1"), request_)] == asked


class TestOnce:
    @pytest.mark.parametrize("steps", [sync_steps, async_steps])
    def test_once_a_request_for_each_list_of_schemes(
        self, transforming, request_, rf, steps
    ):
        transforming(first)

        for names in (None, ["one"], ["one", "two"], ["one", "two"], None):
            steps(request_, names)
        assert 2 == len(SEEN)

        steps(rf.get("/"))
        assert 3 == len(SEEN)

    def test_a_list_that_leads_to_the_same_scheme_is_the_same(
        self, transforming, request_
    ):
        transforming(first)

        one = schemes.authenticate(request_, ["one"])
        other = schemes.authenticate(request_, ["smart", "bad"])

        assert 1 == len(SEEN)
        assert one.principal is other.principal

    def test_a_scheme_s_own_result_is_not_transformed(self, transforming, request_):
        transforming(first)

        result = schemes.authenticate(request_)

        assert not result.results["one"].principal.has_claim("step")
        assert result.principal.has_claim("step")

    @pytest.mark.parametrize("names", [["bad"], ["silent"]])
    def test_nobody_authenticated_is_nothing_to_transform(
        self, configure, request_, names
    ):
        configure(
            {"bad": scheme(fails="x"), "silent": scheme()},
            CLAIMS_TRANSFORMATIONS=[first],
        )

        assert not schemes.authenticate(request_, names)
        assert [] == SEEN

    def test_a_success_without_an_identity_is_transformed_all_the_same(
        self, configure, request_
    ):
        class Nobody(Caller):
            """Succeeds as nobody."""

            def authenticate(self, request):
                return AuthenticateResult.succeed(ClaimsPrincipal.anonymous())

        configure(
            {"a": {"BACKEND": Nobody}},
            CLAIMS_TRANSFORMATIONS=[lambda p, r: ClaimsPrincipal.of("t", {"sub": "9"})],
        )

        assert "9" == schemes.authenticate(request_).principal.subject


class TestLoop:
    """What waits runs off the event loop; what does not, on it."""

    @pytest.mark.parametrize(
        ("given", "stays"),
        [
            (Sync, False),
            (Quick, True),
            (AsyncOnly, True),
            (first, False),
            (later, True),
        ],
    )
    def test_a_thread_is_used_where_one_is_needed(
        self, transforming, request_, given, stays
    ):
        transforming(given)

        async_steps(request_)

        assert stays is (threading.get_ident() == SEEN[0][2])

    def test_a_function_may_say_that_it_waits_for_nothing(self, transforming, request_):
        def quick(principal, request):
            return adding("quick")(principal, request)

        quick.does_io = False
        transforming(quick)

        async_steps(request_)

        assert threading.get_ident() == SEEN[0][2]

    def test_an_async_one_on_a_running_loop_cannot_serve_a_sync_caller(
        self, transforming, request_
    ):
        transforming(later)

        async def ask():
            return schemes.authenticate(request_)

        with pytest.raises(RuntimeError):
            asyncio.run(ask())


class TestMistakes:
    @pytest.mark.parametrize(
        ("given", "words"),
        [
            (5, r"\[0\] is 5; a ClaimsTransformation or a function"),
            (None, r"\[0\] is None"),
            (f"{HERE}.SEEN", r"\[0\] is .*SEEN"),
            ("no.such", r"\[0\] is 'no.such', which cannot be imported"),
            (Unmade, r"\[0\] cannot be made: .*'what'"),
        ],
    )
    def test_what_is_none_is_named_with_its_place(
        self, transforming, request_, given, words
    ):
        transforming(given)

        with pytest.raises(SettingsError, match=words):
            transformations.all()

    @pytest.mark.parametrize("answer", [None, "x", (), ClaimsPrincipal])
    def test_what_returns_no_principal_is_named(self, transforming, request_, answer):
        def forgetful(principal, request):
            return answer

        transforming(forgetful)

        with pytest.raises(TypeError, match=r"forgetful.*returned"):
            schemes.authenticate(request_)

    @pytest.mark.parametrize(
        "run", [transformations.run, async_to_sync(transformations.arun)]
    )
    def test_an_async_transform_is_named_and_never_left_unawaited(
        self, transforming, request_, run
    ):
        transforming(Misnamed)

        with pytest.raises(TypeError, match=r"Misnamed.*named atransform\(\)"):
            run(ClaimsPrincipal.anonymous(), request_)

    def test_one_without_either_says_so(self, transforming, request_):
        transforming(ClaimsTransformation)

        with pytest.raises(NotImplementedError, match="ClaimsTransformation"):
            schemes.authenticate(request_)

    def test_an_exception_goes_up_and_is_not_remembered(self, transforming, request_):
        failures = [ConnectionError("away")]

        def flaky(principal, request):
            if failures:
                raise failures.pop()
            return principal

        transforming(flaky)

        with pytest.raises(ConnectionError):
            schemes.authenticate(request_)
        assert schemes.authenticate(request_)

    def test_they_are_made_anew_when_the_settings_change(self, transforming):
        transforming(Sync)
        before = transformations.all()
        transforming(Sync, Quick)

        assert 2 == len(transformations.all())
        assert before[0] is not transformations.all()[0]
