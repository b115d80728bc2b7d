"""Where a request came from, by as many proxies as the operator vouches for."""

from ipaddress import ip_address

import pytest

from django_claimsauth.authentication.clients import client_ip, parsed_ip


@pytest.mark.parametrize(
    ("count", "forwarded", "expected"),
    [
        pytest.param(0, None, "10.0.0.9", id="no proxy: the peer"),
        pytest.param(0, "1.1.1.1", "10.0.0.9", id="no proxy: the header is a claim"),
        pytest.param(1, "1.1.1.1", "1.1.1.1", id="one proxy: what it saw"),
        pytest.param(1, "6.6.6.6, 1.1.1.1", "1.1.1.1", id="the client wrote the left"),
        pytest.param(2, "6.6.6.6,1.1.1.1,2.2.2.2", "1.1.1.1", id="two proxies"),
        pytest.param(2, "1.1.1.1", None, id="a chain too short"),
        pytest.param(1, None, None, id="no chain"),
        pytest.param(1, "", None, id="an empty chain"),
        pytest.param(1, "unknown", None, id="no address"),
        pytest.param(1, "1.1.1.1:80", None, id="an address with a port"),
        pytest.param(1, "6.6.6.6," * 10**5 + "1.1.1.1", "1.1.1.1", id="a huge chain"),
        pytest.param(1, "é", None, id="not ASCII"),
    ],
)
def test_the_client_is_the_nth_from_the_right(
    rf, configure, count, forwarded, expected
):
    configure(TRUSTED_PROXY_COUNT=count)
    meta = {"REMOTE_ADDR": "10.0.0.9"}
    if forwarded is not None:
        meta["HTTP_X_FORWARDED_FOR"] = forwarded

    found = client_ip(rf.get("/", **meta))

    assert expected == (found and str(found))


def test_without_a_peer_there_is_no_address(rf, configure):
    """A server on a Unix socket has none."""
    configure()
    request = rf.get("/", REMOTE_ADDR="")

    assert client_ip(request) is None
    del request.META["REMOTE_ADDR"]
    assert client_ip(request) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" 1.1.1.1 ", "1.1.1.1"),
        ("::1", "::1"),
        ("::ffff:1.1.1.1", "1.1.1.1"),
        ("2001:db8::0:1", "2001:db8::1"),
        ("01.1.1.1", None),
        ("1.1.1", None),
        ("1", None),
        ("", None),
        ("1.1.1.1\0", None),
        ("[::1]", None),
    ],
)
def test_an_address_is_read_or_there_is_none(text, expected):
    assert (expected and ip_address(expected)) == parsed_ip(text)
