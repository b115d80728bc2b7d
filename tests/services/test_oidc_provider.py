"""Tokens of a certified OpenID provider, verified while it rotates its keys."""

import threading
import time

import pytest

from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens import TokenValidationParameters, TokenValidator
from django_claimsauth.tokens.discovery import discovered_keys
from tests.services.provider import AUDIENCE


@pytest.fixture
def judge(provider):
    keys = discovered_keys(provider.issuer, allow_loopback_http=True)
    return TokenValidator(
        TokenValidationParameters(
            issuers={provider.issuer: keys},
            audiences=[AUDIENCE],
            algorithms=["ES256"],
            token_types=["at+jwt"],
            required_claims=["sub", "jti", "client_id"],
        )
    )


def test_its_access_token_is_valid(provider, judge):
    claims = judge.validate(provider.token())

    assert provider.issuer == claims["iss"]
    assert ("service", "read") == (claims["client_id"], claims["scope"])


def test_its_tokens_stay_valid_through_a_rotation(provider, judge):
    before = provider.token()
    judge.validate(before)

    provider.tell("rotate")

    judge.validate(provider.token())
    judge.validate(before)


def test_a_token_of_another_provider_is_not_its_own(provider, judge):
    judge.validate(provider.token())
    stale = provider.token()
    provider.tell("reset")

    judge.validate(provider.token())
    with pytest.raises(InvalidTokenError) as caught:
        judge.validate(stale)

    assert "unknown_key" == caught.value.code


def test_requests_succeed_while_keys_rotate(provider, judge):
    """Threads present tokens, old and new, while the provider takes a new key."""
    tokens = [provider.token()]
    refused, accepted, done = [], [], threading.Event()

    def present():
        while not done.is_set():
            for token in tokens[-2:]:
                try:
                    accepted.append(judge.validate(token)["jti"])
                except InvalidTokenError as error:
                    refused.append(error.code)

    threads = [threading.Thread(target=present) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.3)
        provider.tell("rotate")
        tokens.append(provider.token())
        time.sleep(0.7)
    finally:
        done.set()
        for thread in threads:
            thread.join()

    assert [] == refused
    assert 2 == len(set(accepted))
