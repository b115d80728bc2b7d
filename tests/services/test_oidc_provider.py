"""
Tokens of a certified OpenID provider, verified while it rotates its keys.

`npm ci` in `tests/services/oidc_provider` installs it; without it, these are skipped.
"""

import json
import shutil
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens import TokenValidationParameters, TokenValidator
from django_claimsauth.tokens.discovery import discovered_keys

FOLDER = Path(__file__).parent / "oidc_provider"
AUDIENCE = "https://api.test"
pytestmark = pytest.mark.skipif(
    not (FOLDER / "node_modules").is_dir() or shutil.which("node") is None,
    reason="npm ci in tests/services/oidc_provider installs the provider",
)


class Provider:
    """The provider's process: told what to do by lines, answers by lines."""

    def __init__(self, process):
        self._process = process
        self.issuer = self._answer()["issuer"]

    def _answer(self):
        # The provider's own advice stands between our lines.
        line = next(each for each in self._process.stdout if each.startswith("{"))
        return json.loads(line)

    def tell(self, command):
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self._answer()["kids"]

    def token(self):
        form = {
            "grant_type": "client_credentials",
            "client_id": "service",
            "client_secret": "a secret of the tests",
            "resource": AUDIENCE,
            "scope": "read",
        }
        body = urllib.parse.urlencode(form).encode()
        with urllib.request.urlopen(f"{self.issuer}/token", body, timeout=5) as answer:
            return json.load(answer)["access_token"]


@pytest.fixture
def provider():
    process = subprocess.Popen(
        ["node", "server.mjs"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        yield Provider(process)
        process.stdin.close()
        process.wait(timeout=10)


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
