"""A change-over: tokens that djangorestframework-simplejwt issued, as an extra scheme."""

import time

import jwt
import pytest
from django.contrib.auth import get_user_model
from django.test import RequestFactory

from django_claimsauth.authentication import schemes
from django_claimsauth.claims import LOCAL_ISSUER
from django_claimsauth.tokens import flows
from django_claimsauth.tokens.models import RevokedToken, revoked_token_digest
from django_claimsauth.tokens.simplejwt import ISSUER
from django_claimsauth.tokens.strength import UnusableKeyError
from tests.tokens import minted

KEY = "the signing key that simplejwt was given, long enough for HMAC with SHA-512"
BACKEND = "django_claimsauth.tokens.simplejwt.SimpleJWTHandler"


def change_over(settings, **options):
    """Add the scheme of old beside the new ones."""
    entry = {"BACKEND": BACKEND, "OPTIONS": {"verifying_key": KEY, **options}}
    settings.CLAIMSAUTH = {
        **settings.CLAIMSAUTH,
        "SCHEMES": {**settings.CLAIMSAUTH["SCHEMES"], "old": entry},
    }


def old_token(user, key=KEY, alg="HS256", **changes):
    """What simplejwt mints (read from its 5.5.1), changed."""
    now = int(time.time())
    claims = {
        "token_type": "access",
        "exp": now + 300,
        "iat": now,
        "jti": "3f1c0ba4b4b94d2b8f2c9c2ed2a5f0f1",
        "user_id": str(user.pk),
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key, algorithm=alg)


def asked(token, names=("old",)):
    request = RequestFactory().get("/", headers={"authorization": f"Bearer {token}"})
    return schemes.authenticate(request, names)


@pytest.fixture(autouse=True)
def _changing_over(settings):
    change_over(settings)


def test_a_token_of_old_is_its_user(user):
    result = asked(old_token(user))

    assert result.succeeded
    assert str(user.pk) == result.principal.subject
    assert LOCAL_ISSUER == result.principal.find_first("sub").issuer
    assert user == schemes["old"].user(result.principal)


def test_old_and_new_stand_beside_each_other(user):
    new = flows.issue(user).access_token

    for token in (new, old_token(user)):
        result = asked(token, ["bearer", "old"])
        assert result.succeeded
        assert str(user.pk) == result.principal.subject


def test_a_number_was_their_user_id_once(user):
    assert asked(old_token(user, user_id=user.pk)).succeeded


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token_type": "refresh"}, "invalid_token_type"),
        ({"token_type": None}, "invalid_token_type"),
        ({"exp": 1}, "token_expired"),
        ({"exp": None}, "missing_claim"),
        ({"exp": "tomorrow"}, "invalid_claim"),
        ({"user_id": None}, "missing_claim"),
        ({"user_id": True}, "missing_claim"),
        ({"user_id": [1]}, "missing_claim"),
        ({"user_id": {"a": 1}}, "missing_claim"),
        ({"user_id": "0"}, "token_revoked"),
        ({"user_id": " 1"}, "token_revoked"),
        ({"user_id": 10**30}, "token_revoked"),
        ({"user_id": "a word"}, "token_revoked"),
        ({"jti": None}, "token_revoked"),
    ],
)
def test_what_simplejwt_would_not_take_or_stumble_over(user, changes, code):
    assert code == asked(old_token(user, **changes)).code


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(lambda user: old_token(user, key="x" * 40), id="another key"),
        pytest.param(lambda user: old_token(user, alg="HS512"), id="another alg"),
        pytest.param(lambda user: "a.b.c", id="garbage"),
        pytest.param(
            lambda user: jwt.PyJWS().encode(b"[]", KEY, algorithm="HS256"), id="a list"
        ),
        pytest.param(
            lambda user: jwt.PyJWS().encode(b"{", KEY, algorithm="HS256"), id="half"
        ),
    ],
)
def test_what_they_did_not_sign(user, token):
    assert asked(token(user)).code in {
        "invalid_signature",
        "algorithm_not_allowed",
        "malformed_token",
    }


def test_an_inactive_user_is_refused_at_once(user):
    token = old_token(user)
    assert asked(token).succeeded
    get_user_model().objects.update(is_active=False)

    assert "token_revoked" == asked(token).code


def test_all_of_a_user_s_are_revoked_with_the_new_ones(user):
    token = old_token(user, iat=int(time.time()) - 10)
    flows.revoke_all(user)

    assert "token_revoked" == asked(token).code


def test_one_may_be_revoked_by_its_jti(user):
    token = old_token(user, jti="one")
    RevokedToken.objects.create(
        digest=revoked_token_digest(ISSUER, "one"),
        issuer=ISSUER,
        jti="one",
        expires_at="2096-01-01T00:00:00Z",
    )

    assert "token_revoked" == asked(token).code
    assert asked(old_token(user, jti="two")).succeeded


class TestTheirSettings:
    """Whatever they were set to."""

    def test_the_secret_key_of_the_project_is_their_default(self, user, settings):
        settings.SECRET_KEY = "the secret key of the project itself"
        change_over(settings, verifying_key=None)

        assert asked(old_token(user, key=settings.SECRET_KEY)).succeeded

    def test_issuer_and_audience(self, user, settings):
        change_over(settings, issuer="me", audience="us")

        assert asked(old_token(user, iss="me", aud="us")).succeeded
        assert asked(old_token(user, iss="me", aud=["them", "us"])).succeeded
        assert "invalid_issuer" == asked(old_token(user, iss="you", aud="us")).code
        assert "invalid_audience" == asked(old_token(user, iss="me", aud="u")).code
        assert "invalid_audience" == asked(old_token(user, iss="me")).code

    def test_another_claim_of_the_user(self, user, settings):
        change_over(settings, user_id_claim="uid")

        assert asked(old_token(user, uid=str(user.pk), user_id=None)).succeeded

    def test_an_asymmetric_key(self, user, settings):
        private = minted.private_key("RS256")
        public = minted.signing_key("RS256").verification_key
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            PublicFormat,
        )

        pem = private.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )
        change_over(settings, verifying_key=pem.decode(), algorithm="RS256")

        assert public.alg == "RS256"
        assert asked(old_token(user, key=private, alg="RS256")).succeeded

    def test_a_key_that_is_too_short_is_refused_when_the_scheme_is_made(self, settings):
        change_over(settings, verifying_key="short")

        with pytest.raises(UnusableKeyError):
            schemes["old"]

    def test_it_needs_no_section_of_tokens(self, user, settings):
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "TOKENS": {}}
        change_over(settings)

        assert asked(old_token(user)).succeeded

    def test_it_answers_for_its_own_issuer_alone(self, settings):
        assert not schemes["old"].accepts_issuer(None)
        change_over(settings, issuer="me")

        assert schemes["old"].accepts_issuer("me")
        assert not schemes["old"].accepts_issuer("https://issuer.test")

    def test_the_checks_are_silent(self):
        handler = schemes["old"]

        assert [] == handler.check()
        assert () == handler.switched_off == handler.authorization_servers()
