"""The same view behind the peers, and a credential for each of them."""

from allauth.headless.contrib.rest_framework.authentication import (
    JWTTokenAuthentication,
)
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from knox.auth import TokenAuthentication as KnoxAuthentication
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.authentication import TokenAuthentication
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework_api_key.permissions import HasAPIKey
from rest_framework_simplejwt.authentication import (
    JWTAuthentication,
    JWTStatelessUserAuthentication,
)
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.tokens import AccessToken, SlidingToken

from benchmarks.site.keys import signing_key
from benchmarks.site.views import Bare


def _behind(authentication, permission=AllowAny):
    """Return the bare view behind a peer; DRF runs a lazy authentication for `user`."""
    return type(
        f"Behind{authentication.__name__}",
        (Bare,),
        {
            "authentication_classes": [authentication],
            "permission_classes": [permission],
        },
    )


class SlidingAuthentication(JWTAuthentication):
    """simplejwt where each token's `jti` is looked up: sliding, with the blacklist."""

    def get_validated_token(self, raw_token):
        return SlidingToken(raw_token)


class Unauthenticated:
    """Stands for authentication where a peer's permission does it all."""


def simplejwt_token(alg):
    """Return simplejwt's access token class for an algorithm."""
    key = signing_key(alg)
    private, public = _pem(key)
    name = "EdDSA" if alg == "EdDSA" else alg
    backend = TokenBackend(name, signing_key=private, verifying_key=public)
    return type(f"AccessToken{alg}", (AccessToken,), {"_token_backend": backend})


def simplejwt_stateless(alg):
    token = SIMPLEJWT[alg]

    class Stateless(JWTStatelessUserAuthentication):
        def get_validated_token(self, raw_token):
            return token(raw_token)

    return Stateless


def _pem(key):
    """Return a private and a public PEM of a new key like this one."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    made = {
        "RS256": lambda: rsa.generate_private_key(65537, 2048),
        "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
        "Ed25519": ed25519.Ed25519PrivateKey.generate,
        "EdDSA": ed25519.Ed25519PrivateKey.generate,
    }
    if key.alg == "HS256":
        return ("a secret of simplejwt's own, of 256 bits",) * 2
    private = made[key.alg]()
    form = serialization.PrivateFormat.PKCS8
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    return (
        private.private_bytes(pem, form, plain).decode(),
        private.public_key().public_bytes(pem, public).decode(),
    )


SIMPLEJWT = {alg: simplejwt_token(alg) for alg in ("HS256", "RS256", "ES256", "EdDSA")}
VIEWS = {
    **{
        f"simplejwt-{alg}": _behind(simplejwt_stateless(alg), IsAuthenticated)
        for alg in SIMPLEJWT
    },
    "simplejwt-user": _behind(JWTAuthentication, IsAuthenticated),
    "simplejwt-sliding": _behind(SlidingAuthentication, IsAuthenticated),
    "allauth": _behind(JWTTokenAuthentication, IsAuthenticated),
    "dot": _behind(OAuth2Authentication, IsAuthenticated),
    "knox": _behind(KnoxAuthentication, IsAuthenticated),
    "drf-token": _behind(TokenAuthentication, IsAuthenticated),
    "api-key": type("BehindKey", (Bare,), {"permission_classes": [HasAPIKey]}),
}


def headers(user):
    """Return the request header that each of the views above expects."""
    from knox.models import AuthToken
    from rest_framework.authtoken.models import Token
    from rest_framework_api_key.models import APIKey

    found = {}
    for alg, token in SIMPLEJWT.items():
        found[f"simplejwt-{alg}"] = f"Bearer {token.for_user(user)}"
    found["simplejwt-user"] = f"Bearer {AccessToken.for_user(user)}"
    found["simplejwt-sliding"] = f"Bearer {SlidingToken.for_user(user)}"
    found["allauth"] = f"Bearer {_allauth_token(user)}"
    found["dot"] = f"Bearer {dot_tokens(user)[0].token}"
    found["knox"] = f"Token {AuthToken.objects.create(user)[1]}"
    found["drf-token"] = f"Token {Token.objects.create(user=user).key}"
    found["api-key"] = f"Api-Key {APIKey.objects.create_key(name='one')[1]}"
    return {name: {"HTTP_AUTHORIZATION": value} for name, value in found.items()}


def _allauth_token(user):
    from allauth.headless.tokens.strategies.jwt import internal

    session = SessionStore()
    session.create()
    sid = internal.session_key_to_sid(session.session_key)
    made, _ = internal.create_token(
        "access", sub=str(user.pk), sid=sid, expires_in=21600
    )
    return made


def dot_tokens(user, count=1):
    """Return access tokens of django-oauth-toolkit, each with a refresh token."""
    from oauth2_provider.models import AccessToken as Access
    from oauth2_provider.models import Application, RefreshToken

    application, _ = Application.objects.get_or_create(
        name="bench",
        client_id="bench",
        user=user,
        client_type=Application.CLIENT_PUBLIC,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris="https://client.example/",
    )
    expires = timezone.now() + timezone.timedelta(hours=6)
    made = []
    for number in range(count):
        access = Access.objects.create(
            user=user, application=application, token=f"access{number:030}",
            expires=expires, scope="read",
        )  # fmt: skip
        RefreshToken.objects.create(
            user=user, application=application, access_token=access,
            token=f"refresh{number:030}",
        )  # fmt: skip
        made.append(access)
    return made
