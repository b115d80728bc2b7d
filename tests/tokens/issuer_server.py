"""An issuer on this machine, honest or hostile, that counts what it is asked."""

import json
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

METADATA = "/.well-known/openid-configuration"
JWKS = "/jwks"


class IssuerServer(ThreadingHTTPServer):
    """
    Answers what `answers` says for a path: a dict as JSON, or a function of the
    request handler, which then may do anything.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, keys):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked = []
        self.answers = {
            METADATA: {"issuer": self.url, "jwks_uri": self.url + JWKS},
            JWKS: {"keys": keys},
        }

    def publish(self, *keys):
        self.answers[JWKS] = {"keys": list(keys)}

    def count(self, path):
        return self.asked.count(path)

    def handle_error(self, request, client_address):
        """A client that hangs up is what these tests are about."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        answer = self.server.answers.get(self.path)
        if callable(answer):
            answer(self)
        elif answer is None:
            self.send_error(404)
        else:
            self.respond(json.dumps(answer).encode())

    def respond(self, body, status=200, kind="application/json", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Tests say what they see."""


@contextmanager
def serving(*keys, context=None):
    server = IssuerServer(list(keys))
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.url = server.url.replace("http://127.0.0.1", "https://localhost")
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}
    )
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def drip(body, seconds):
    """Send a body one octet at a time, for so long at the most."""

    def answer(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        end = time.monotonic() + seconds
        with suppress(OSError):
            for octet in body:
                handler.wfile.write(bytes([octet]))
                handler.wfile.flush()
                time.sleep(0.02)
                if time.monotonic() > end:
                    return

    return answer


def silent(seconds):
    """Say nothing for so long."""

    def answer(handler):
        time.sleep(seconds)

    return answer


def server_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
