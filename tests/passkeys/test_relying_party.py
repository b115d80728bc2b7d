"""Who we are is what the settings say, and settings that no browser meets are errors."""

import pytest

from django_claimsauth.errors import SettingsError
from django_claimsauth.passkeys.relying_party import relying_party


def test_the_origin_is_the_domain_unless_others_are_named(party):
    party(ORIGINS=[], RP_NAME=None)

    found = relying_party()

    assert ("https://example.org",) == found.origins
    assert "example.org" == found.name


@pytest.mark.parametrize(
    "origin",
    [
        "https://example.org",
        "https://example.org:8443",
        "https://xn--bcher-kva.example",
        "http://localhost",
        "http://localhost:8000",
        "http://app.localhost:8000",
        "android:apk-key-hash:7d1043473d55bfa90e8530d35801d4e381bc69f0",
        "android:apk-key-hash-sha256:xT5ZucZJ9N7oq3j3awG8J",
    ],
)
def test_an_origin_as_browsers_write_it(party, origin):
    party(ORIGINS=[origin])

    assert (origin,) == relying_party().origins


@pytest.mark.parametrize("setting", ["ORIGINS", "TOP_ORIGINS"])
@pytest.mark.parametrize(
    "origin",
    [
        "example.org",
        "https://example.org/",
        "https://Example.org",
        "https://example.org:443",
        "https://example.org:99999",
        "https://user@example.org",
        "https://example.org?",
        "http://example.org",
        "http://localhost:80",
        "http://notlocalhost",
        "https://",
        "",
        "null",
        "android:apk-key-hash:",
    ],
)
def test_another_one_is_an_error(party, setting, origin):
    party(**{setting: [origin]})

    with pytest.raises(SettingsError, match="as browsers write them"):
        relying_party()


@pytest.mark.parametrize(
    "domain",
    [
        "https://example.org",
        "example.org:8000",
        "Example.org",
        "",
        "a..b",
        "-a",
        "ü.de",
    ],
)
def test_an_id_is_a_domain(party, domain):
    party(RP_ID=domain)

    with pytest.raises(SettingsError, match="a domain in lower case"):
        relying_party()


def test_without_an_id_there_are_no_passkeys(party):
    party(RP_ID=None)

    with pytest.raises(SettingsError, match="RP_ID'\\] is not set"):
        relying_party()


class TestEmbedding:
    @pytest.fixture(name="embedded")
    def _embedded(self, user, registered, party):
        """Register from a page inside another."""
        party(ALLOW_CROSS_ORIGIN=True, TOP_ORIGINS=["https://top.example"])

        def embedded(**members):
            return registered(user, members={"crossOrigin": True} | members)[1]

        return embedded

    def test_a_listed_embedder_may(self, embedded):
        assert embedded(topOrigin="https://top.example").pk

    @pytest.mark.parametrize(
        "members", [{"topOrigin": "https://evil.example"}, {}, {"topOrigin": ""}]
    )
    def test_nobody_else_may(self, embedded, refused, members):
        with refused("cross_origin_not_allowed"):
            embedded(**members)

    def test_without_a_list_it_must_be_unnamed(self, embedded, party, refused):
        """Older browsers name no embedder; a named one must be listed."""
        party(TOP_ORIGINS=[])

        assert embedded().pk
        with refused("cross_origin_not_allowed"):
            embedded(topOrigin="https://top.example")

    def test_a_page_of_its_own_may_too(self, embedded):
        assert embedded(crossOrigin=False).pk
