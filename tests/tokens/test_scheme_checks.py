"""What is told before a bearer scheme is deployed that does not look at something."""

import pytest
from django.core.checks import run_checks

from django_claimsauth.tokens.scheme_checks import check_switched_off
from tests.tokens.foreign import ALPHA, BETA, configure, options

OPAQUE = {
    "BACKEND": "django_claimsauth.tokens.reference.ReferenceTokenHandler",
    "OPTIONS": {
        "authority": ALPHA,
        "client_id": "api",
        "client_secret": "secret",
        "accept_any_audience": True,
    },
}


def told():
    return [each.msg for each in check_switched_off(None)]


def test_a_scheme_that_looks_at_all_is_silent(settings):
    configure(settings, alpha=options(ALPHA))

    assert [] == told()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"accept_any_audience": True}, "accept_any_audience"),
        ({"accept_any_token_type": True}, "accept_any_token_type"),
        ({"accept_missing_expiry": True}, "accept_missing_expiry"),
        ({"accept_id_tokens": True}, "accept_id_tokens"),
        ({"accept_bound_tokens": True}, "accept_bound_tokens"),
        ({"max_lifetime": None}, "max_lifetime"),
    ],
)
def test_what_is_switched_off_is_named(settings, changes, name):
    configure(settings, alpha=options(ALPHA), beta=options(BETA, **changes))

    (message,) = told()

    assert f"'beta' switches validations off: {name}." in message


def test_schemes_of_each_kind_are_asked(settings):
    configure(settings, alpha=options(ALPHA), broken={"issuers": {}})
    session = {"BACKEND": "django_claimsauth.sessions.SessionHandler"}
    both = {**settings.CLAIMSAUTH["SCHEMES"], "opaque": OPAQUE, "session": session}
    settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "SCHEMES": both}

    (message,) = told()

    assert "'opaque'" in message


def test_settings_that_cannot_be_read_are_told_of_elsewhere(settings):
    settings.CLAIMSAUTH = {"SCHEMES": 5}

    assert [] == told()


@pytest.mark.django_db
@pytest.mark.parametrize("deploy", [True, False])
def test_it_is_told_at_deployment_alone(settings, deploy):
    configure(settings, alpha=options(ALPHA, accept_id_tokens=True))

    ids = {each.id for each in run_checks(include_deployment_checks=deploy)}

    assert deploy == ("claimsauth.W209" in ids)
