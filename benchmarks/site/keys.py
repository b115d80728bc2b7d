"""A signing key for each algorithm, made once a process; and tokens by them."""

import time
from functools import cache

from django_claimsauth.tokens import SigningKey

ISSUER = "https://login.example"
AUDIENCE = "https://api.example"
ALGORITHMS = ("HS256", "RS256", "ES256", "EdDSA")


@cache
def signing_key(alg):
    if alg == "RS256":
        from cryptography.hazmat.primitives.asymmetric import rsa

        # 2048 bits, as the peers' users have; our own would be 3072.
        return SigningKey.from_private_key(
            rsa.generate_private_key(public_exponent=65537, key_size=2048), alg=alg
        )
    return SigningKey.generate(alg)


def token(alg, number=0):
    """Return an access token of another issuer with the claims of RFC 9068."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "sub": "42",
        "aud": AUDIENCE,
        "exp": now + 6 * 3600,
        "iat": now,
        "auth_time": now,
        "jti": f"{number:032x}",
        "client_id": "web",
        "scope": "documents.read documents.edit",
        "roles": ["member", "editor"],
        "amr": ["pwd"],
        "sid": "0" * 32,
    }
    return signing_key(alg).sign({"typ": "at+jwt"}, claims)


def verify_alone(alg):
    """Return a call that checks one signature and does nothing else."""
    head, _, tail = token(alg).rpartition(".")
    from django_claimsauth.authentication.encoding import decode_base64url

    message, signature = head.encode(), decode_base64url(tail.encode())
    key = signing_key(alg).verification_key
    name = key.default
    assert key.verify(name, message, signature)
    return lambda: key.verify(name, message, signature)


def options(alg, **more):
    """Return the OPTIONS of a bearer scheme that accepts these tokens."""
    return {
        "issuers": [ISSUER],
        "keys": signing_key(alg).verification_key,
        "audiences": [AUDIENCE],
        "algorithms": [signing_key(alg).alg],
        **more,
    }
