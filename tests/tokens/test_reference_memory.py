"""Reference tokens: how long what the issuer said is remembered."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens.reference import ReferenceTokenHandler
from tests.tokens.foreign import bearing
from tests.tokens.introspection_server import Asked, code_of
from tests.tokens.issuer_server import serving

NOW = datetime.now(UTC)
SECONDS = int(NOW.timestamp())


@pytest.fixture(name="issuer")
def _issuer():
    with serving() as server:
        yield Asked(server)


class Clocked(ReferenceTokenHandler):
    """A scheme whose clock a test sets."""

    at = NOW

    def now(self):
        return self.at


class TestMemory:
    """A good answer until `exp` and no longer than the bound, a bad one for a moment."""

    def test_the_issuer_is_asked_once(self, issuer):
        issuer.knows("t")
        scheme = issuer.scheme()

        one, two = (scheme.authenticate(bearing("t")).principal for _ in range(2))

        assert one is two
        assert 1 == len(issuer.forms)

    def test_a_bad_answer_is_remembered_for_a_moment(self, issuer):
        scheme = issuer.scheme(Clocked)
        assert "token_inactive" == code_of(scheme, "t")
        issuer.knows("t")
        assert "token_inactive" == code_of(scheme, "t")

        scheme.at = NOW + timedelta(seconds=5)

        assert code_of(scheme, "t") is None
        assert 2 == len(issuer.forms)

    @pytest.mark.parametrize(
        ("exp", "seconds"),
        [(None, 60), (SECONDS + 3600, 60), (SECONDS + 20, 19)],
        ids=["no expiry", "long after", "before the bound"],
    )
    def test_a_revoked_token_is_good_no_longer_than_the_bound(
        self, issuer, exp, seconds
    ):
        issuer.knows("t", exp=exp)
        scheme = issuer.scheme(Clocked)
        assert code_of(scheme, "t") is None
        issuer.answers("t", {"active": False})

        scheme.at = NOW + timedelta(seconds=seconds - 1)
        assert code_of(scheme, "t") is None
        scheme.at = NOW + timedelta(seconds=seconds + 1)
        assert "token_inactive" == code_of(scheme, "t")

    def test_a_bound_of_nothing_remembers_nothing(self, issuer):
        issuer.knows("t")
        nothing = timedelta(0)
        scheme = issuer.scheme(cache_for=nothing, cache_refusals_for=nothing)

        for token in ("t", "t", "bad", "bad"):
            scheme.authenticate(bearing(token))

        assert 4 == len(issuer.forms)

    def test_both_memories_are_bounded(self, issuer):
        scheme = issuer.scheme(cache_size=3)
        for number in range(5):
            issuer.knows(f"good-{number}")
            scheme.authenticate(bearing(f"good-{number}"))
            scheme.authenticate(bearing(f"bad-{number}"))

        assert (3, 3) == (len(scheme._verified), len(scheme._refused))

    def test_whoever_judges_otherwise_is_asked_each_time(self, issuer):
        class Strict(ReferenceTokenHandler):
            def validate(self, token):
                claims = super().validate(token)
                if claims["sub"] != "42":
                    raise InvalidTokenError("invalid_claim", "sub")
                return claims

        issuer.knows("t")
        scheme = issuer.scheme(Strict)

        assert code_of(scheme, "t") is None
        issuer.knows("t", sub="43")
        assert "invalid_claim" == code_of(scheme, "t")

    def test_many_at_once_ask_once(self, issuer):
        def slowly(handler):
            time.sleep(0.3)
            handler.respond(
                b'{"active":true,"aud":"https://api.test","token_type":"Bearer"}'
            )

        issuer.answers("t", slowly)
        scheme, codes = issuer.scheme(), []
        threads = [
            threading.Thread(target=lambda: codes.append(code_of(scheme, "t")))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert [None] * 8 == codes
        assert 1 == len(issuer.forms)

    def test_who_waits_too_long_for_another_s_answer_is_told_to_come_again(
        self, issuer
    ):
        issuer.knows("t")
        scheme = issuer.scheme(timeout=timedelta(seconds=0.05))
        for turn in scheme._turns:
            turn.acquire()

        assert "temporarily_unavailable" == code_of(scheme, "t")
        assert [] == issuer.forms
