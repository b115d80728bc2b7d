"""The bearer scheme: its options, its memory of verified tokens, its checks."""

from collections import OrderedDict
from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from django_claimsauth.authentication import schemes
from django_claimsauth.claims import LOCAL_ISSUER, ClaimsPrincipal
from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens import KeySet, flows
from django_claimsauth.tokens.handler import JWTBearerHandler
from django_claimsauth.tokens.issuers import Issuer
from django_claimsauth.tokens.verified import Verified, VerifiedTokens
from tests.tokens import foreign, minted
from tests.tokens.changed import bearer_options, tokens_settings

FOREIGN = "https://login.example"
AUDIENCES = ["https://api.test"]


def bearing(token):
    return RequestFactory().get("/", headers={"authorization": f"Bearer {token}"})


def foreign_token(**changes):
    return minted.token(iss=FOREIGN, exp=4_000_000_000, **changes)


@pytest.mark.parametrize(
    "options",
    [
        {"issuers": {FOREIGN: minted.key_set("ES256")}},
        {"issuers": {FOREIGN: Issuer(keys=minted.key_set("ES256"))}},
        {"issuers": {FOREIGN: {"keys": [minted.signing_key("ES256").public_jwk()]}}},
        {"issuers": [FOREIGN], "keys": minted.key_set("ES256")},
        {"issuers": [FOREIGN], "keys": lambda: minted.key_set("ES256")},
        {"authority": FOREIGN, "keys": minted.key_set("ES256")},
    ],
)
def test_a_foreign_issuer_may_be_named_in_several_ways(db, options):
    handler = JWTBearerHandler("x", audiences=AUDIENCES, max_lifetime=None, **options)

    assert handler.authenticate(bearing(foreign_token())).succeeded


def test_an_authority_alone_is_asked_for_its_keys(db):
    asked = []

    def fetch(url, seconds):
        asked.append(url)
        raise OSError("no network")

    handler = JWTBearerHandler(
        "x",
        authority=FOREIGN,
        audiences=AUDIENCES,
        discovery={"fetch": fetch, "cache": None},
        max_lifetime=None,
    )
    request = bearing(foreign_token())

    assert "keys_unavailable" == handler.authenticate(request).code
    assert [f"{FOREIGN}/.well-known/openid-configuration"] == asked


@pytest.mark.parametrize(
    "options",
    [
        {"authority": FOREIGN, "keys": minted.key_set("ES256")},
        {"issuers": [FOREIGN]},
        {"issuers": [FOREIGN, "https://other.example"], "audiences": AUDIENCES},
        {"authority": FOREIGN, "keys": KeySet([]), "audiences": AUDIENCES},
        {
            "authority": LOCAL_ISSUER,
            "keys": minted.key_set("ES256"),
            "audiences": AUDIENCES,
        },
        {"authority": FOREIGN, "keys": "/nowhere.json", "audiences": AUDIENCES},
    ],
)
def test_options_that_open_a_door_are_refused_when_the_scheme_is_made(options):
    with pytest.raises(SettingsError):
        JWTBearerHandler("x", **options)


def test_an_unknown_option_names_the_near_one(settings):
    bearer_options(settings, audience=["https://api.test"])

    with pytest.raises(SettingsError, match="did you mean 'audiences'"):
        schemes["bearer"]


def test_own_tokens_are_judged_by_the_options_that_are_given(user, settings):
    bearer_options(settings, required_claims=["sub", "tenant"])
    pair = flows.issue(user)

    assert (
        "missing_claim"
        == schemes["bearer"].authenticate(bearing(pair.access_token)).code
    )


