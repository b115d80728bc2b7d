"""Requests over HTTP, with the standard library alone."""

import json
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

SECONDS = 30


class NoRedirects(HTTPRedirectHandler):
    """Leaves a redirect to whoever asked: it is an answer as well."""

    def redirect_request(self, *args, **kwargs):
        return None


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @cached_property
    def json(self):
        """The body, or None where it is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def challenge(self):
        return self.headers["WWW-Authenticate"]


class Client:
    """Asks one server, directly: a proxy of the environment is for others."""

    def __init__(self, address):
        self.address = address.rstrip("/")
        self._opener = build_opener(ProxyHandler({}), NoRedirects)

    def ask(self, method, path, data=None, headers=None):
        """
        Return the answer, whatever its status.

        Raises:
            OSError, HTTPException: there was none.
        """
        headers = {"Accept": "application/json", **(headers or {})}
        if data is not None and not isinstance(data, bytes):
            headers["Content-Type"] = "application/json"
            data = json.dumps(data).encode()
        request = Request(self.address + path, data, headers, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=SECONDS) as response:
                return Answer(response.status, response.headers, response.read())
        except HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())


NO_ANSWER = (OSError, HTTPException)
