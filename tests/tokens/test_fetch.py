"""Fetching from a hostile server: bounded in time, size and direction."""

import json
import ssl
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from django_claimsauth.tokens.fetch import MAX_OCTETS, Fetcher, FetchError
from tests.tokens.issuer_server import JWKS, drip, server_context, serving, silent
from tests.tokens.minted import private_key

BODY = json.dumps({"keys": []}).encode()


def fetcher(**changes):
    given = {"allow_loopback_http": True, "trusted_hosts": ["127.0.0.1", "localhost"]}
    return Fetcher(**{**given, **changes})


@pytest.fixture
def server():
    with serving() as started:
        yield started


def test_a_json_document_is_fetched(server):
    assert BODY == fetcher()(server.url + JWKS, 2)


@pytest.mark.parametrize(
    "kind",
    ["application/json; charset=utf-8", "application/jwk-set+json", "Application/JSON"],
)
def test_json_by_any_of_its_names_is_fetched(server, kind):
    server.answers[JWKS] = lambda handler: handler.respond(BODY, kind=kind)

    assert BODY == fetcher()(server.url + JWKS, 2)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda h: h.respond(BODY, kind="text/html"), id="html"),
        pytest.param(lambda h: h.respond(BODY, kind="application/json-seq"), id="seq"),
        pytest.param(lambda h: h.respond(BODY, kind=""), id="no-type"),
        pytest.param(lambda h: h.respond(BODY, Content_Encoding="gzip"), id="gzip"),
        pytest.param(lambda h: h.respond(BODY, 201), id="201"),
        pytest.param(lambda h: h.respond(BODY, 204), id="204"),
        pytest.param(lambda h: h.respond(BODY, 404), id="404"),
        pytest.param(lambda h: h.respond(BODY, 500), id="500"),
        pytest.param(lambda h: h.wfile.write(b"SSH-2.0-x\r\n\r\n"), id="no-http"),
        pytest.param(lambda h: h.wfile.write(b"HTTP/1.1 200\r\n" * 300), id="headers"),
        pytest.param(lambda h: h.wfile.write(b"x" * 100_000), id="long-line"),
        pytest.param(lambda h: None, id="hangs-up"),
    ],
)
def test_another_answer_is_refused(server, answer):
    server.answers[JWKS] = answer

    with pytest.raises(FetchError):
        fetcher()(server.url + JWKS, 2)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(server, status):
    with serving() as other:
        server.answers["/moved"] = lambda handler: handler.respond(
            b"", status, Location=other.url + JWKS
        )

        with pytest.raises(FetchError, match=str(status)):
            fetcher()(server.url + "/moved", 2)

        assert not other.asked


def chunked_without_end(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
    except OSError:
        return


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda h: h.respond(b"x" * (MAX_OCTETS + 1)), id="long"),
        pytest.param(chunked_without_end, id="endless"),
    ],
)
def test_a_huge_body_is_not_read_to_its_end(server, answer):
    server.answers[JWKS] = answer

    with pytest.raises(FetchError, match="octets"):
        fetcher()(server.url + JWKS, 5)


def test_a_body_of_the_largest_size_is_fetched(server):
    server.answers[JWKS] = lambda handler: handler.respond(b"x" * MAX_OCTETS)

    assert MAX_OCTETS == len(fetcher()(server.url + JWKS, 5))


@pytest.mark.parametrize("answer", [silent(3), drip(b"x" * 1000, 3)])
def test_a_slow_server_is_left_when_the_time_is_up(server, answer):
    server.answers[JWKS] = answer
    began = time.monotonic()

    with pytest.raises(FetchError):
        fetcher()(server.url + JWKS, 0.3)

    # Sooner than the answer would be there.
    assert time.monotonic() - began < 3


def test_no_time_is_no_fetch(server):
    with pytest.raises(FetchError):
        fetcher()(server.url + JWKS, 0)

    assert not server.asked


def test_a_closed_port_is_an_error():
    with serving() as gone:
        url = gone.url

    with pytest.raises(FetchError):
        fetcher()(url + JWKS, 1)


@pytest.mark.parametrize(
    "url",
    [
        None,
        5,
        "",
        "/jwks",
        "https:///jwks",
        "https://",
        "ftp://issuer.test/jwks",
        "file:///etc/passwd",
        "data:application/json,{}",
        "gopher://issuer.test",
        "javascript:1",
        "http://issuer.test/jwks",
        "http://10.0.0.1/jwks",
        "http://127.0.0.1.issuer.test/jwks",
        "http://localhost.issuer.test/jwks",
        "https://user@issuer.test/jwks",
        "https://user:pass@issuer.test/jwks",
        "https://issuer.test/jwks?x=1",
        "https://issuer.test/jwks#x",
        "https://issuer.test:port/jwks",
        "https://issuer.test:99999/jwks",
        "https://[::1/jwks",
        "https://issuer.test/a b",
        "https://issuer.test/\r\nHost: x",
        "https://issu\N{CYRILLIC SMALL LETTER IE}r.test/jwks",
    ],
)
def test_an_address_that_is_not_plain_https_is_not_fetched(url):
    with pytest.raises(FetchError):
        fetcher()(url, 1)


def test_plain_http_is_taken_from_this_machine_alone_and_only_when_said(server):
    with pytest.raises(FetchError, match="not HTTPS"):
        fetcher(allow_loopback_http=False)(server.url + JWKS, 1)

    for host in ("localhost", "127.0.0.1"):
        url = f"http://{host}:{server.server_port}{JWKS}"
        assert BODY == fetcher()(url, 2)


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "127.0.0.1",
        "0.0.0.0",
        "100.64.0.1",
        "[::1]",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:169.254.169.254]",
        "localhost",
        "2130706433",
        "0x7f.1",
    ],
)
def test_an_address_inside_the_network_is_fetched_only_when_trusted(host):
    with pytest.raises(FetchError):
        Fetcher()(f"https://{host}/jwks", 0.5)


def test_a_private_address_is_named_in_the_log():
    with pytest.raises(FetchError, match="not public"):
        Fetcher()("https://169.254.169.254/latest", 0.5)


def test_a_local_name_that_leads_elsewhere_is_refused():
    """A resolver may be lied to."""
    with pytest.raises(FetchError, match="not on this machine"):
        fetcher()._check_address(urlsplit("http://localhost/"), "10.0.0.1")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    key = private_key("ES256", "tls")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return folder


class TestTLS:
    @pytest.fixture
    def server(self, certificate):
        context = server_context(certificate / "cert.pem", certificate / "key.pem")
        with serving(context=context) as started:
            yield started

    def test_a_certificate_of_a_known_authority_is_accepted(self, server, certificate):
        context = ssl.create_default_context(cafile=certificate / "cert.pem")

        fetched = fetcher(context=context)(server.url + JWKS, 2)

        assert BODY == fetched

    def test_an_unknown_authority_is_refused(self, server):
        with pytest.raises(FetchError, match=r"(?i)certificate"):
            fetcher()(server.url + JWKS, 2)

        assert not server.asked

    def test_a_certificate_of_another_host_is_refused(self, server, certificate):
        context = ssl.create_default_context(cafile=certificate / "cert.pem")
        url = server.url.replace("localhost", "127.0.0.1")

        with pytest.raises(FetchError, match=r"(?i)mismatch|not valid"):
            fetcher(context=context)(url + JWKS, 2)
