"""An issuer that is away, slow, wrong or hostile: closed, quick, a 503 and no 500."""

import json
import logging
import socket
import time
from datetime import timedelta

import pytest
from django.test import Client

from django_claimsauth.tokens.connections import IntrospectionEndpoint
from django_claimsauth.tokens.fetch import FetchError, Form
from tests.tokens.foreign import bearing
from tests.tokens.introspection_server import ENDPOINT, GOOD, SCHEME, Asked, code_of
from tests.tokens.issuer_server import METADATA, drip, serving, silent

BODY = json.dumps(GOOD).encode()
UNAVAILABLE = "temporarily_unavailable"
FORM = Form({"token": "t"}, {})


@pytest.fixture(name="issuer")
def _issuer():
    with serving() as server:
        yield Asked(server)


@pytest.fixture(name="nowhere")
def _nowhere():
    """An address on this machine where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{unused.getsockname()[1]}"


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda h: h.send_error(500), id="500"),
        pytest.param(lambda h: h.send_error(401), id="401"),
        pytest.param(lambda h: h.send_error(404), id="404"),
        pytest.param(lambda h: h.send_error(429), id="429"),
        pytest.param(lambda h: h.respond(BODY, 302, Location="/x"), id="redirect"),
        pytest.param(lambda h: h.respond(BODY, 201), id="201"),
        pytest.param(lambda h: h.respond(BODY, kind="text/html"), id="html"),
        pytest.param(
            lambda h: h.respond(BODY, kind="application/token-introspection+jwt"),
            id="a JWT that was not asked for",
        ),
        pytest.param(lambda h: h.respond(b""), id="empty"),
        pytest.param(lambda h: h.respond(BODY[:-1]), id="cut"),
        pytest.param(lambda h: h.respond(b"[true]"), id="a list"),
        pytest.param(lambda h: h.respond(b"true"), id="true"),
        pytest.param(lambda h: h.respond(b"\xff"), id="no UTF-8"),
        pytest.param(lambda h: h.respond(b"[" * 100_000), id="deep"),
        pytest.param(
            lambda h: h.respond(b'{"active":true,"active":false}'), id="a member twice"
        ),
        pytest.param(lambda h: h.respond(BODY, Content_Encoding="gzip"), id="gzip"),
        pytest.param(
            lambda h: h.respond(BODY[:-1] + b',"x":"' + b"a" * 2**20 + b'"}'), id="huge"
        ),
        pytest.param(
            lambda h: h.wfile.write(b"HTTP/9.9 nonsense\r\n\r\n"), id="garbage"
        ),
        pytest.param(lambda h: h.connection.close(), id="hangs up"),
    ],
)
def test_what_is_no_answer_lets_nobody_in(issuer, answer):
    issuer.answers("t", answer)

    assert UNAVAILABLE == code_of(issuer.scheme())


@pytest.mark.parametrize("answer", [silent(2), drip(BODY * 100, 3)])
def test_a_slow_issuer_is_waited_for_no_longer_than_the_time_out(issuer, answer):
    issuer.answers("t", answer)
    scheme = issuer.scheme(timeout=timedelta(seconds=0.3))
    start = time.monotonic()

    assert UNAVAILABLE == code_of(scheme)
    assert UNAVAILABLE == code_of(scheme)
    # Sooner than the answer would be there.
    assert time.monotonic() - start < 2


def test_an_issuer_that_is_away_is_not_asked_again_at_once(nowhere):
    clock = Clock()
    endpoint = IntrospectionEndpoint(
        nowhere, endpoint=nowhere + ENDPOINT, allow_loopback_http=True, clock=clock
    )

    for seconds, left in ((0, 5), (1, 4), (3.5, 2)):
        clock.now = 1000.0 + seconds
        with pytest.raises(Exception, match=UNAVAILABLE) as caught:
            endpoint.ask(FORM, 1)
        assert left == caught.value.retry_after


def test_once_it_is_back_it_is_asked(issuer):
    issuer.knows("t")
    clock = Clock()
    away = []

    def post(url, form, seconds):
        if away:
            raise FetchError(away.pop())
        return BODY

    scheme = issuer.scheme(connection={"post": post, "clock": clock})
    away.append("no route")
    assert UNAVAILABLE == code_of(scheme)
    assert UNAVAILABLE == code_of(scheme)

    clock.now += 5

    assert code_of(scheme) is None


def test_one_token_at_which_it_fails_keeps_no_other_waiting(issuer):
    issuer.answers("bad", lambda handler: handler.send_error(500))
    issuer.knows("good")
    scheme = issuer.scheme()

    assert UNAVAILABLE == code_of(scheme, "bad")
    assert code_of(scheme, "good") is None


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_issuer_that_has_too_much_to_do_is_left_alone(issuer, status):
    issuer.answers("bad", lambda handler: handler.send_error(status))
    issuer.knows("good")
    scheme = issuer.scheme()

    assert UNAVAILABLE == code_of(scheme, "bad")
    assert UNAVAILABLE == code_of(scheme, "good")
    assert 1 == len(issuer.forms)


def test_what_is_remembered_outlives_an_outage(issuer):
    issuer.knows("t")
    scheme = issuer.scheme()
    assert code_of(scheme) is None

    issuer.answers("t", lambda handler: handler.send_error(503))

    assert code_of(scheme) is None


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"issuer": "https://other.example"},
        {"introspection_endpoint": None},
        {"introspection_endpoint": "http://192.0.2.1/introspect"},
        {"introspection_endpoint": "file:///etc/passwd"},
        {"introspection_endpoint": "https://169.254.169.254/latest"},
        {"introspection_endpoint": "https://10.0.0.1/introspect"},
        {"introspection_endpoint": "http://localhost.example/"},
    ],
)
def test_metadata_leads_neither_elsewhere_nor_inside(issuer, metadata):
    """What it names has a public address, or a host that the settings name."""
    given = {"issuer": issuer.url, **metadata} if metadata else {}
    issuer.server.answers[METADATA] = given
    issuer.knows("t")

    assert UNAVAILABLE == code_of(issuer.scheme())
    assert [] == issuer.forms


def test_where_the_metadata_is_away_the_endpoint_stays_where_it_was(issuer, caplog):
    issuer.knows("t")
    clock = Clock()
    scheme = issuer.scheme(connection={"clock": clock}, cache_size=0)
    assert code_of(scheme) is None

    issuer.server.answers[METADATA] = lambda handler: handler.send_error(500)
    clock.now += 13 * 3600

    assert code_of(scheme) is None
    assert "stays where it was" in caplog.text
    assert 2 == issuer.server.count(METADATA)


def test_another_transport_that_fails_is_an_outage(issuer):
    def post(url, form, seconds):
        raise RuntimeError("the proxy is away")

    assert UNAVAILABLE == code_of(issuer.scheme(connection={"post": post}))


def test_a_secret_that_cannot_be_read_is_an_outage(issuer, caplog):
    secrets = ["s3cret"]
    scheme = issuer.scheme(client_secret=secrets.pop)

    assert UNAVAILABLE == code_of(scheme)
    assert "has no credential" in caplog.text


def test_the_client_is_told_to_come_again(issuer, settings):
    issuer.answers("t", lambda handler: handler.send_error(503))
    entry = {"BACKEND": SCHEME, "OPTIONS": issuer.options(connection={"pause": 7})}
    settings.CLAIMSAUTH = {"SCHEMES": {"opaque": entry}}
    settings.ROOT_URLCONF = "tests.tokens.urls_protected_resource"

    answer = Client().get("/v1/whoami/", headers={"authorization": "Bearer t"})

    assert 503 == answer.status_code
    assert "temporarily_unavailable" == answer.json()["code"]
    assert "7" == answer["Retry-After"]
    assert "WWW-Authenticate" not in answer


def test_no_secret_and_no_token_is_logged(issuer, caplog):
    caplog.set_level(logging.DEBUG)
    issuer.answers("canary-token", lambda handler: handler.send_error(401))
    scheme = issuer.scheme(client_secret="canary-secret")

    scheme.authenticate(bearing("canary-token"))

    assert "canary" not in caplog.text
    assert "canary" not in repr(vars(scheme))
