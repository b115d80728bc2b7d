"""Bearer schemes side by side: a token is judged by the one that it is meant for."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_claimsauth.authentication import schemes
from django_claimsauth.authentication.encoding import encode_base64url
from django_claimsauth.tokens.side_by_side import stated_issuer
from tests.tokens.foreign import (
    ALPHA,
    BETA,
    asked,
    bearing,
    configure,
    handler,
    key_of,
    options,
    token_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(name="both")
def _both(settings):
    configure(settings, alpha=options(ALPHA), beta=options(BETA))
    return schemes


def test_a_token_is_accepted_by_its_own_scheme(both):
    result = both.authenticate(bearing(token_of(BETA)), ["alpha", "beta"])

    assert result.succeeded
    assert "beta" == result.principal.identity.authentication_type
    assert result.results["alpha"].is_no_result


def test_nothing_is_logged_of_it(both, caplog):
    caplog.set_level(logging.DEBUG)

    both.authenticate(bearing(token_of(BETA)), ["alpha", "beta"])

    assert [] == caplog.records


def test_a_token_that_states_one_issuer_and_is_the_other_s_is_refused_by_both(both):
    token = token_of(ALPHA, key=key_of(BETA))

    result = both.authenticate(bearing(token), ["alpha", "beta"])

    assert "invalid_signature" == result.results["alpha"].code
    assert result.results["beta"].is_no_result
    assert "invalid_signature" == result.code


def test_a_bad_token_of_the_second_is_told_so_by_the_second(both):
    request = bearing(token_of(BETA, exp=1, iat=0))

    both.authenticate(request, ["alpha", "beta"])

    alpha, beta = both.challenge(request, ["alpha", "beta"])
    assert 'Bearer realm="api"' == alpha
    assert beta.endswith('error_description="The token has expired."')


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(lambda: token_of("https://gamma.example"), id="of neither"),
        pytest.param(lambda: token_of(BETA, iss=[BETA]), id="a list"),
    ],
)
def test_a_token_that_nobody_here_is_for_is_refused(both, token):
    result = both.authenticate(bearing(token()), ["alpha", "beta"])

    assert result.code in {"invalid_issuer", "invalid_claim"}


def test_alone_a_scheme_refuses_a_stranger_s_token(settings):
    configure(settings, alpha=options(ALPHA))

    assert "invalid_issuer" == asked(schemes["alpha"], token_of(BETA)).code


def test_a_scheme_that_cannot_be_made_is_for_no_token(settings):
    configure(settings, alpha=options(ALPHA), beta={"issuers": {}})

    assert "invalid_issuer" == asked(schemes["alpha"], token_of(BETA)).code


def test_a_scheme_of_another_kind_is_for_no_token(settings):
    configure(settings, alpha=options(ALPHA))
    session = {"BACKEND": "django_claimsauth.sessions.SessionHandler"}
    both = {**settings.CLAIMSAUTH["SCHEMES"], "session": session}
    settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "SCHEMES": both}

    assert "invalid_issuer" == asked(schemes["alpha"], token_of(BETA)).code


def test_a_token_of_ours_in_a_wrong_tenant_is_no_other_scheme_s(settings):
    """What is ours to judge, and bad, is bad."""
    configure(settings, alpha=options(ALPHA), beta=options(ALPHA))

    token = token_of(ALPHA, aud="elsewhere")
    result = schemes.authenticate(bearing(token), ["alpha", "beta"])

    assert "invalid_audience" == result.code


def test_handlers_that_stand_alone_know_no_neighbours():
    assert "invalid_issuer" == asked(handler(ALPHA), token_of(BETA)).code


@pytest.mark.parametrize(
    ("payload", "issuer"),
    [
        (b'{"iss":"a"}', "a"),
        (b'{"iss":5}', ""),
        (b"{}", ""),
        (b"[]", ""),
        (b'{"iss":"a","iss":"b"}', None),
        (b"\xff", None),
        (b"", None),
    ],
)
def test_what_a_token_states_is_read_or_not(payload, issuer):
    segment = encode_base64url(payload).decode()

    assert issuer == stated_issuer(f"x.{segment}.y")


@pytest.mark.parametrize(
    ("token", "issuer"),
    [("opaque", None), ("a.b", ""), ("a.b.c.d.e", ""), ("..", None)],
)
def test_a_token_of_another_form_states_nothing(token, issuer):
    assert issuer == stated_issuer(token)


@given(st.text(max_size=80))
def test_whatever_is_presented_is_read_without_an_error(token):
    assert isinstance(stated_issuer(token), str | None)
