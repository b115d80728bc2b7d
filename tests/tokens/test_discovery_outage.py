"""Keys by discovery while the issuer cannot be reached."""

import pytest

from django_claimsauth.tokens.jwks import KeysUnavailableError
from tests.tokens.discovering import HOUR, NEW, OLD, Clock, code_of, keys_of
from tests.tokens.issuer_server import JWKS, METADATA, serving


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


def failing(handler):
    handler.send_error(500)


class TestOutage:
    def test_known_keys_outlive_an_outage_of_a_day(self, server, keys, clock, caplog):
        assert code_of(server, keys, OLD) is None
        server.answers[METADATA] = failing
        began = clock.now

        for hours in (11, 12, 18, 23.9):
            clock.now = began + hours * HOUR
            assert code_of(server, keys, OLD) is None
        clock.now = began + 24 * HOUR
        assert "keys_unavailable" == code_of(server, keys, OLD)
        assert "not renewed" in caplog.text

    def test_an_outage_ends_within_the_cool_down(self, server, keys, clock):
        server.answers[METADATA] = failing
        assert "keys_unavailable" == code_of(server, keys, OLD)
        server.answers[METADATA] = {"issuer": server.url, "jwks_uri": server.url + JWKS}

        clock.now += 29
        assert "keys_unavailable" == code_of(server, keys, OLD)
        clock.now += 1
        assert code_of(server, keys, OLD) is None

    def test_no_keys_at_all_say_when_to_come_again(self, server, keys, clock):
        server.answers[METADATA] = failing
        for waited, left in ((0, 30), (10, 20), (29.5, 1)):
            clock.now = 1000 + waited
            with pytest.raises(KeysUnavailableError) as caught:
                keys.current()
            assert left == caught.value.retry_after

    def test_an_outage_is_asked_about_once_in_a_cool_down(self, server, keys):
        server.answers[METADATA] = failing

        for _ in range(50):
            assert "keys_unavailable" == code_of(server, keys, OLD)

        assert [METADATA] == server.asked

    def test_an_unknown_kid_in_an_outage_leaves_the_known_keys(
        self, server, keys, clock
    ):
        assert code_of(server, keys, OLD) is None
        server.answers[JWKS] = failing

        assert "unknown_key" == code_of(server, keys, NEW)
        assert code_of(server, keys, OLD) is None
        server.publish(NEW.public_jwk())
        clock.now += 30
        assert code_of(server, keys, NEW) is None

    def test_a_server_that_is_not_there_does_not_stop_the_start(self, clock):
        with serving() as gone:
            pass
        keys = keys_of(gone, clock)

        assert "keys_unavailable" == code_of(gone, keys, OLD)
