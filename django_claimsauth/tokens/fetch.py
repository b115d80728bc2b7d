"""
Fetching JSON from an issuer: HTTPS, bounded in time and size, and no redirects.

What a document of the issuer names is fetched from public addresses alone; only
what the operator named may stand inside the network.
"""

from __future__ import annotations

import http.client
import io
import ipaddress
import math
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from django_claimsauth.errors import ClaimsAuthError

MAX_OCTETS = 512 * 1024
CONNECT_SECONDS = 3.0
PORTS = {"https": 443, "http": 80}
FORM_TYPE = "application/x-www-form-urlencoded"
JSON_TYPES = ("application/json", "application/jwk-set+json")


class FetchError(ClaimsAuthError):
    """A document could not be fetched, or is not what was asked for."""

    code = "fetch_failed"


class AnswerError(FetchError):
    """
    The server answered, and not with what was asked for.

    Args:
        status: the status, where it was not 200.
    """

    code = "bad_answer"

    def __init__(self, message: str, status: int = http.HTTPStatus.OK) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, repr=False)
class Form:
    """A form to be posted, and headers beside it; it holds secrets and shows none."""

    members: Mapping[str, str]
    headers: Mapping[str, str]


class Fetcher:
    """
    Fetches a document, `fetcher(url, seconds)`, or posts a form for it.

    Args:
        trusted_hosts: hosts that may have addresses inside the network.

        allow_loopback_http: takes plain HTTP from this machine; for development.

        max_octets: the largest body.

        context: the TLS settings; the system's authorities when None.
    """

    def __init__(
        self,
        *,
        trusted_hosts: Iterable[str] = (),
        allow_loopback_http: bool = False,
        max_octets: int = MAX_OCTETS,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._trusted_hosts = frozenset(trusted_hosts)
        self._allow_loopback_http = allow_loopback_http
        self._max_octets = max_octets
        self._context = context

    def __call__(self, url: str, seconds: float) -> bytes:
        """
        Return the body of a JSON document.

        Args:
            seconds: how long all of it may take, whatever the server does; only
                the resolver's own time-out stands beside it.

        Raises:
            FetchError: any reason, in a sentence for the log.
        """
        return self._asked(url, seconds, None)

    def post(self, url: str, form: Form, seconds: float) -> bytes:
        """
        Return the body of the JSON document that answers a form.

        Raises:
            FetchError: any reason, in a sentence for the log; an AnswerError where
                the server could be reached.
        """
        return self._asked(url, seconds, form)

    def _asked(self, url: str, seconds: float, form: Form | None) -> bytes:
        parts = self.checked_url(url)
        deadline = time.monotonic() + seconds
        try:
            with closing(self._connected(parts, deadline)) as connected:
                return self._body(connected, parts, deadline, form)
        except FetchError:
            raise
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise FetchError(f"{url} cannot be fetched: {error!r:.200}") from error

    def checked_url(self, url: object) -> SplitResult:
        """
        Return a URL taken apart.

        Raises:
            FetchError: not HTTPS (or HTTP from this machine, where that is
                allowed), no host, or a user, a query or a fragment in it.
        """
        try:
            parts = urlsplit(url if isinstance(url, str) else "")
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise FetchError(f"{url!a:.200} is no URL: {error}.") from None
        if not host or not parts.geturl().isascii() or not parts.geturl().isprintable():
            raise FetchError(f"{url!a:.200} is no URL with a host.")
        if (
            parts.username is not None
            or parts.query
            or parts.fragment
            or " " in str(url)
        ):
            raise FetchError(f"{url!a:.200} has a user, a query or a fragment.")
        plain = parts.scheme == "http" and self._allow_loopback_http
        if parts.scheme != "https" and not (plain and _is_loopback(host)):
            raise FetchError(f"{url!a:.200} is not HTTPS.")
        return parts

    def _connected(self, parts: SplitResult, deadline: float) -> socket.socket:
        host = str(parts.hostname)
        port = parts.port or PORTS[parts.scheme]
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        error: OSError | None = None
        for family, kind, protocol, _, address in found:
            # The address that was judged is the one that is connected to: a name
            # that answers otherwise the second time gains nothing.
            self._check_address(parts, str(address[0]))
            plain = socket.socket(family, kind, protocol)
            try:
                plain.settimeout(min(CONNECT_SECONDS, _left(deadline)))
                plain.connect(address)
                return self._secured(plain, parts, deadline)
            except OSError as failed:
                plain.close()
                error = failed
        raise error or OSError("the name has no address")

    def _check_address(self, parts: SplitResult, address: str) -> None:
        ip = ipaddress.ip_address(address.partition("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        if parts.scheme == "http" and not ip.is_loopback:
            raise FetchError(f"{parts.hostname} is not on this machine, but {ip}.")
        if parts.hostname not in self._trusted_hosts and not ip.is_global:
            raise FetchError(
                f"{parts.hostname} has the address {ip}, which is not public; only a "
                "host that the settings name may have it."
            )

    def _secured(
        self, plain: socket.socket, parts: SplitResult, deadline: float
    ) -> socket.socket:
        if parts.scheme == "http":
            return plain
        context = self._context or ssl.create_default_context()
        plain.settimeout(_left(deadline))
        return context.wrap_socket(plain, server_hostname=parts.hostname)

    def _body(
        self,
        connected: socket.socket,
        parts: SplitResult,
        deadline: float,
        form: Form | None,
    ) -> bytes:
        connection = http.client.HTTPConnection(parts.netloc)
        connection.sock = connected
        headers = {
            "Accept": ", ".join(JSON_TYPES),
            "User-Agent": "django-claimsauth",
            "Connection": "close",
        }
        method, sent = "GET", None
        if form is not None:
            method, sent = "POST", urlencode(form.members).encode("ascii")
            headers |= {"Content-Type": FORM_TYPE, **form.headers}
        connected.settimeout(_left(deadline))
        connection.request(method, parts.path or "/", sent, headers)
        response = http.client.HTTPResponse(
            _Bounded(connected, deadline),  # type: ignore[arg-type] # only makefile() is called
            method=method,
        )
        response.begin()
        _check_response(response, parts)
        body = response.read(self._max_octets + 1)
        if len(body) > self._max_octets:
            raise AnswerError(f"{parts.geturl()} has over {self._max_octets} octets.")
        return body


class _Bounded(io.RawIOBase):
    """A socket that is read until a deadline, however slowly the server drips."""

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._connected = connected
        self._deadline = deadline

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connected.settimeout(_left(self._deadline))
        return self._connected.recv_into(buffer)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0 or math.isnan(left):
        raise TimeoutError("the time is up")
    return left


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_response(response: http.client.HTTPResponse, parts: SplitResult) -> None:
    url = parts.geturl()
    if response.status != http.HTTPStatus.OK:
        # A redirect as well: it would choose where our keys come from.
        message = f"{url} answered {response.status}, not 200."
        raise AnswerError(message, response.status)
    kind = response.headers.get_content_type()
    if kind not in JSON_TYPES:
        raise AnswerError(f"{url} is {kind!a:.80}, not JSON.")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise AnswerError(f"{url} is compressed, which was not asked for.")
