"""Set-up that cannot work is found before a request is; the extra is optional."""

import os
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

from django_claimsauth.authorization import policies
from django_claimsauth.errors import ConfigurationError
from django_claimsauth.passkeys import startup
from django_claimsauth.passkeys.checks import check_deployment, check_section
from django_claimsauth.passkeys.errors import MissingExtraError
from django_claimsauth.passkeys.verification import (
    parse_attestation_object,
    supported_algorithms,
)
from tests.structure.source import ROOT

START = """
import sys
sys.modules["webauthn"] = None if "without" in sys.argv else sys.modules.get("webauthn")
if sys.modules["webauthn"] is None and "without" not in sys.argv:
    del sys.modules["webauthn"]
import django
django.setup()
import django_claimsauth.urls, django_claimsauth.passkeys.flows
from django.core.checks import run_checks
print([each.id for each in run_checks() if "E40" in each.id])
print("webauthn" in sys.modules and sys.modules["webauthn"] is not None)
"""


# No database is asked; one that has no tables yet would be.
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "tests.settings",
    "CLAIMSAUTH_TEST_DATABASE": "sqlite",
    "CLAIMSAUTH_TEST_DB_SUFFIX": "",
}


def ids(messages):
    return [each.id.removeprefix("claimsauth.") for each in messages]


def started(*arguments):
    return subprocess.run(
        [sys.executable, "-c", START, *arguments],
        cwd=ROOT,
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout.split("\n")


def test_what_is_right_is_not_mentioned():
    assert [] == check_section(None) == check_deployment(None)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"RP_ID": "https://example.org"}, ["E401"]),
        ({"ORIGINS": ["https://example.org/"]}, ["E401"]),
        ({"MAX_PER_USER": 0}, ["E401"]),
        ({"ALGORITHMS": []}, ["E403"]),
        ({"ALGORITHMS": [-7, -35]}, ["E403"]),
        ({"ALGORITHMS": [-65535]}, ["E403"]),
        ({"VERIFY_ATTESTATION": "no.such"}, ["E404"]),
        ({"CREATE_USER": "no.such", "AAGUID_NAMES": "no.such"}, ["E404", "E404"]),
        ({"RP_ID": None, "ALGORITHMS": []}, []),
        ({"NO_SUCH": 1}, []),
    ],
)
def test_what_cannot_work_is_an_error(party, changed, expected):
    party(**changed)

    assert expected == ids(check_section(None))
    assert [] == check_deployment(None)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"ORIGINS": ["http://localhost:8000", "https://example.org"]}, ["W405"]),
        ({"SESSION_BACKEND": "my.Backend"}, ["W406"]),
        ({"RP_ID": None, "SESSION_BACKEND": "my.Backend"}, []),
    ],
)
def test_what_is_dangerous_is_a_warning_at_deployment(party, changed, expected):
    party(**changed)

    assert [] == check_section(None)
    assert expected == ids(check_deployment(None))


class TestWithoutTheExtra:
    @pytest.fixture(autouse=True)
    def _without(self, monkeypatch):
        """What the interpreter does where a package is not installed."""
        monkeypatch.setitem(sys.modules, "webauthn", None)

    def test_a_check_names_it(self):
        (message,) = check_section(None)

        assert "claimsauth.E402" == message.id
        assert "django-claimsauth[passkeys]" in message.hint

    def test_who_uses_it_is_told_which(self):
        for use in (supported_algorithms, lambda: parse_attestation_object(b"")):
            with pytest.raises(MissingExtraError, match=r"claimsauth\[passkeys\]") as e:
                use()
            assert isinstance(e.value, ConfigurationError)


def test_start_up_happens_once():
    """Whoever registers twice names one policy and one check."""
    before = dict(policies)

    startup.register()

    assert before == dict(policies)


def test_the_package_starts_with_and_without_it():
    """And loads it when a passkey is met, not when Django starts."""
    assert ["[]", "False", ""] == started()
    assert ["[]", "False", ""] == started("without")


def test_the_library_is_the_one_that_is_meant():
    """Another distribution of a like name puts its files in the same place."""
    assert ["webauthn"] == packages_distributions()["webauthn"]
