"""Requests without a socket: WSGI in, WSGI out, no middleware, one URL each."""

import io
import sys

from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings

ENVIRON = {
    "REQUEST_METHOD": "GET",
    "SCRIPT_NAME": "",
    "QUERY_STRING": "",
    "SERVER_NAME": "testserver",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "HTTP_HOST": "testserver",
    "HTTP_ACCEPT": "application/json",
    "REMOTE_ADDR": "127.0.0.1",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
}


def application(middleware=()):
    """Return Django as a WSGI application, with this middleware."""
    with override_settings(MIDDLEWARE=list(middleware)):
        return WSGIHandler()


def request(app, name, *headers, expected="200", **more):
    """
    Return a call that asks for `/name` and reads the answer.

    Args:
        headers: one set of headers a request, in turn.
    """
    turns = [{**ENVIRON, "PATH_INFO": f"/{name}", **each, **more} for each in headers]
    turns = turns or [{**ENVIRON, "PATH_INFO": f"/{name}", **more}]
    place = 0

    def call():
        nonlocal place
        place = (place + 1) % len(turns)
        environ = {**turns[place], "wsgi.input": io.BytesIO()}
        answered = []
        response = app(environ, lambda status, _: answered.append(status))
        body = b"".join(response)
        response.close()
        if not answered[0].startswith(expected):
            raise AssertionError(f"/{name} answered {answered[0]}: {body[:300]!r}")

    return call
