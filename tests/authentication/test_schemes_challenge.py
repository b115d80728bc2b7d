"""Challenge and forbid: one value a scheme, in order."""

import pytest

from django_claimsauth.authentication import schemes
from tests.authentication.callers import Caller, forwarding, scheme


class Mute(Caller):
    """Has nothing to say."""

    def challenge(self, request, result):
        return None


@pytest.fixture(autouse=True)
def configured(configure):
    configure(
        {
            "one": scheme(sub="1"),
            "bad": scheme(fails="token_expired"),
            "mute": {"BACKEND": Mute},
            "smart": forwarding(authenticate="bad", challenge="one", forbid="one"),
        },
        DEFAULT_SCHEME="one",
    )


def test_each_scheme_gives_its_challenge_in_order(request_):
    values = schemes.challenge(request_, ["bad", "one"])

    assert ["bad code=token_expired", "one code=None"] == values


def test_no_names_mean_the_default(request_):
    assert ["one code=None"] == schemes.challenge(request_)
    assert ["one forbids"] == schemes.forbid(request_)


def test_a_scheme_without_a_challenge_adds_none(request_):
    assert ["one code=None"] == schemes.challenge(request_, ["mute", "one"])


def test_a_challenge_is_told_its_own_result_asked_for_where_it_was_not(request_):
    schemes.challenge(request_, ["bad"])

    assert 1 == len(schemes["bad"].asked)


def test_operations_may_go_to_different_schemes(request_):
    assert "token_expired" == schemes.authenticate(request_, ["smart"]).code
    assert ["one code=None"] == schemes.challenge(request_, ["smart"])
    assert ["one forbids"] == schemes.forbid(request_, ["smart"])


def test_forbid_gives_what_the_schemes_have_to_say_of_the_failure(request_):
    assert ["one forbids"] == schemes.forbid(request_, ["bad", "one"], failure=None)
