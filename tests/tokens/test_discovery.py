"""Keys by discovery: found where the metadata says, and renewed."""

from datetime import timedelta

import pytest

from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens.discovery import Renewal, discovered_keys
from tests.tokens.discovering import HOUR, NEW, OLD, Clock, code_of, keys_of
from tests.tokens.issuer_server import JWKS, METADATA, serving
from tests.tokens.minted import signing_key, validator


@pytest.fixture
def server():
    with serving(OLD.public_jwk()) as started:
        yield started


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keys(server, clock):
    return keys_of(server, clock)


class TestRotation:
    def test_nothing_is_fetched_until_a_token_comes(self, server, keys):
        assert not server.asked
        assert server.url in repr(keys)

    def test_a_generation_is_told_without_a_fetch(self, server, keys, clock):
        judge = validator(issuers={server.url: keys})
        assert (0,) == judge.generation()
        assert not server.asked

        known = keys.current().generation

        assert (known,) == judge.generation()
        clock.now += 24 * HOUR
        assert (0,) == judge.generation()
        assert [METADATA, JWKS] == server.asked

    def test_keys_are_fetched_once_for_many_tokens(self, server, keys):
        for _ in range(5):
            assert code_of(server, keys, OLD) is None

        assert [METADATA, JWKS] == server.asked

    def test_a_new_key_is_met_by_its_first_token(self, server, keys):
        assert code_of(server, keys, OLD) is None
        server.publish(OLD.public_jwk(), NEW.public_jwk())

        assert code_of(server, keys, NEW) is None
        assert code_of(server, keys, OLD) is None
        assert [METADATA, JWKS, JWKS] == server.asked

    def test_unknown_kids_cost_one_fetch_in_a_cool_down(self, server, keys, clock):
        assert code_of(server, keys, OLD) is None
        strangers = [signing_key(kid=f"stranger-{n}") for n in range(200)]

        codes = {code_of(server, keys, each) for each in strangers}

        assert {"unknown_key"} == codes
        assert 2 == server.count(JWKS)
        clock.now += 29.9
        assert "unknown_key" == code_of(server, keys, strangers[0])
        assert 2 == server.count(JWKS)
        clock.now += 0.1
        assert "unknown_key" == code_of(server, keys, strangers[0])
        assert 3 == server.count(JWKS)

    def test_a_key_that_comes_in_the_cool_down_is_met_after_it(
        self, server, keys, clock
    ):
        assert "unknown_key" == code_of(server, keys, NEW)
        server.publish(NEW.public_jwk())
        assert "unknown_key" == code_of(server, keys, NEW)

        clock.now += 30

        assert code_of(server, keys, NEW) is None

    def test_a_key_that_is_gone_is_refused_after_the_next_renewal(
        self, server, keys, clock
    ):
        assert code_of(server, keys, OLD) is None
        server.publish(NEW.public_jwk())

        assert code_of(server, keys, OLD) is None
        clock.now += 12 * HOUR
        assert "unknown_key" == code_of(server, keys, OLD)

    def test_keys_are_renewed_every_twelve_hours_of_use(self, server, keys, clock):
        assert code_of(server, keys, OLD) is None
        before = keys.current()
        clock.now += 12 * HOUR - 1
        assert code_of(server, keys, OLD) is None
        assert 1 == server.count(JWKS)

        clock.now += 1

        assert code_of(server, keys, OLD) is None
        assert [METADATA, JWKS] * 2 == server.asked
        assert before is keys.current()

    def test_keys_that_move_are_followed_by_the_metadata(self, server, keys, clock):
        """And by an unknown `kid`, once the old place is gone."""
        assert code_of(server, keys, OLD) is None
        server.answers["/moved"] = {"keys": [NEW.public_jwk()]}
        server.answers[METADATA] = {
            "issuer": server.url,
            "jwks_uri": server.url + "/moved",
        }
        del server.answers[JWKS]

        assert "unknown_key" == code_of(server, keys, NEW)
        clock.now += 30
        assert code_of(server, keys, NEW) is None

    def test_keys_that_alternate_under_one_kid_are_each_their_own(
        self, server, keys, clock
    ):
        one, two = (signing_key(kid="same", name=name) for name in ("one", "two"))
        for current, other in ((one, two), (two, one), (one, two)):
            server.publish(current.public_jwk())
            clock.now += 12 * HOUR
            assert code_of(server, keys, current) is None
            assert "invalid_signature" == code_of(server, keys, other)


class TestOptions:
    @pytest.mark.parametrize(
        "authority",
        [
            "http://issuer.test",
            "http://127.0.0.1:8080",
            "issuer.test",
            "",
            None,
            "https://user@issuer.test",
            "https://issuer.test/?x=1",
            "file:///tmp",
        ],
    )
    def test_an_authority_that_would_never_be_fetched_is_a_mistake(self, authority):
        with pytest.raises(SettingsError):
            discovered_keys(authority)

    @pytest.mark.parametrize("name", ["interval", "cool_down", "keep"])
    @pytest.mark.parametrize("value", [timedelta(0), timedelta(-1), 30, None])
    def test_a_duration_that_is_none_is_a_mistake(self, name, value):
        with pytest.raises(SettingsError):
            Renewal(**{name: value})

    def test_a_metadata_address_and_an_issuer_may_be_named(self, server, clock):
        template = "https://login.test/{tenantid}/v2.0"
        server.answers["/elsewhere"] = {
            "issuer": template,
            "jwks_uri": server.url + JWKS,
        }
        keys = keys_of(
            server, clock, metadata_address=server.url + "/elsewhere", issuer=template
        )

        assert code_of(server, keys, OLD) is None
        assert ["/elsewhere", JWKS] == server.asked

    def test_an_authority_with_a_slash_at_its_end_keeps_it(self, server, clock):
        """Auth0's do; the address has one slash, the issuer keeps its own."""
        server.url += "/"
        server.answers[METADATA] = {
            "issuer": server.url,
            "jwks_uri": f"{server.url}jwks",
        }
        keys = keys_of(server, clock)

        assert code_of(server, keys, OLD) is None
