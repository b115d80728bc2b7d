"""
How we authenticate as a client of an issuer: Basic, a form, or a signed assertion.

RFC 6749 section 2.3.1, RFC 7523 section 2.2, by the names that the registry of token
endpoint authentication methods has. A secret may be read anew at each use.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote_plus

from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens.fetch import Form
from django_claimsauth.tokens.key_entries import held_by
from django_claimsauth.tokens.signing import SigningKey

BASIC = "client_secret_basic"
POST = "client_secret_post"
ASSERTION = "private_key_jwt"
METHODS = (BASIC, POST, ASSERTION)
ENVIRONMENT = "env:"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: How long an assertion is good for, in seconds; it is sent at once.
ASSERTION_SECONDS = 60

Secret = str | Callable[[], str]


class ClientAuthentication(Protocol):
    """Makes a form say who asks."""

    def form(self, members: Mapping[str, str], audience: str, now: datetime) -> Form:
        """
        Return the form with our credentials.

        Args:
            audience: whom an assertion is for: the issuer.
        """


@dataclass(frozen=True, slots=True, repr=False)
class BasicAuthentication:
    """The secret in `Authorization: Basic`."""

    client_id: str
    secret: Secret

    def form(self, members: Mapping[str, str], audience: str, now: datetime) -> Form:
        """Return the form and the header."""
        # Each encoded as in a form first, so that a colon parts the two.
        pair = f"{quote_plus(self.client_id)}:{quote_plus(_text(self.secret))}"
        encoded = base64.b64encode(pair.encode()).decode()
        return Form(members, {"Authorization": f"Basic {encoded}"})


@dataclass(frozen=True, slots=True, repr=False)
class PostAuthentication:
    """The secret in the form."""

    client_id: str
    secret: Secret

    def form(self, members: Mapping[str, str], audience: str, now: datetime) -> Form:
        """Return the form with the secret in it."""
        secret = _text(self.secret)
        own = {"client_id": self.client_id, "client_secret": secret}
        return Form({**members, **own}, {})


@dataclass(frozen=True, slots=True, repr=False)
class KeyAuthentication:
    """An assertion signed by our key; no secret is shared with the issuer."""

    client_id: str
    key: SigningKey

    def form(self, members: Mapping[str, str], audience: str, now: datetime) -> Form:
        """Return the form with a new assertion in it."""
        at = int(now.timestamp())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": audience,
            "jti": secrets.token_urlsafe(16),
            "iat": at,
            "exp": at + ASSERTION_SECONDS,
        }
        own = {
            "client_id": self.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.key.sign({"typ": "JWT"}, claims),
        }
        return Form({**members, **own}, {})


def client_authentication(
    client_id: object, secret: Secret | None, key: Any, method: str | None
) -> ClientAuthentication:
    """
    Return how a client authenticates.

    Args:
        secret: the secret, `env:NAME`, or a function that returns it.

        key: a private key: a path, PEM or JWK, `env:NAME`, a SigningKey, a callable.

        method: one of `METHODS`; None is `client_secret_basic` with a secret and
            `private_key_jwt` with a key.

    Raises:
        SettingsError: neither or both of secret and key, or another method.
    """
    if not isinstance(client_id, str) or not client_id:
        raise SettingsError(f"client_id is {client_id!r}; a name is expected.")
    if (secret is None) == (key is None):
        raise SettingsError("Either client_secret or client_key is expected.")
    chosen = method or (BASIC if key is None else ASSERTION)
    if chosen not in METHODS or (chosen == ASSERTION) != (secret is None):
        raise SettingsError(
            f"client_authentication is {chosen!r}; {BASIC} or {POST} goes with a "
            f"client_secret, {ASSERTION} with a client_key."
        )
    if secret is None:
        return KeyAuthentication(client_id, next(iter(held_by(key, "client_key"))).key)
    _text(secret)
    kind = BasicAuthentication if chosen == BASIC else PostAuthentication
    return kind(client_id, secret)


def _text(secret: Secret) -> str:
    text = secret() if callable(secret) else secret
    if isinstance(text, str) and text.startswith(ENVIRONMENT):
        text = os.environ.get(text.removeprefix(ENVIRONMENT), "")
    if not isinstance(text, str) or not text:
        # Never its value: what is wrong with a secret may be that it is a secret.
        raise SettingsError(
            f"client_secret is a {type(text).__name__}, or empty; a text, env:NAME "
            "or a function that returns one is expected."
        )
    return text
