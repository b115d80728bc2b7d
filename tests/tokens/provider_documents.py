"""
The metadata and the keys of providers, as they document them, with keys of ours.

What a resource server has no use for is left out.
"""

import json
import time

from django_claimsauth.authorization import service
from django_claimsauth.tokens.handler import JWTBearerHandler
from tests.tokens import minted
from tests.tokens.foreign import bearing

TENANT = "aaaabbbb-0000-cccc-1111-dddd2222eeee"
CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
LOGIN = "https://login.microsoftonline.com"


def key(name, alg="RS256"):
    return minted.signing_key(alg, kid=f"{name}-key", name=name)


def jwk(name, alg="RS256", **members):
    return {**key(name, alg).public_jwk(), **members}


def entra_jwk(name, **members):
    """Keys of Entra ID name no algorithm, and say whose they are."""
    plain = {member: value for member, value in jwk(name).items() if member != "alg"}
    return {**plain, "x5t": f"{name}-key", "x5c": ["MIIC"], **members}


def entra(version, place):
    """The metadata of a tenant, or of `organizations`, and its keys."""
    suffix = "/v2.0" if version == 2 else ""
    tenant = "{tenantid}" if place == "organizations" else place
    issuer = {
        1: f"https://sts.windows.net/{tenant}/",
        2: f"{LOGIN}/{tenant}/v2.0",
    }[version]
    keys = f"{LOGIN}/{place}/discovery{suffix}/keys"
    metadata = {
        "token_endpoint": f"{LOGIN}/{place}/oauth2{suffix}/token",
        "jwks_uri": keys,
        "response_types_supported": ["code", "id_token", "code id_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer,
        "tenant_region_scope": None,
    }
    own = {"issuer": f"{LOGIN}/{{tenantid}}/v2.0"} if version == 2 else {}
    jwks = [entra_jwk("entra", **own)]
    if version == 2:
        consumers = f"{LOGIN}/{CONSUMERS}/v2.0"
        jwks.append(entra_jwk("consumers", issuer=consumers))
    return {
        f"{LOGIN}/{place}{suffix}/.well-known/openid-configuration": metadata,
        keys: {"keys": jwks},
    }


def published(issuer, keys, name, alg="RS256", **metadata):
    """An issuer's metadata below itself, and its keys at an address of its own."""
    address = f"{issuer.removesuffix('/')}/.well-known/openid-configuration"
    other = {"use": "enc", "kid": f"{name}-encryption", "alg": "RSA-OAEP"}
    encryption = {**jwk(name, alg), **other}
    return {
        address: {"issuer": issuer, "jwks_uri": keys, **metadata},
        keys: {"keys": [encryption, jwk(name, alg, x5c=["MIIC"], x5t="abc")]},
    }


def fetching(documents):
    """A transport that has these documents and no others."""

    def fetch(url, seconds):
        return json.dumps(documents[url]).encode()

    return fetch


def scheme_of(options, documents, **changes):
    """A scheme of a preset, whose provider has these documents."""
    discovery = {"fetch": fetching(documents), "cache": None}
    given = {**options, "discovery": discovery, **changes}
    return JWTBearerHandler("provider", **given)


def signed(name, claims, typ="JWT", alg="RS256", **header):
    """A token of a provider, good as of now."""
    now = int(time.time())
    merged = {"iat": now, "nbf": now, "exp": now + 3600, **claims}
    present = {k: value for k, value in merged.items() if value is not minted.ABSENT}
    return key(name, alg).sign({"typ": typ, **header}, present)


def asked(scheme, token):
    """The principal of a token, or the code for which it is refused."""
    result = scheme.authenticate(bearing(token))
    return result.principal or result.code


def allows(principal, requirement):
    return bool(service.authorize(principal, requirement))
