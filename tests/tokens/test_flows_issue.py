"""Issuing: what a pair is, what its access token states, who gets none."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Group

from django_claimsauth import signals
from django_claimsauth.errors import (
    ConfigurationError,
    InvalidGrantError,
    SettingsError,
    UnknownSchemeError,
)
from django_claimsauth.tokens import flows, own
from django_claimsauth.tokens.models import RefreshToken, TokenFamily
from tests.tokens.changed import tokens_settings

NOW = datetime(2026, 3, 4, 5, 6, 7, 891011, tzinfo=UTC)
SECONDS = int(NOW.timestamp())


def claims_of(pair, now=NOW):
    return own.own_validator().validate(pair.access_token, now)


def test_the_access_token_states_what_rfc_9068_asks_for(user):
    user.groups.add(Group.objects.create(name="staff"), Group.objects.create(name="b"))

    pair = flows.issue(
        user, scopes=["read", "write"], client="web", amr=["pwd", "otp"], now=NOW
    )

    family = TokenFamily.objects.get()
    claims = claims_of(pair)
    jti = claims.pop("jti")
    assert 32 == len(jti)
    assert {
        "iss": "https://issuer.test",
        "sub": str(user.pk),
        "aud": "https://api.test",
        "iat": SECONDS,
        "exp": SECONDS + 600,
        "client_id": "web",
        "scope": "read write",
        "roles": ["b", "staff"],
        "amr": ["pwd", "otp"],
        "auth_time": SECONDS,
        "sid": family.sid,
    } == claims


def test_what_there_is_nothing_to_say_about_is_not_stated(user):
    claims = claims_of(flows.issue(user, now=NOW))

    assert {"scope", "roles", "amr", "one_time"}.isdisjoint(claims)
    assert "first-party" == claims["client_id"]


def test_the_header_has_type_algorithm_and_key(user):
    header = own.own_validator().verify(flows.issue(user, now=NOW).access_token, NOW)

    assert "at+jwt" == header.header["typ"]
    assert "ES256" == header.header["alg"]
    assert 43 == len(header.header["kid"])


def test_the_pair_says_how_to_use_it_and_hides_its_secrets(user):
    pair = flows.issue(user, scopes=["read"], now=NOW)

    assert ("Bearer", 600, "read") == (pair.token_type, pair.expires_in, pair.scope)
    assert NOW + timedelta(days=14) == pair.refresh_expires_at
    assert 43 == len(pair.refresh_token)
    assert pair.refresh_token not in repr(pair)
    assert pair.access_token not in repr(pair)


def test_every_sign_in_is_a_family_of_its_own(user):
    one, two = flows.issue(user), flows.issue(user)

    assert 2 == TokenFamily.objects.count()
    assert one.sid != two.sid
    assert one.refresh_token != two.refresh_token


def test_the_row_has_both_expiries(user):
    flows.issue(user, now=NOW)

    row = RefreshToken.objects.select_related("family").get()
    assert NOW + timedelta(days=14) == row.expires_at
    assert NOW + timedelta(days=90) == row.family.expires_at
    assert (NOW, None, None) == (row.issued_at, row.used_at, row.parent_id)


def test_the_idle_expiry_never_lies_after_the_absolute_one(user, settings):
    tokens_settings(settings, REFRESH_TOKEN_ABSOLUTE_LIFETIME=timedelta(days=3))

    pair = flows.issue(user, now=NOW)

    assert NOW + timedelta(days=3) == pair.refresh_expires_at


def test_an_issued_pair_is_told_of(user):
    told = []

    def note(**facts):
        told.append(facts)

    signals.token_issued.connect(note)
    try:
        pair = flows.issue(user, client="web")
    finally:
        signals.token_issued.disconnect(note)

    (facts,) = told
    assert (user, pair.sid, "web") == (facts["user"], facts["sid"], facts["client"])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda user: setattr(user, "pk", None), id="never saved"),
        pytest.param(
            lambda user: type(user).objects.filter(pk=user.pk).update(is_active=False),
            id="deactivated since it was loaded",
        ),
        pytest.param(
            lambda user: type(user).objects.filter(pk=user.pk).delete(), id="deleted"
        ),
        pytest.param(
            lambda user: type(user).objects.filter(pk=user.pk).update(password="new"),
            id="with another password than the one that was checked",
        ),
    ],
)
def test_who_may_not_sign_in_gets_no_token(user, change):
    change(user)

    with pytest.raises(InvalidGrantError):
        flows.issue(user)

    assert not TokenFamily.objects.exists()


@pytest.mark.parametrize("nobody", [None, AnonymousUser()])
def test_nobody_gets_no_token(db, nobody):
    with pytest.raises(InvalidGrantError, match="no_user"):
        flows.issue(nobody)


def test_an_unknown_scheme_names_the_known_ones(user):
    with pytest.raises(UnknownSchemeError, match="did you mean 'session'"):
        flows.issue(user, scheme="sesion")


def test_the_scheme_s_own_audiences_are_the_token_s(user, settings, ask):
    schemes = {
        **settings.CLAIMSAUTH["SCHEMES"],
        "reports": {
            "BACKEND": "django_claimsauth.tokens.handler.JWTBearerHandler",
            "OPTIONS": {"audiences": ["https://reports.test"]},
        },
    }
    settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "SCHEMES": schemes}

    pair = flows.issue(user, scheme="reports")

    assert ask(pair.access_token, "reports").succeeded
    assert "invalid_audience" == ask(pair.access_token, "bearer").code
    assert ask(flows.rotate(pair.refresh_token).access_token, "reports").succeeded


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"scopes": "read"}, TypeError),
        ({"scopes": ["a b"]}, ValueError),
        ({"scopes": [""]}, ValueError),
        ({"scopes": ['a"b']}, ValueError),
        ({"scopes": ["ä"]}, ValueError),
        ({"amr": "pwd"}, TypeError),
        ({"client": "x" * 256}, ValueError),
        ({"client": "a\nb"}, ValueError),
    ],
)
def test_what_no_token_can_state_is_refused_when_asked_for(user, arguments, error):
    with pytest.raises(error):
        flows.issue(user, **arguments)

    assert not TokenFamily.objects.exists()


@pytest.mark.parametrize("missing", ["ISSUER", "AUDIENCE"])
def test_without_issuer_or_audience_no_token_is_issued(user, settings, missing):
    tokens_settings(settings, **{missing: None})

    with pytest.raises(SettingsError, match=missing):
        flows.issue(user)


def test_without_a_key_the_error_names_the_command(user, settings):
    tokens_settings(settings, SIGNING_KEYS=[])

    with pytest.raises(ConfigurationError, match="create_signing_key"):
        flows.issue(user)

    assert not TokenFamily.objects.exists()


class TestOwnClaims:
    """The hook, and what transformations choose for tokens."""

    def test_the_hook_s_claims_are_stated(self, user, settings):
        tokens_settings(settings, CLAIMS="tests.tokens.changed.tenant_of")

        claims = claims_of(flows.issue(user, now=NOW))

        assert ("acme", ["owner"]) == (claims["tenant"], claims["roles"])

    def test_a_refresh_asks_the_hook_again(self, user, settings):
        tokens_settings(settings, CLAIMS=lambda user: {"mail": user.email})
        pair = flows.issue(user, now=NOW)
        get_user_model().objects.update(email="new@example.test")

        claims = claims_of(flows.rotate(pair.refresh_token, now=NOW))

        assert "new@example.test" == claims["mail"]

    def test_a_transformation_may_choose_claims_for_tokens(self, user, settings):
        settings.CLAIMSAUTH = {
            **settings.CLAIMSAUTH,
            "CLAIMS_TRANSFORMATIONS": [
                "tests.tokens.changed.TierTransformation",
                "tests.tokens.changed.unchanged",
            ],
        }

        assert "gold" == claims_of(flows.issue(user, now=NOW))["tier"]

    @pytest.mark.parametrize(
        ("hook", "match"),
        [
            (lambda user: {"sub": "1"}, "sub"),
            (lambda user: {"one_time": True}, "one_time"),
            (lambda user: ["tenant"], "list"),
            (lambda user: {"when": datetime.now(UTC)}, "JSON"),
            (lambda user: {"ratio": float("nan")}, "JSON"),
        ],
    )
    def test_a_hook_that_states_what_it_may_not_is_an_error(
        self, user, settings, hook, match
    ):
        tokens_settings(settings, CLAIMS=hook)

        with pytest.raises(ConfigurationError, match=match):
            flows.issue(user)

    def test_a_hook_that_is_not_there_is_an_error(self, user, settings):
        tokens_settings(settings, CLAIMS="tests.nowhere.hook")

        with pytest.raises(SettingsError, match="CLAIMS"):
            flows.issue(user)

    def test_a_large_token_is_reported(self, user, settings, caplog):
        tokens_settings(settings, CLAIMS=lambda user: {"much": "x" * 4096})

        flows.issue(user)

        assert "over 4096" in caplog.text
