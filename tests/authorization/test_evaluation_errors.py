"""What cannot be decided is an error that goes up: no refusal, and no door."""

import logging
from dataclasses import dataclass

import pytest

from django_claimsauth.authorization import (
    RequireAuthenticated,
    Requirement,
    RequireRole,
    service,
)
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import NoHandlerError, UnknownPolicyError

ADA = ClaimsPrincipal.of("x", {"sub": "1", "roles": ["editor"]})


@dataclass(frozen=True)
class Other(Requirement):
    """A requirement that nothing judges."""


def test_what_a_handler_raises_goes_up_and_is_logged(asked, judged, caplog):
    def broken(context, requirement):
        context.succeed(requirement)
        raise ZeroDivisionError

    judged(broken)

    with caplog.at_level(logging.ERROR), pytest.raises(ZeroDivisionError):
        service.authorize(ADA, asked)
    assert "broken raised while judging Asked" in caplog.text


def test_what_a_judge_raises_goes_up_and_is_logged(caplog):
    @dataclass(frozen=True)
    class Broken(Requirement):
        """Cannot judge."""

        def judge(self, principal, resource, request):
            raise ZeroDivisionError

    with caplog.at_level(logging.ERROR), pytest.raises(ZeroDivisionError):
        service.authorize(ADA, Broken())
    assert "raised while judging" in caplog.text
    assert "Broken()" in caplog.text


def test_a_requirement_that_nothing_judges_is_an_error_and_no_refusal():
    with pytest.raises(NoHandlerError, match=r"Other\(\).*@handles\(Other\)"):
        service.authorize(ADA, Other())


def test_an_unknown_policy_is_an_error_and_no_refusal():
    with pytest.raises(UnknownPolicyError, match="'Bogus'"):
        service.authorize(ADA, "Bogus")


@pytest.mark.parametrize("odd", ["1", object(), ADA.identity, True, {"sub": "1"}])
def test_what_is_no_principal_is_a_type_error(odd):
    with pytest.raises(TypeError, match="ClaimsPrincipal is judged"):
        service.authorize(odd, RequireAuthenticated())


@pytest.mark.parametrize(
    "odd", [None, 1, [RequireRole("a")], RequireRole, (), object(), b"x"]
)
def test_what_is_no_policy_is_a_type_error(odd):
    with pytest.raises(TypeError):
        service.authorize(ADA, odd)
