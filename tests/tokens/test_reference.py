"""Reference tokens: what the issuer says, and what comes of it."""

from datetime import UTC, datetime, timedelta

import pytest

from django_claimsauth.authentication import schemes
from django_claimsauth.authentication.requests import state_of
from django_claimsauth.claims import Claim
from django_claimsauth.errors import SettingsError
from tests.tokens import minted
from tests.tokens.foreign import ALPHA, BETA, bearing, configure, options, token_of
from tests.tokens.introspection_server import (
    AUDIENCES,
    ENDPOINT,
    GOOD,
    SCHEME,
    Asked,
    code_of,
)
from tests.tokens.issuer_server import METADATA, serving

NOW = datetime.now(UTC)
SECONDS = int(NOW.timestamp())


@pytest.fixture(name="issuer")
def _issuer():
    with serving() as server:
        yield Asked(server)


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
            ({"nbf": SECONDS + 100_000}, "token_not_yet_valid"),
            ({"iat": SECONDS + 100_000}, "token_not_yet_valid"),
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
            ({"exp": SECONDS - 100}, {"leeway": timedelta(hours=3)}),
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
