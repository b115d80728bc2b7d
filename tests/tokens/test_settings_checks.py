"""What a section `TOKENS` that contradicts itself, or opens a door, is told."""

from datetime import timedelta

import pytest
from django.core.checks import Tags, run_checks

from django_claimsauth.tokens.generation import generate_pem
from django_claimsauth.tokens.key_files import create_key
from django_claimsauth.tokens.settings_checks import check_deployment, check_settings
from tests.tokens.changed import tokens_settings
from tests.tokens.minted import NOW, signing_key

NO_RATE = {"DEFAULT_THROTTLE_RATES": {}}
RATES = {
    "DEFAULT_THROTTLE_RATES": {
        "claimsauth.sign-in": "10/minute",
        "claimsauth.refresh": "60/minute",
    }
}


def test_the_defaults_are_sound():
    assert [] == check_settings(None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCESS_TOKEN_LIFETIME", timedelta(0)),
        ("REFRESH_TOKEN_IDLE_LIFETIME", timedelta(seconds=-1)),
        ("REFRESH_TOKEN_ABSOLUTE_LIFETIME", timedelta(0)),
        ("REVOCATION_INTERVAL", timedelta(0)),
        ("LEEWAY", timedelta(seconds=-1)),
        ("JWKS_MAX_AGE", timedelta(seconds=-1)),
        ("REFRESH_RETRY_WINDOW", timedelta(seconds=-1)),
        ("REFRESH_RETRY_WINDOW", timedelta(seconds=61)),
        ("REVOCATION_CACHE", "nowhere"),
    ],
)
def test_a_value_out_of_range_is_an_error_that_names_it(settings, db, name, value):
    tokens_settings(settings, **{name: value})

    (message,) = check_settings(None)

    assert "claimsauth.E205" == message.id
    assert name in message.msg
    assert message in run_checks(tags=[Tags.security])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REFRESH_RETRY_WINDOW", timedelta(0)),
        ("REFRESH_RETRY_WINDOW", timedelta(seconds=60)),
        ("LEEWAY", timedelta(0)),
        ("REVOCATION_CACHE", "default"),
    ],
)
def test_the_edges_of_a_range_are_in_it(settings, name, value):
    tokens_settings(settings, **{name: value})

    assert [] == check_settings(None)


def test_settings_that_cannot_be_read_are_told_of_elsewhere(settings):
    settings.CLAIMSAUTH = {"TOKENS": {"ISUER": "x"}}

    assert [] == check_settings(None) == check_deployment(None)


class TestDeployment:
    """What must not be deployed unseen."""

    @pytest.fixture(autouse=True)
    def _sound(self, settings):
        settings.REST_FRAMEWORK = RATES
        tokens_settings(settings, SIGNING_KEYS=[signing_key()])

    def ids(self):
        return [each.id for each in check_deployment(None)]

    def test_a_sound_project_is_not_warned(self):
        assert [] == self.ids()

    def test_revocation_off(self, settings):
        tokens_settings(settings, REVOCATION="off")

        assert ["claimsauth.W206"] == self.ids()

    def test_no_rates(self, settings):
        settings.REST_FRAMEWORK = NO_RATE

        (message,) = check_deployment(None)
        assert "claimsauth.W207" == message.id
        assert "claimsauth.sign-in, claimsauth.refresh" in message.msg

        tokens_settings(settings, ENDPOINTS=["jwks"])
        assert [] == self.ids()

    def test_a_key_that_others_can_read(self, settings, tmp_path):
        path = tmp_path / "key.pem"
        path.write_bytes(generate_pem("ES256"))
        held = create_key(tmp_path / "keys", "ES256", activates_at=NOW, now=NOW)
        tokens_settings(
            settings,
            SIGNING_KEYS=[path, str(tmp_path / "keys"), str(tmp_path / "none")],
        )
        path.chmod(0o600)
        assert [] == self.ids()

        path.chmod(0o640)
        held.path.chmod(0o604)
        assert ["claimsauth.W208"] * 2 == self.ids()

    def test_a_project_without_tokens_of_its_own_is_not_warned(self, settings):
        settings.REST_FRAMEWORK = NO_RATE
        tokens_settings(settings, SIGNING_KEYS=[], REVOCATION="off")

        assert [] == self.ids()
