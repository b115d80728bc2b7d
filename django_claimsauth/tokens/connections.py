"""The connection to an issuer's introspection endpoint: found, asked, given up on."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable
from typing import Any

from django_claimsauth.authorization.refusals import RETRY_AFTER
from django_claimsauth.errors import InvalidTokenError, SettingsError
from django_claimsauth.tokens.fetch import Fetcher, FetchError, Form
from django_claimsauth.tokens.metadata import Fetch, IssuerDocuments, json_object
from django_claimsauth.tokens.standing import UNAVAILABLE

logger = logging.getLogger(__name__)

Post = Callable[[str, Form, float], bytes]
#: How long what the metadata said is believed, in seconds.
METADATA_SECONDS = 12 * 3600.0
#: What a server says of itself, and not of the token.
OVERLOADED = frozenset({429, 502, 503, 504})


class EndpointUnavailableError(InvalidTokenError):
    """
    The endpoint cannot be asked now: 503, for the token may well be good.

    Args:
        retry_after: in how many seconds it is worth to try again.
    """

    def __init__(self, detail: str, retry_after: int = RETRY_AFTER) -> None:
        super().__init__(UNAVAILABLE, detail)
        self.retry_after = retry_after


class IntrospectionEndpoint:
    """
    An issuer's introspection endpoint.

    Args:
        issuer: who issues the tokens, and whom the metadata has to name.

        endpoint: where it is; None finds it in the issuer's metadata.

        metadata_address: where that is, when it is not below the issuer.

        allow_loopback_http: takes plain HTTP from this machine; for development.

        trusted_hosts: hosts, beside those that are named here, that may have
            addresses inside the network.

        fetch, post: another transport, for instance through a proxy:
            `fetch(url, seconds)` and `post(url, form, seconds)`, each returns octets;
            neither may follow redirects or read without end.

        pause: for how many seconds nobody is asked after one who was not reached.

        clock: seconds since any moment.

    Raises:
        SettingsError: an address that would never be asked.
    """

    def __init__(
        self,
        issuer: str,
        *,
        endpoint: str | None = None,
        metadata_address: str | None = None,
        allow_loopback_http: bool = False,
        trusted_hosts: Iterable[str] = (),
        fetch: Fetch | None = None,
        post: Post | None = None,
        pause: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        named = [issuer, *([endpoint] if endpoint else [])]
        checked = Fetcher(allow_loopback_http=allow_loopback_http).checked_url
        try:
            hosts = {str(checked(each).hostname) for each in named} | {*trusted_hosts}
        except FetchError as error:
            raise SettingsError(f"An issuer is not usable: {error}") from None
        self._documents = IssuerDocuments(
            issuer,
            metadata_address=metadata_address,
            allow_loopback_http=allow_loopback_http,
            trusted_hosts=hosts,
            fetch=fetch,
        )
        transport = Fetcher(
            trusted_hosts=hosts, allow_loopback_http=allow_loopback_http
        )
        self._post = post or transport.post
        self._pause = pause
        self._clock = clock
        self._found: tuple[str, float] | None = None
        self._failed_at = -math.inf

    def ask(self, form: Form, seconds: float) -> dict[str, Any]:
        """
        Return the answer to a form, a JSON object.

        Args:
            seconds: how long the metadata and the answer may take together.

        Raises:
            EndpointUnavailableError: not reached, or no such answer. For the pause
                after one that was not reached nobody is asked.
        """
        waited = self._clock() - self._failed_at
        if waited < self._pause:
            left = math.ceil(self._pause - waited)
            raise EndpointUnavailableError("it was not reached a moment ago", left)
        deadline = time.monotonic() + seconds
        try:
            url = self._endpoint or self._discovered(seconds)
            left_over = max(0.0, deadline - time.monotonic())
            return json_object(self._posted(url, form, left_over), url)
        except FetchError as error:
            logger.error("A token cannot be introspected: %s", error)  # noqa: TRY400
            status = getattr(error, "status", None)
            if status is not None and status not in OVERLOADED:
                # It is there: one token at which it fails keeps no other waiting.
                raise EndpointUnavailableError(str(error)) from None
            self._failed_at = self._clock()
            left = math.ceil(self._pause)
            raise EndpointUnavailableError(str(error), left) from None

    def _posted(self, url: str, form: Form, seconds: float) -> bytes:
        try:
            return self._post(url, form, seconds)
        except FetchError:
            raise
        except Exception as error:
            # Whatever another transport raises: no answer, and no 500.
            raise FetchError(f"{url} cannot be asked: {error!a:.200}") from error

    def _discovered(self, seconds: float) -> str:
        now = self._clock()
        if self._found is not None and now - self._found[1] < METADATA_SECONDS:
            return self._found[0]
        try:
            metadata = self._documents.metadata(seconds)
            url = self._documents.checked_url(metadata.get("introspection_endpoint"))
        except FetchError as error:
            if self._found is None:
                raise
            logger.warning("The endpoint stays where it was: %s", error)
            url = self._found[0]
        self._found = (url, now)
        return url
