"""Tokens of other issuers, each with a key of its own, good as of now."""

import time

from django.test import RequestFactory

from django_claimsauth.tokens.handler import JWTBearerHandler
from tests.tokens import minted

ALPHA = "https://alpha.example"
BETA = "https://beta.example"
BACKEND = "django_claimsauth.tokens.handler.JWTBearerHandler"
AUDIENCES = ["https://api.test"]


def key_of(issuer, alg="ES256"):
    """The key of an issuer."""
    return minted.signing_key(alg, kid="key", name=issuer)


def jwks_of(issuer, alg="ES256"):
    return {"keys": [key_of(issuer, alg).public_jwk()]}


def token_of(issuer, key=None, alg="ES256", header=None, **changes):
    """A token of an issuer, signed with its key or another's."""
    now = int(time.time())
    claims = {"iat": now, "exp": now + 600, "iss": issuer, **changes}
    return minted.token(header, key or key_of(issuer, alg), **claims)


def options(issuer=ALPHA, **changes):
    given = {"issuers": {issuer: jwks_of(issuer)}, "audiences": AUDIENCES}
    return {**given, **changes}


def handler(issuer=ALPHA, /, **changes):
    return JWTBearerHandler("foreign", **options(issuer, **changes))


def bearing(token, method="get", **extra):
    request = getattr(RequestFactory(), method)
    return request("/", headers={"authorization": f"Bearer {token}"}, **extra)


def asked(scheme, token):
    """What a handler says to a token."""
    return scheme.authenticate(bearing(token))


def principal_of(scheme, token):
    return asked(scheme, token).principal


def configure(settings, **schemes):
    """Set bearer schemes of other issuers, by alias."""
    settings.CLAIMSAUTH = {
        **settings.CLAIMSAUTH,
        "SCHEMES": {
            alias: {"BACKEND": BACKEND, "OPTIONS": given}
            for alias, given in schemes.items()
        },
        "DEFAULT_SCHEME": next(iter(schemes)),
    }
