"""Tokens and validators for the tests of this room, right unless a test says otherwise."""

import json
from datetime import UTC, datetime
from functools import cache

from django_claimsauth.authentication.encoding import encode_base64url
from django_claimsauth.tokens import (
    KeySet,
    SigningKey,
    TokenValidationParameters,
    TokenValidator,
)
from django_claimsauth.tokens.algorithms import signer_and_verifier
from django_claimsauth.tokens.generation import generate_private_key

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
ISSUER = "https://issuer.test"
AUDIENCE = "https://api.test"
KID = "key-1"
ABSENT = object()


def private_key(alg, name=""):
    """The one private key of an algorithm in this process, or another by name."""
    return _generated(alg, name)


@cache
def _generated(alg, name):
    return generate_private_key(alg)


def signing_key(alg="ES256", kid=KID, name=""):
    key = private_key(alg, name)
    if isinstance(key, bytes):
        return SigningKey.from_secret(key, alg=alg, kid=kid)
    return SigningKey.from_private_key(key, alg=alg, kid=kid)


def key_set(alg="ES256", kid=KID, name=""):
    return KeySet([signing_key(alg, kid, name).verification_key])


def claims(**changes):
    """The claims of a good access token, changed; ABSENT takes one out."""
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "42",
        "jti": "a-token",
        "iat": SECONDS,
        "exp": SECONDS + 600,
    }
    merged = {**good, **changes}
    return {name: value for name, value in merged.items() if value is not ABSENT}


def token(header=None, key=None, **changes):
    key = key or signing_key()
    return key.sign({"typ": "at+jwt"} if header is None else header, claims(**changes))


def raw_token(header, payload, alg="ES256"):
    """A token rightly signed over any header and any payload, good or not."""
    segments = [encode_base64url(octets(header)), encode_base64url(octets(payload))]
    message = b".".join(segments)
    signature = signer_and_verifier(alg).sign(message, private_key(alg))
    return b".".join([message, encode_base64url(signature)]).decode()


def octets(value):
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def parameters(alg="ES256", **changes):
    given = {"issuers": {ISSUER: key_set(alg)}, "audiences": [AUDIENCE]}
    return TokenValidationParameters(**{**given, **changes})


def validator(alg="ES256", **changes):
    return TokenValidator(parameters(alg, **changes))
