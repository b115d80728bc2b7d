"""
The challenge of a bearer scheme (RFC 6750 section 3, RFC 9728 section 5.1).

All of it comes from the settings, checked when the scheme is made; nothing of a
token can stand in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django_claimsauth.authentication.handlers import quoted
from django_claimsauth.errors import SettingsError

KEYWORD = "Bearer"
# RFC 6750 section 3: neither blanks nor what would end or escape the quotes.
SCOPE = re.compile(r"[!#-\[\]-~]+")
URI = re.compile(r"[!#-\[\]-~]+")
WELL_KNOWN = "/.well-known/oauth-protected-resource"


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a bearer scheme says on a 401, beside the error."""

    realm: str
    scope: str
    error_uri: str | None
    resource_metadata: str | None

    @classmethod
    def of(
        cls,
        realm: str,
        scope: str | Sequence[str],
        error_uri: str | None,
        resource_metadata: str | Mapping[str, Any] | None,
    ) -> Challenge:
        """
        Return the challenge that the options of a scheme describe.

        Raises:
            SettingsError: a scope or an address that no header may hold.
        """
        return cls(
            realm,
            " ".join(checked_scopes(scope)),
            None if error_uri is None else checked_url(error_uri, "error_uri"),
            metadata_url(resource_metadata),
        )

    def text(self, error: str | None = None, description: str | None = None) -> str:
        """
        Return the value of `WWW-Authenticate`.

        Args:
            error: the error's code; without one there was no credential.

            description: its fixed sentence.
        """
        parameters = [
            ("realm", self.realm),
            ("error", error),
            ("error_description", description),
            ("error_uri", self.error_uri if error else None),
            ("scope", self.scope or None),
            ("resource_metadata", self.resource_metadata),
        ]
        return self._text(parameters)

    def insufficient_scope(self, scopes: Sequence[str]) -> str:
        """Return the value of `WWW-Authenticate` on a 403 for want of a scope."""
        parameters = [
            ("realm", self.realm),
            ("error", "insufficient_scope"),
            ("scope", " ".join(scopes)),
            ("error_uri", self.error_uri),
            ("resource_metadata", self.resource_metadata),
        ]
        return self._text(parameters)

    def _text(self, parameters: Sequence[tuple[str, str | None]]) -> str:
        shown = (
            f'{name}="{quoted(value)}"'
            for name, value in parameters
            if value is not None
        )
        return f"{KEYWORD} {', '.join(shown)}"


def checked_scopes(given: str | Sequence[str]) -> tuple[str, ...]:
    """
    Return the scopes of a list, or of a text with blanks between them.

    Raises:
        SettingsError: something else, or what is no scope (RFC 6749 section 3.3).
    """
    scopes = given.split(" ") if isinstance(given, str) else given
    if not isinstance(scopes, list | tuple):
        raise SettingsError(f"scope is {given!r}; a list of scopes is expected.")
    for each in scopes:
        if not isinstance(each, str) or SCOPE.fullmatch(each) is None:
            raise SettingsError(f"scope has {each!r}; a scope is expected.")
    return tuple(scopes)


def checked_url(given: object, name: str) -> str:
    """
    Return an absolute URL.

    Raises:
        SettingsError: something else.
    """
    text = given if isinstance(given, str) else ""
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("https", "http") and bool(parts.hostname)
    except ValueError:
        fits = False
    if not fits or URI.fullmatch(text) is None:
        raise SettingsError(f"{name} is {given!r}; an absolute URL is expected.")
    return text


def metadata_url(given: str | Mapping[str, Any] | None) -> str | None:
    """
    Return where the metadata of a protected resource is (RFC 9728 section 3.1).

    Args:
        given: the URL itself, or the metadata's members, whose `resource` tells it.

    Raises:
        SettingsError: no URL; members without a `resource`, or with one that has a
            query or a fragment.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping):
        return checked_url(given, "resource_metadata")
    resource = checked_url(given.get("resource"), "resource_metadata['resource']")
    parts = urlsplit(resource)
    if parts.query or parts.fragment:
        raise SettingsError(
            f"resource_metadata['resource'] is {resource!r}; a URL without a query "
            "and a fragment is expected."
        )
    # A slash that ends the host alone is no path (RFC 9728 section 3.1).
    path = "" if parts.path == "/" else parts.path
    return f"{parts.scheme}://{parts.netloc}{WELL_KNOWN}{path}"
