"""Authenticating by several schemes: in order, each once, what succeeds is merged."""

import pytest
from rest_framework.request import Request

from django_claimsauth.authentication import AuthenticateResult, schemes
from django_claimsauth.authentication.requests import state_of
from django_claimsauth.authentication.users import PrincipalUser
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import UnknownSchemeError
from tests.authentication.callers import Caller, forwarding, scheme

ALL = {
    "one": scheme(sub="1"),
    "two": scheme(sub="2"),
    "silent": scheme(),
    "bad": scheme(fails="token_expired"),
    "worse": scheme(fails="invalid_signature"),
}


@pytest.fixture(autouse=True)
def configured(configure):
    configure(ALL, DEFAULT_SCHEME="one")


class TestOne:
    def test_its_principal_is_the_result_s_very_object(self, request_):
        own = schemes.result_of("one", request_)

        assert own.principal is schemes.authenticate(request_, ["one"]).principal

    def test_no_names_mean_the_default(self, request_):
        assert "1" == schemes.authenticate(request_).principal.subject
        assert "1" == schemes.authenticate(request_, []).principal.subject
        assert "1" == schemes.authenticate(request_, None).principal.subject

    def test_a_failure_keeps_its_code_and_detail(self, request_):
        result = schemes.authenticate(request_, ["bad"])

        assert ("token_expired", "secret detail") == (result.code, result.detail)
        assert not result

    def test_a_handler_that_returns_none_found_nothing(self, request_, rf, configure):
        class Forgetful(Caller):
            """Forgets to answer."""

            def authenticate(self, request):
                return None

        configure({"a": {"BACKEND": Forgetful}})

        assert schemes.authenticate(request_).is_no_result
        # And by the short way, of a handler that is there already.
        assert schemes.authenticate(rf.get("/")).is_no_result

    @pytest.mark.parametrize("odd", [True, (None, None), ClaimsPrincipal(), "x"])
    def test_a_handler_that_answers_anything_else_is_named(
        self, request_, configure, odd
    ):
        class Odd(Caller):
            """Answers oddly."""

            def authenticate(self, request):
                return odd

        configure({"a": {"BACKEND": Odd}})

        with pytest.raises(TypeError, match="scheme 'a' answered"):
            schemes.authenticate(request_)

    def test_a_class_of_results_of_ones_own_will_do(self, request_, configure):
        class Stamped(AuthenticateResult):
            """A result with more to it."""

        class Stamping(Caller):
            """Answers one."""

            def authenticate(self, request):
                return Stamped.fail("stamped")

        configure({"a": {"BACKEND": Stamping}})

        assert "stamped" == schemes.authenticate(request_).code

    def test_an_async_authenticate_is_named_and_never_left_unawaited(
        self, request_, configure
    ):
        class Misnamed(Caller):
            """Is async where it should not be."""

            async def authenticate(self, request):
                return AuthenticateResult.no_result()

        configure({"a": {"BACKEND": Misnamed}})

        with pytest.raises(TypeError, match=r"named aauthenticate\(\)"):
            schemes.authenticate(request_)

    def test_an_exception_goes_up_and_the_next_ask_asks_again(
        self, request_, configure
    ):
        configure({"a": scheme(raises=ConnectionError("away"))})

        for _ in range(2):
            with pytest.raises(ConnectionError):
                schemes.authenticate(request_)
        assert 2 == len(schemes["a"].asked)


class TestSeveral:
    def test_what_succeeds_is_merged_in_listed_order(self, request_):
        result = schemes.authenticate(request_, ["two", "silent", "bad", "one"])

        assert ("2", "1") == result.principal.values("sub")
        assert "two" == result.principal.identity.authentication_type
        assert result.code is None

    def test_a_failing_scheme_never_stops_the_next(self, request_):
        result = schemes.authenticate(request_, ["bad", "one"])

        assert "1" == result.principal.subject
        assert 1 == len(result.principal.identities)

    def test_every_scheme_is_tried_also_after_a_success(self, request_):
        schemes.authenticate(request_, ["one", "bad"])

        assert 1 == len(schemes["bad"].asked)

    def test_each_has_its_own_result_by_alias_in_order(self, request_):
        results = schemes.authenticate(request_, ["bad", "two", "silent"]).results

        assert ["bad", "two", "silent"] == list(results)
        assert ("token_expired", "2", True) == (
            results["bad"].code,
            results["two"].principal.subject,
            results["silent"].is_no_result,
        )

    def test_the_code_is_the_first_failures_in_listed_order(self, request_):
        result = schemes.authenticate(request_, ["silent", "worse", "bad"])

        assert "invalid_signature" == result.code

    def test_silence_alone_is_no_result(self, request_):
        assert schemes.authenticate(request_, ["silent"]).is_no_result

    @pytest.mark.parametrize("kind", [list, tuple, iter])
    def test_a_name_said_twice_is_one(self, request_, kind):
        result = schemes.authenticate(request_, kind(["one", "one"]))

        assert 1 == len(result.principal.identities)
        assert [("one",)] == list(state_of(request_).combined)


