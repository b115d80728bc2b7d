"""
An issuer's two documents: its metadata, which names its keys, and the keys.

OpenID Connect Discovery 1.0 section 4.3, RFC 8414 section 3.3: metadata that names
another issuer is not this issuer's, however it was reached.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from django_claimsauth.authentication.encoding import decode_json
from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens.fetch import AnswerError, Fetcher, FetchError
from django_claimsauth.tokens.issuers import TENANT

WELL_KNOWN = "/.well-known/openid-configuration"
Fetch = Callable[[str, float], bytes]


class IssuerDocuments:
    """
    Where an authority's documents are, and what they have to say.

    Args:
        authority: the issuer's URL, the same byte for byte as in its metadata.

        issuer: the metadata's issuer where it is not the authority (a template
            of tenants).

        metadata_address: where the metadata is, when it is not below the authority.

        allow_loopback_http: takes plain HTTP from this machine; for development.

        trusted_hosts: hosts, beside the authority's, that may have addresses
            inside the network.

        fetch: another transport, `fetch(url, seconds) -> octets`, for instance
            through a proxy; it must neither follow redirects nor read without end.

    Raises:
        SettingsError: an address that would never be fetched.
    """

    def __init__(
        self,
        authority: str,
        *,
        issuer: str | None = None,
        metadata_address: str | None = None,
        allow_loopback_http: bool = False,
        trusted_hosts: Iterable[str] = (),
        fetch: Fetch | None = None,
    ) -> None:
        self._checked = Fetcher(allow_loopback_http=allow_loopback_http).checked_url
        own = self._host_of(authority)
        self.metadata_address = (
            metadata_address or f"{authority.removesuffix('/')}{WELL_KNOWN}"
        )
        self._issuer = authority if issuer is None else issuer
        self._fetch = fetch or Fetcher(
            trusted_hosts={own, self._host_of(self.metadata_address), *trusted_hosts},
            allow_loopback_http=allow_loopback_http,
        )

    def fetch(
        self, seconds: float, jwks_uri: str | None = None
    ) -> tuple[str, dict[str, Any]]:
        """
        Return where the keys are, and the JWK set.

        Args:
            seconds: how long both documents may take together.

            jwks_uri: where the keys are, where that is known; else the metadata
                is asked.

        Raises:
            FetchError: not reached, or not what it has to be.
        """
        deadline = time.monotonic() + seconds
        if jwks_uri is None:
            metadata = self.metadata(seconds)
            jwks_uri = self.checked_url(metadata.get("jwks_uri"))
        jwks = self._json(jwks_uri, deadline)
        return jwks_uri, _own_keys(jwks, self._issuer)

    def metadata(self, seconds: float) -> dict[str, Any]:
        """
        Return the metadata of the issuer that is expected.

        Raises:
            FetchError: not reached, no JSON object, or another issuer's.
        """
        metadata = self._json(self.metadata_address, time.monotonic() + seconds)
        issuer = metadata.get("issuer")
        if issuer != self._issuer:
            raise FetchError(
                f"{self.metadata_address} is of the issuer {issuer!a:.200}; "
                f"{self._issuer!a} is expected."
            )
        return metadata

    def checked_url(self, url: object) -> str:
        """
        Return an address that a document of the issuer names.

        Raises:
            FetchError: one that would never be fetched.
        """
        return self._checked(url).geturl()

    def _json(self, url: str, deadline: float) -> dict[str, Any]:
        try:
            octets = self._fetch(url, max(0.0, deadline - time.monotonic()))
        except FetchError:
            raise
        except Exception as error:
            # Whatever another transport raises: no keys, and no 500.
            raise FetchError(f"{url} cannot be fetched: {error!a:.200}") from error
        return json_object(octets, url)

    def _host_of(self, address: str) -> str:
        try:
            return str(self._checked(address).hostname)
        except FetchError as error:
            raise SettingsError(f"An authority is not usable: {error}") from None


def json_object(octets: bytes, url: str) -> dict[str, Any]:
    """
    Return the JSON object that a server answered.

    Raises:
        AnswerError: something else.
    """
    try:
        document = decode_json(octets)
    except ValueError as error:
        raise AnswerError(f"{url} is no JSON: {error!s:.200}.") from None
    if not isinstance(document, dict):
        raise AnswerError(f"{url} is no JSON object.")
    return document


def _own_keys(jwks: dict[str, Any], issuer: str) -> dict[str, Any]:
    # Entra ID says of each key whose it is, and publishes those of its customers'
    # tenants beside that of consumers: one of them signs for no other.
    keys = jwks.get("keys")
    if not isinstance(keys, list):
        return jwks
    return {**jwks, "keys": [jwk for jwk in keys if _is_own(jwk, issuer)]}


def _is_own(jwk: object, issuer: str) -> bool:
    stated = jwk.get("issuer", issuer) if isinstance(jwk, dict) else issuer
    if not isinstance(stated, str) or stated.count(TENANT) != 1:
        return stated == issuer
    before, after = stated.split(TENANT)
    tenant = issuer[len(before) : len(issuer) - len(after)]
    return issuer == f"{before}{tenant}{after}" and "/" not in tenant
