"""Reference tokens: what the issuer says, what comes of it, how long it is remembered."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from django_claimsauth.authentication import schemes
from django_claimsauth.authentication.requests import state_of
from django_claimsauth.claims import Claim
from django_claimsauth.errors import InvalidTokenError, SettingsError
from django_claimsauth.tokens.reference import ReferenceTokenHandler
from tests.tokens import minted
from tests.tokens.foreign import ALPHA, BETA, bearing, configure, options, token_of
from tests.tokens.introspection_server import AUDIENCES, ENDPOINT, GOOD, Asked
from tests.tokens.issuer_server import METADATA, serving

NOW = datetime.now(UTC)
SECONDS = int(NOW.timestamp())
SCHEME = "django_claimsauth.tokens.reference.ReferenceTokenHandler"


@pytest.fixture(name="issuer")
def _issuer():
    with serving() as server:
        yield Asked(server)


def code_of(scheme, token):
    return scheme.authenticate(bearing(token)).code


class Clocked(ReferenceTokenHandler):
    """A scheme whose clock a test sets."""

    at = NOW

    def now(self):
        return self.at


class TestAnswers:
    """A token is what its issuer says of it, about us."""

    def test_a_good_token_makes_a_principal(self, issuer):
        issuer.knows("t", scope="read write", roles=["a", "b"], level=3, iss=issuer.url)

        result = issuer.scheme().authenticate(bearing("t"))

        principal = result.principal
        assert "42" == principal.subject
        assert ("read", "write") == principal.values("scope")
        assert ("a", "b") == principal.values("roles")
        assert Claim("level", 3, issuer.url) == principal.find_first("level")
        assert not principal.has_claim("active")
        assert [{"token": "t", "token_type_hint": "access_token"}] == issuer.forms

    def test_the_issuer_is_who_was_asked_where_it_does_not_say(self, issuer):
        issuer.knows("t")

        principal = issuer.scheme().authenticate(bearing("t")).principal

        assert issuer.url == principal.find_first("iss").value

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"active": False}, "token_inactive"),
            ({"active": "true"}, "token_inactive"),
            ({"active": 1}, "token_inactive"),
            ({"active": None}, "token_inactive"),
            ({"iss": "https://other.example"}, "invalid_issuer"),
            ({"iss": 5}, "invalid_claim"),
            ({"iss": [ALPHA]}, "invalid_claim"),
            ({"aud": "elsewhere"}, "invalid_audience"),
            ({"aud": None}, "missing_claim"),
            ({"aud": 5}, "invalid_claim"),
            ({"token_type": None}, "invalid_token_type"),
            ({"token_type": "DPoP"}, "invalid_token_type"),
            ({"token_type": "refresh_token"}, "invalid_token_type"),
            ({"token_type": ["Bearer"]}, "invalid_token_type"),
            ({"exp": SECONDS - 100}, "token_expired"),
            ({"exp": True}, "invalid_claim"),
            ({"exp": "soon"}, "invalid_claim"),
            ({"exp": 10**30}, "invalid_claim"),
            ({"nbf": SECONDS + 1000}, "token_not_yet_valid"),
            ({"iat": SECONDS + 1000}, "token_not_yet_valid"),
            ({"sub": 42}, "invalid_claim"),
            ({"sub": ""}, "invalid_claim"),
            ({"jti": ["a"]}, "invalid_claim"),
            ({"cnf": {"jkt": "x"}}, "invalid_claim"),
            ({"act": "somebody"}, "invalid_claim"),
        ],
    )
    def test_anything_else_is_refused(self, issuer, changes, code):
        issuer.knows("t", **changes)

        assert code == code_of(issuer.scheme(), "t")

    @pytest.mark.parametrize("token_type", ["Bearer", "bearer", "BEARER"])
    def test_the_type_of_a_bearer_token_has_no_case(self, issuer, token_type):
        issuer.knows("t", token_type=token_type)

        assert code_of(issuer.scheme(), "t") is None

    @pytest.mark.parametrize(
        ("changes", "given"),
        [
            ({"aud": None}, {"accept_any_audience": True, "audiences": None}),
            ({"cnf": {"jkt": "x"}}, {"accept_bound_tokens": True}),
            ({"token_type": None}, {"token_types": ["Bearer", None]}),
            ({"token_type": "access_token"}, {"token_types": ["access_token"]}),
            ({"exp": SECONDS - 100}, {"leeway": timedelta(seconds=200)}),
            ({"sub": None}, {}),
            ({"act": {"sub": "service"}}, {}),
            ({"exp": None, "iat": None}, {}),
        ],
    )
    def test_what_is_said_by_name_is_accepted(self, issuer, changes, given):
        issuer.knows("t", **changes)

        assert code_of(issuer.scheme(**given), "t") is None

    def test_a_required_claim_is_asked_for(self, issuer):
        issuer.knows("t", sub=None)

        assert "missing_claim" == code_of(issuer.scheme(required_claims=["sub"]), "t")

    def test_what_is_switched_off_is_told(self, issuer):
        scheme = issuer.scheme(accept_any_audience=True)

        assert ("accept_any_audience",) == scheme.rules.switched_off

    def test_the_claims_are_mapped_and_the_user_found(self, issuer, user):
        issuer.knows("t", sub="alice", groups=["staff"])
        scheme = issuer.scheme(user="lookup", claim_map={"groups": "roles"})

        principal = scheme.authenticate(bearing("t")).principal

        assert user == scheme.user(principal)
        assert principal.is_in_role("staff")
        assert "unknown_user" == self.of(issuer, scheme, "carol")

    def of(self, issuer, scheme, subject):
        issuer.knows("other", sub=subject)
        return code_of(scheme, "other")


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


class TestSideBySide:
    """A token of one issuer is shown to no other."""

    def both(self, settings, issuer, *others):
        configure(settings, **dict(others))
        opaque = {"opaque": {"BACKEND": SCHEME, "OPTIONS": issuer.options()}}
        both = {**settings.CLAIMSAUTH["SCHEMES"], **opaque}
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "SCHEMES": both}

    def asked(self, token, *names):
        return schemes.authenticate(bearing(token), names)

    def test_opaque_tokens_and_others_find_their_scheme(self, settings, issuer, db):
        self.both(settings, issuer, ("alpha", options(ALPHA)))
        issuer.knows("t")

        opaque = self.asked("t", "alpha", "opaque")
        jwt = self.asked(token_of(ALPHA), "opaque", "alpha")

        assert opaque.results["alpha"].is_no_result
        assert "opaque" == opaque.principal.identity.authentication_type
        assert jwt.results["opaque"].is_no_result
        assert "alpha" == jwt.principal.identity.authentication_type
        assert [{"token": "t", "token_type_hint": "access_token"}] == issuer.forms

    def test_a_stranger_s_token_is_not_sent(self, settings, issuer):
        self.both(settings, issuer, ("alpha", options(ALPHA)))

        assert "invalid_issuer" == self.asked(token_of(BETA), "opaque").code
        assert [] == issuer.forms

    def test_a_jwt_that_another_scheme_verifies_is_not_sent(self, settings, issuer, db):
        self.both(settings, issuer, ("own", options(issuer.url)))

        result = self.asked(token_of(issuer.url), "opaque", "own")

        assert result.succeeded
        assert result.results["opaque"].is_no_result
        assert [] == issuer.forms

    def test_a_jwt_of_the_issuer_is_sent_where_nobody_verifies_it(self, issuer):
        token = token_of(issuer.url)
        issuer.knows(token)

        assert code_of(issuer.scheme(), token) is None
        assert [issuer.url] == list(issuer.scheme().authorization_servers())

    @pytest.mark.parametrize(
        "token", ["a.b", "a.b.c", "a.b.c.d.e", "...", "a" * 10_000]
    )
    def test_what_only_looks_like_a_jwt_is_sent(self, issuer, token):
        issuer.knows(token)

        assert code_of(issuer.scheme(), token) is None

    def test_a_token_without_end_is_not_sent(self, issuer):
        assert "token_too_large" == code_of(issuer.scheme(), "a" * 20_000)
        assert "token_too_large" == code_of(issuer.scheme(max_token_size=5), "abcdef")
        assert [] == issuer.forms


def test_the_endpoint_is_found_once(issuer):
    issuer.knows("t")
    scheme = issuer.scheme(cache_size=0)

    for _ in range(3):
        scheme.authenticate(bearing("t"))

    assert 1 == issuer.server.count(METADATA)


def test_an_endpoint_may_be_named(issuer):
    issuer.knows("t")
    scheme = issuer.scheme(connection={"endpoint": issuer.url + ENDPOINT})

    assert code_of(scheme, "t") is None
    assert 0 == issuer.server.count(METADATA)


def test_the_outage_says_when_to_come_again(issuer):
    issuer.answers("t", lambda handler: handler.send_error(503))
    request = bearing("t")

    issuer.scheme().authenticate(request)

    assert 5 == state_of(request).notes["retry_after"]


@pytest.mark.parametrize(
    "changes",
    [
        {"audiences": None},
        {"audiences": "https://api.test"},
        {"audiences": []},
        {"authority": "http://issuer.example"},
        {"authority": "nowhere"},
        {"client_id": ""},
        {"client_id": 5},
        {"client_secret": None},
        {"client_secret": ""},
        {"client_secret": "env:CLAIMSAUTH_NOWHERE"},
        {"client_secret": 5},
        {"client_key": minted.signing_key()},
        {"client_authentication": "none"},
        {"client_authentication": "private_key_jwt"},
        {"timeout": 5},
        {"cache_for": timedelta(seconds=-1)},
        {"cache_refusals_for": None, "leeway": 5},
        {"cache_size": -1},
        {"cache_size": True},
        {"max_token_size": "16"},
        {"token_types": "Bearer"},
        {"token_types": []},
        {"token_types": [5]},
        {"required_claims": "sub"},
        {"leeway": timedelta(seconds=-1)},
        {"accept_any_audience": 1},
        {"accept_bound_tokens": "no"},
        {"audience": AUDIENCES},
    ],
)
def test_what_does_not_fit_is_found_at_start(issuer, changes):
    with pytest.raises(SettingsError):
        issuer.scheme(**changes)


def test_the_good_answer_of_these_tests_is_one(issuer):
    """The control beside the refusals."""
    issuer.answers("t", GOOD)

    assert code_of(issuer.scheme(), "t") is None