class TestOnce:
    def test_each_scheme_is_asked_once_a_request_whoever_asks(self, request_):
        schemes.authenticate(request_, ["one"])
        schemes.authenticate(request_, ["two", "one"])
        schemes.authenticate(Request(request_), ["one"])
        schemes.challenge(request_, ["one", "two"])

        assert (1, 1) == (len(schemes["one"].asked), len(schemes["two"].asked))

    def test_the_same_list_is_the_same_result(self, request_):
        first = schemes.authenticate(request_, ["one", "two"])

        assert first is schemes.authenticate(request_, ("one", "two"))
        assert first is not schemes.authenticate(request_, ("two", "one"))

    def test_another_request_is_asked_anew(self, rf):
        schemes.authenticate(rf.get("/"))
        schemes.authenticate(rf.get("/"))

        assert 2 == len(schemes["one"].asked)

    def test_a_handler_sees_djangos_request(self, request_):
        schemes.authenticate(Request(request_))
        schemes.result_of("two", Request(request_))

        assert request_ is schemes["one"].asked[0]
        assert request_ is schemes["two"].asked[0]

    def test_what_a_test_forced_is_everybodys_answer(self, request_):
        state_of(request_).forced = ClaimsPrincipal.of("x", {"sub": "9"})

        assert "9" == schemes.authenticate(request_, ["bad"]).principal.subject
        assert [] == schemes["bad"].asked


class TestUser:
    """`request.user` is what the primary identity's scheme says that it is."""

    def test_the_scheme_of_the_primary_identity_is_asked(self, configure):
        class Renaming(Caller):
            """Has users of its own."""

            def user(self, principal):
                return f"{self.name}'s {principal.subject}"

        configure({"a": {"BACKEND": Renaming}, "b": scheme()})
        principal = ClaimsPrincipal.of("a", {"sub": "1"})

        assert "a's 1" == schemes.user(principal.merge(ClaimsPrincipal.of("b", {})))
        other = ClaimsPrincipal.of("b", {"sub": "2"}, issuer="i").merge(principal)
        assert PrincipalUser(other) == schemes.user(other)

    @pytest.mark.parametrize(
        "principal",
        [
            ClaimsPrincipal.anonymous(),
            ClaimsPrincipal.of(None, {"sub": "1"}),
            ClaimsPrincipal.of("unknown", {"sub": "1"}, issuer="i"),
            ClaimsPrincipal.of("smart", {"sub": "1"}, issuer="i"),
        ],
    )
    def test_where_there_is_none_it_is_the_principal_as_a_user(
        self, configure, principal
    ):
        configure({"smart": forwarding(default="a"), "a": scheme()})

        assert PrincipalUser(principal) == schemes.user(principal)


class TestMistakes:
    @pytest.mark.parametrize(
        "ask", [schemes.authenticate, schemes.challenge, schemes.forbid]
    )
    @pytest.mark.parametrize("names", ["one", "", b"one"])
    def test_a_str_for_names_is_a_type_error(self, request_, ask, names):
        with pytest.raises(TypeError, match="list of names"):
            ask(request_, names)

    @pytest.mark.parametrize(
        "ask", [schemes.authenticate, schemes.challenge, schemes.forbid]
    )
    def test_an_unknown_name_lists_the_known(self, request_, ask):
        with pytest.raises(UnknownSchemeError, match=r"'three'.*one, silent, two"):
            ask(request_, ["three"])

    @pytest.mark.parametrize("odd", [5, [["one"]]])
    def test_odd_names_are_type_errors(self, request_, odd):
        with pytest.raises(TypeError):
            schemes.authenticate(request_, odd)
