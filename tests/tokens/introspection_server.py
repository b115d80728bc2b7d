"""An issuer that is asked about tokens, honest or hostile; it counts and remembers."""

from urllib.parse import parse_qsl

from django_claimsauth.tokens.reference import ReferenceTokenHandler
from tests.tokens import issuer_server
from tests.tokens.foreign import bearing
from tests.tokens.issuer_server import METADATA

SCHEME = "django_claimsauth.tokens.reference.ReferenceTokenHandler"
ENDPOINT = "/introspect"
AUDIENCES = ["https://api.test"]
GOOD = {"active": True, "sub": "42", "aud": AUDIENCES, "token_type": "Bearer"}


def code_of(scheme, token="t"):
    """The code for which a token is refused, or None."""
    return scheme.authenticate(bearing(token)).code


class Handler(issuer_server.Handler):
    """Answers a form with what `tokens` says of its token, inactive by default."""

    def do_POST(self):  # noqa: N802  # as http.server calls it
        length = int(self.headers.get("Content-Length", 0))
        form = parse_qsl(self.rfile.read(length).decode("ascii"))
        self.server.forms.append((dict(form), dict(self.headers)))
        self.server.answers[ENDPOINT] = self.server.tokens.get(
            dict(form).get("token"), {"active": False}
        )
        self.do_GET()


class Asked:
    """The issuer's server, as the tests of introspection hold it."""

    def __init__(self, server):
        server.RequestHandlerClass = Handler
        server.forms, server.tokens = [], {}
        server.answers[METADATA] = {
            "issuer": server.url,
            "introspection_endpoint": server.url + ENDPOINT,
        }
        self.server = server
        self.url = server.url

    def knows(self, token, **changes):
        self.server.tokens[token] = {**GOOD, **changes}

    def answers(self, token, answer):
        self.server.tokens[token] = answer

    @property
    def forms(self):
        return [form for form, _ in self.server.forms]

    @property
    def headers(self):
        return [headers for _, headers in self.server.forms]

    def scheme(self, handler=ReferenceTokenHandler, connection=None, **changes):
        return handler("opaque", **self.options(connection, **changes))

    def options(self, connection=None, **changes):
        given = {
            "authority": self.url,
            "connection": {"allow_loopback_http": True, **(connection or {})},
            "client_id": "api",
            "client_secret": "s3cret",
            "audiences": AUDIENCES,
        }
        merged = {**given, **changes}
        return {name: value for name, value in merged.items() if value is not None}
