"""The outcome of authenticating: success, no result, failure."""

import copy

import pytest

from django_claimsauth.authentication import AuthenticateResult
from django_claimsauth.claims import ClaimsIdentity, ClaimsPrincipal

PRINCIPAL = ClaimsPrincipal.of("bearer", {"sub": "1"})


def facts(result):
    return (
        result.succeeded,
        result.is_no_result,
        result.principal,
        result.code,
        result.detail,
    )


class TestKinds:
    def test_success_has_the_very_principal(self):
        result = AuthenticateResult.succeed(PRINCIPAL)

        assert (True, False, PRINCIPAL, None, "") == facts(result)
        assert PRINCIPAL is result.principal

    def test_no_result_is_neither(self):
        assert (False, True, None, None, "") == facts(AuthenticateResult.no_result())

    def test_failure_has_a_code_and_a_detail(self):
        result = AuthenticateResult.fail("token_expired", "an hour ago")

        assert (False, False, None, "token_expired", "an hour ago") == facts(result)

    def test_success_does_not_need_an_authenticated_identity(self):
        """The policy says whether that is enough; RequireAuthenticated says no."""
        principal = ClaimsPrincipal([ClaimsIdentity()])

        assert AuthenticateResult.succeed(principal).succeeded

    @pytest.mark.parametrize(
        ("result", "truth"),
        [
            (AuthenticateResult.succeed(PRINCIPAL), True),
            (AuthenticateResult.no_result(), False),
            (AuthenticateResult.fail("x"), False),
        ],
    )
    def test_its_truth_is_success(self, result, truth):
        assert truth is bool(result)


class TestMistakes:
    @pytest.mark.parametrize("odd", [None, "1", object(), PRINCIPAL.identity])
    def test_success_takes_a_principal(self, odd):
        with pytest.raises(TypeError, match="ClaimsPrincipal"):
            AuthenticateResult.succeed(odd)

    @pytest.mark.parametrize("odd", [None, 1, ValueError("x")])
    def test_code_and_detail_are_str(self, odd):
        with pytest.raises(TypeError):
            AuthenticateResult.fail(odd)
        with pytest.raises(TypeError):
            AuthenticateResult.fail("x", odd)

    @pytest.mark.parametrize("blank", ["", " "])
    def test_a_code_is_not_blank(self, blank):
        with pytest.raises(ValueError, match="blank"):
            AuthenticateResult.fail(blank)

    @pytest.mark.parametrize("name", ["principal", "code", "succeeded", "x"])
    def test_it_is_frozen(self, name):
        with pytest.raises(AttributeError):
            setattr(AuthenticateResult.no_result(), name, 1)


class TestResults:
    @pytest.mark.parametrize(
        "make",
        [
            lambda results: AuthenticateResult.succeed(PRINCIPAL, results=results),
            lambda results: AuthenticateResult.no_result(results=results),
            lambda results: AuthenticateResult.fail("x", results=results),
        ],
    )
    def test_what_each_scheme_said_is_there_and_cannot_be_changed(self, make):
        given = {"a": AuthenticateResult.fail("y")}
        result = make(given)
        given["b"] = result

        assert {"a": AuthenticateResult.fail("y")} == result.results
        with pytest.raises(TypeError):
            result.results["c"] = result

    def test_a_scheme_s_own_has_none(self):
        assert {} == AuthenticateResult.no_result().results


class TestValue:
    def test_equal_results_are_equal_and_hash_alike(self):
        one = AuthenticateResult.succeed(ClaimsPrincipal.of("bearer", {"sub": "1"}))

        assert AuthenticateResult.succeed(PRINCIPAL) == one
        assert 1 == len({AuthenticateResult.succeed(PRINCIPAL), one})

    @pytest.mark.parametrize(
        "other",
        [
            AuthenticateResult.no_result(),
            AuthenticateResult.fail("y"),
            AuthenticateResult.fail("x", "why"),
            "x",
        ],
    )
    def test_different_ones_are_not(self, other):
        assert AuthenticateResult.fail("x") != other

    @pytest.mark.parametrize(
        ("result", "shown"),
        [
            (AuthenticateResult.succeed(PRINCIPAL), f"succeed({PRINCIPAL!r})"),
            (AuthenticateResult.no_result(), "no_result()"),
            (AuthenticateResult.fail("x", "y"), "fail('x', 'y')"),
        ],
    )
    def test_it_prints_as_it_is_made(self, result, shown):
        assert f"AuthenticateResult.{shown}" == repr(result)

    @pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
    def test_a_copy_is_the_same_and_frozen_as_well(self, copied):
        result = AuthenticateResult.succeed(PRINCIPAL).alone("bearer")

        again = copied(result)

        assert (result, result.results) == (again, again.results)
        with pytest.raises(AttributeError, match="frozen"):
            again.code = "x"
