"""What is reported of keys before a request is, and before a deployment."""

import pytest
from django.core import checks

HANDLER = "django_claimsauth.api_keys.handler.APIKeyHandler"
REDIS = {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": "redis://",
}


@pytest.fixture
def found(settings):
    """Run the checks with these settings; return the ids that are about keys."""
    settings.CACHES = {"default": REDIS}

    def run(options=None, *, deploy=True, section=None, backend=HANDLER, extra=None):
        schemes = {"api_key": {"BACKEND": backend, "OPTIONS": options or {}}}
        settings.CLAIMSAUTH = {
            "SCHEMES": {**schemes, **(extra or {})},
            "DEFAULT_SCHEME": "api_key",
            "API_KEYS": section or {},
        }
        messages = checks.run_checks(
            tags=[checks.Tags.security], include_deployment_checks=deploy
        )
        ids = [each.id for each in messages]
        return [each for each in ids if each.startswith("claimsauth.") and "30" in each]

    return run


def test_the_defaults_are_sound(found):
    assert [] == found()


def test_keys_in_urls_are_reported_for_a_deployment(found):
    assert ["claimsauth.W302"] == found({"query_parameter": "api_key"})
    assert [] == found({"query_parameter": "api_key"}, deploy=False)


def test_revocation_that_is_not_seen_is_reported(found):
    assert ["claimsauth.W303"] == found({"lookup": "off"})
    assert [] == found({"lookup": "bounded"})


@pytest.mark.parametrize(
    "backend", ["locmem.LocMemCache", "dummy.DummyCache", "db.DatabaseCache"]
)
def test_a_cache_that_does_not_count_for_all_is_reported(found, settings, backend):
    settings.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{backend}"}}

    assert ["claimsauth.W304"] == found()


@pytest.mark.parametrize(
    "section", [{"PREFIX": "Not a word"}, {"OWNER_SCOPES": "no.such.function"}], ids=str
)
def test_a_section_that_cannot_be_meant_is_an_error(found, section):
    assert ["claimsauth.E301"] == found(section=section)


def test_schemes_without_keys_are_not_reported(found, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    }
    session = "django_claimsauth.sessions.SessionHandler"

    assert [] == found(
        backend=session, extra={"also": {"FORWARD": {"default": "api_key"}}}
    )


def test_a_scheme_that_cannot_be_made_is_reported_elsewhere(found):
    assert [] == found({"nonsense": 1})


def test_settings_that_cannot_be_read_are_reported_elsewhere(found):
    assert [] == found(section={"NONSENSE": 1})