class TestMemory:
    """A token that was verified is not verified again; all else is asked again."""

    def test_the_same_principal_comes_back(self, user):
        handler = JWTBearerHandler("bearer")
        request = bearing(flows.issue(user).access_token)

        one = handler.authenticate(request).principal
        two = handler.authenticate(request).principal

        assert one is two

    def test_a_size_of_nothing_remembers_nothing(self, user):
        handler = JWTBearerHandler("bearer", cache_size=0)
        request = bearing(flows.issue(user).access_token)

        one = handler.authenticate(request).principal
        two = handler.authenticate(request).principal

        assert one == two
        assert one is not two

    def test_a_known_token_expires_when_it_does(self, user):
        class Clocked(JWTBearerHandler):
            at = datetime.now(UTC)

            def now(self):
                return self.at

        handler = Clocked("bearer")
        request = bearing(flows.issue(user, now=Clocked.at).access_token)
        end = timedelta(minutes=11) - timedelta(microseconds=Clocked.at.microsecond)
        assert handler.authenticate(request).succeeded

        Clocked.at += end - timedelta(microseconds=1)
        assert handler.authenticate(request).succeeded
        Clocked.at += timedelta(microseconds=1)
        assert "token_expired" == handler.authenticate(request).code

    def test_a_known_token_grows_too_old(self, user):
        class Clocked(JWTBearerHandler):
            at = datetime.now(UTC)

            def now(self):
                return self.at

        handler = Clocked("bearer", max_age=timedelta(minutes=2))
        request = bearing(flows.issue(user, now=Clocked.at).access_token)
        assert handler.authenticate(request).succeeded

        Clocked.at += timedelta(minutes=4)
        assert not handler.authenticate(request).succeeded

    def test_a_token_without_an_end_is_remembered_too(self, db):
        handler = JWTBearerHandler(
            "x",
            authority=FOREIGN,
            keys=minted.key_set("ES256"),
            audiences=AUDIENCES,
            accept_missing_expiry=True,
            max_lifetime=None,
        )
        request = bearing(minted.token(iss=FOREIGN, exp=minted.ABSENT))

        assert handler.authenticate(request).principal is (
            handler.authenticate(request).principal
        )

    def test_other_keys_forget_what_the_old_ones_verified(self, user, settings):
        token = flows.issue(user).access_token
        handler = JWTBearerHandler("bearer")
        assert handler.authenticate(bearing(token)).succeeded

        tokens_settings(settings, SIGNING_KEYS=[minted.signing_key("ES256")])

        assert "unknown_key" == handler.authenticate(bearing(token)).code

    def test_what_another_validator_verified_is_forgotten(self):
        alpha, beta = foreign.handler(), foreign.handler(foreign.BETA)

        class OfTenant(JWTBearerHandler):
            serving = alpha
            validator = property(lambda self: self.serving.validator)

        handler = OfTenant("x", **foreign.options())
        request = bearing(foreign.token_of(foreign.ALPHA))
        assert handler.authenticate(request).succeeded

        OfTenant.serving = beta
        assert "invalid_issuer" == handler.authenticate(request).code

    def test_the_least_recently_used_is_forgotten_first(self):
        memory = VerifiedTokens(2)
        entry = Verified({}, ClaimsPrincipal(), 0, 10, ())
        for token in ("a", "b"):
            memory.add(token, entry)
        memory.find("a", 1, ())
        memory.add("c", entry)

        assert 2 == len(memory)
        assert memory.find("a", 1, ()) is entry
        assert memory.find("b", 1, ()) is None

    def test_what_no_longer_holds_is_forgotten(self):
        memory = VerifiedTokens(2)
        memory.add("a", Verified({}, ClaimsPrincipal(), 5, 10, (1,)))

        assert memory.find("a", 4, (1,)) is None
        assert 0 == len(memory)

    def test_a_token_that_another_thread_forgot_is_still_good(self):
        class Forgetful(OrderedDict):
            """Another thread takes the entry out as soon as it was looked up."""

            def get(self, key):
                return self.pop(key, None)

        memory = VerifiedTokens(2)
        memory._entries = Forgetful()
        entry = Verified({}, ClaimsPrincipal(), 0, 10, ())
        memory.add("a", entry)

        assert memory.find("a", 1, ()) is entry


class TestChecks:
    """What a wrong set-up is told before a request is."""

    def ids(self, handler=None):
        return [each.id for each in (handler or JWTBearerHandler("bearer")).check()]

    def test_a_complete_set_up_is_silent(self):
        assert [] == self.ids()

    @pytest.mark.parametrize("missing", ["ISSUER", "AUDIENCE"])
    def test_a_missing_issuer_or_audience(self, settings, missing):
        tokens_settings(settings, **{missing: None})

        assert ["claimsauth.E201"] == self.ids()

    def test_no_key(self, settings):
        tokens_settings(settings, SIGNING_KEYS=[])

        assert ["claimsauth.W203"] == self.ids()

    def test_a_key_that_cannot_be_read(self, settings):
        tokens_settings(settings, SIGNING_KEYS=["/nowhere.pem"])

        assert ["claimsauth.E202"] == self.ids()

    def test_a_foreign_issuer_needs_none_of_ours(self, settings):
        tokens_settings(settings, SIGNING_KEYS=[])
        handler = JWTBearerHandler(
            "x",
            authority=FOREIGN,
            keys=minted.key_set("ES256"),
            audiences=AUDIENCES,
        )

        assert [] == self.ids(handler)
