"""A change-over: what the real djangorestframework-simplejwt mints, and who takes it."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.contrib.auth import get_user_model
from django.test import RequestFactory
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import AuthenticationFailed
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, SlidingToken

from django_claimsauth.authentication import schemes
from django_claimsauth.errors import InvalidGrantError
from django_claimsauth.tokens import flows
from tests.tokens import minted

BACKEND = "django_claimsauth.tokens.simplejwt.SimpleJWTHandler"
YEAR = timedelta(days=365)


def change_over(settings, **options):
    """Add the scheme of old; without options it is set up as they are by default."""
    entry = {"BACKEND": BACKEND, "OPTIONS": options}
    settings.CLAIMSAUTH = {
        **settings.CLAIMSAUTH,
        "SCHEMES": {**settings.CLAIMSAUTH["SCHEMES"], "old": entry},
    }


def asked(token, names=("old",)):
    request = RequestFactory().get("/", headers={"authorization": f"Bearer {token}"})
    return schemes.authenticate(request, names)


def theirs(token):
    """The user that simplejwt itself finds in a request, None where it refuses."""
    request = RequestFactory().get("/", headers={"authorization": f"Bearer {token}"})
    try:
        return JWTAuthentication().authenticate(request)[0]
    except AuthenticationFailed:
        return None


def by_backend(user, **given):
    """An access token of a project that has set simplejwt up otherwise."""
    # They read SIMPLE_JWT once, when they are imported: an override comes too late.
    kind = type("Access", (AccessToken,), {"_token_backend": TokenBackend(**given)})
    return str(kind.for_user(user))


def expired(user):
    token = AccessToken.for_user(user)
    token.set_exp(from_time=token.current_time - YEAR)
    return token


@pytest.fixture(autouse=True)
def _changing_over(settings):
    change_over(settings)


@pytest.mark.parametrize(
    "mint",
    [
        pytest.param(AccessToken.for_user, id="on its own"),
        pytest.param(
            lambda user: RefreshToken.for_user(user).access_token, id="by a refresh"
        ),
    ],
)
def test_an_access_token_of_theirs_is_its_user_to_both(user, mint):
    token = str(mint(user))

    result = asked(token)

    assert result.succeeded
    assert str(user.pk) == result.principal.subject
    assert user == theirs(token) == schemes["old"].user(result.principal)


@pytest.mark.parametrize(
    ("mint", "code"),
    [
        pytest.param(RefreshToken.for_user, "invalid_token_type", id="refresh"),
        pytest.param(SlidingToken.for_user, "invalid_token_type", id="sliding"),
        pytest.param(expired, "token_expired", id="expired"),
    ],
)
def test_what_they_refuse_as_an_access_token_is_refused(user, mint, code):
    token = str(mint(user))

    assert theirs(token) is None
    assert code == asked(token).code
    assert asked(str(AccessToken.for_user(user))).succeeded


def test_a_token_of_theirs_and_one_of_ours_stand_beside_each_other(user):
    for token in (str(AccessToken.for_user(user)), flows.issue(user).access_token):
        result = asked(token, ["bearer", "old"])
        assert result.succeeded
        assert str(user.pk) == result.principal.subject


def test_neither_scheme_takes_the_other_s_tokens(user):
    assert not asked(str(AccessToken.for_user(user)), ["bearer"])
    assert not asked(flows.issue(user).access_token, ["old"])


def test_their_refresh_token_is_none_of_ours(user):
    with pytest.raises(InvalidGrantError) as error:
        flows.rotate(str(RefreshToken.for_user(user)))

    assert "unknown" == error.value.cause


def test_an_inactive_user_is_refused_by_both(user):
    token = str(AccessToken.for_user(user))
    get_user_model().objects.update(is_active=False)

    assert theirs(token) is None
    assert "token_revoked" == asked(token).code


def test_what_is_revoked_here_is_refused_here_alone(user):
    token = AccessToken.for_user(user)
    token.set_iat(at_time=token.current_time - timedelta(seconds=10))

    flows.revoke_all(user)

    assert "token_revoked" == asked(str(token)).code
    assert user == theirs(str(token))


def test_a_payload_that_was_changed_is_refused_by_both(user):
    header, _, signature = str(AccessToken.for_user(user)).split(".")
    _, payload, _ = str(RefreshToken.for_user(user)).split(".")
    token = f"{header}.{payload}.{signature}"

    assert theirs(token) is None
    assert "invalid_signature" == asked(token).code


def test_another_key_of_theirs(user, settings):
    secret = "another key of a project that changes over"
    token = by_backend(user, algorithm="HS256", signing_key=secret)

    assert theirs(token) is None
    assert "invalid_signature" == asked(token).code
    change_over(settings, verifying_key=secret)
    assert asked(token).succeeded


def test_an_issuer_and_an_audience_of_theirs(user, settings):
    given = {"algorithm": "HS256", "signing_key": settings.SECRET_KEY}
    token = by_backend(user, issuer="https://me.test", audience="us", **given)

    change_over(settings, issuer="https://me.test", audience="us")
    assert asked(token).succeeded
    change_over(settings, issuer="https://you.test", audience="us")
    assert "invalid_issuer" == asked(token).code
    change_over(settings, issuer="https://me.test", audience="them")
    assert "invalid_audience" == asked(token).code


@pytest.mark.parametrize("alg", ["RS256", "ES256", "HS512"])
def test_another_algorithm_of_theirs(user, settings, alg):
    private, public = pair_of(alg)
    token = by_backend(user, algorithm=alg, signing_key=private, verifying_key=public)

    assert asked(token).code in {"algorithm_not_allowed", "invalid_signature"}
    change_over(settings, algorithm=alg, verifying_key=public or private)
    assert asked(token).succeeded


def pair_of(alg):
    """A signing key and a verifying key as their settings take them."""
    if alg.startswith("HS"):
        return "a secret of theirs " * 4, ""
    key = minted.private_key(alg)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()


def test_a_token_without_a_type_of_theirs_is_refused(user):
    token = AccessToken.for_user(user)
    del token["token_type"]

    assert theirs(str(token)) is None
    assert "invalid_token_type" == asked(str(token)).code
