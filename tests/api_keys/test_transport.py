"""Where a key may stand, and that two of them are one too many."""

import logging

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.test import AsyncRequestFactory

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.handler import APIKeyHandler

pytestmark = pytest.mark.django_db


@pytest.fixture
def over_asgi():
    """Make a request as an ASGI server hands it over, with these header lines."""

    def request(*lines, query=b""):
        scope = AsyncRequestFactory()._base_scope(path="/", query_string=query)
        scope["headers"] = [(name.encode(), value.encode()) for name, value in lines]
        return ASGIRequest(scope, None)

    return request


class TestHeader:
    def test_its_name_is_any_case(self, issued, handler, bearing):
        assert handler.authenticate(bearing(**{"x-api-KEY": issued.secret}))

    def test_its_name_can_be_set(self, issued, bearing):
        handler = APIKeyHandler("k", header="X-Partner-Key")

        assert handler.authenticate(bearing(**{"X-Partner-Key": issued.secret}))
        assert handler.authenticate(bearing(issued.secret)).is_no_result

    @pytest.mark.parametrize("value", ["", " ", "\t ", "  "])
    def test_an_empty_one_is_as_none(self, handler, bearing, value):
        request = bearing()
        request.META["HTTP_X_API_KEY"] = value

        assert handler.authenticate(request).is_no_result

    @pytest.mark.parametrize(
        "name", ["API-KEY", "X-APIKEY", "APIKEY", "X-API-KEY-2", "PROXY-AUTHORIZATION"]
    )
    def test_another_header_is_none_of_ours(self, issued, handler, bearing, name):
        assert handler.authenticate(bearing(**{name: issued.secret})).is_no_result

    def test_two_lines_are_two_keys(self, issued, handler, bearing):
        """A server joins them by a comma (RFC 9110 5.3)."""
        both = f"{issued.secret},{issued.secret}"

        assert "invalid_request" == handler.authenticate(bearing(both)).code


class TestAuthorization:
    @pytest.mark.parametrize("keyword", ["ApiKey", "apikey", "APIKEY"])
    def test_its_keyword_is_any_case(self, issued, handler, bearing, keyword):
        assert handler.authenticate(bearing(authorization=f"{keyword} {issued.secret}"))

    @pytest.mark.parametrize(
        "value",
        ["ApiKey", "ApiKey ", "ApiKey  {}", "ApiKey\t{}", 'ApiKey "{}"', "ApiKey {} x"],
    )
    def test_anything_but_one_key_after_one_blank_is_refused(
        self, issued, handler, bearing, value
    ):
        result = handler.authenticate(
            bearing(authorization=value.format(issued.secret))
        )

        assert result.code in {"invalid_api_key", None}
        assert not result.succeeded

    @pytest.mark.parametrize(
        "value", ["", "   ", "Bearer {}", "Basic {}", "ApiKeys {}", "{}"]
    )
    def test_another_scheme_is_none_of_ours(self, issued, handler, bearing, value):
        result = handler.authenticate(
            bearing(authorization=value.format(issued.secret))
        )

        assert result.is_no_result

    def test_two_joined_are_two_keys(self, issued, handler, bearing):
        both = f"ApiKey {issued.secret}, ApiKey {issued.secret}"

        assert (
            "invalid_request" == handler.authenticate(bearing(authorization=both)).code
        )

    def test_beside_the_header_is_two_transports(self, issued, handler, bearing):
        request = bearing(issued.secret, authorization=f"ApiKey {issued.secret}")

        assert "invalid_request" == handler.authenticate(request).code

    def test_a_bearer_token_beside_the_header_is_another_schemes(
        self, issued, handler, bearing
    ):
        assert handler.authenticate(bearing(issued.secret, authorization="Bearer x"))


class TestQuery:
    def test_is_off(self, issued, handler, bearing):
        request = bearing(query=f"?api_key={issued.secret}")

        assert handler.authenticate(request).is_no_result

    def test_works_where_it_is_switched_on(self, issued, bearing, caplog):
        handler = APIKeyHandler("k", query_parameter="api_key")

        with caplog.at_level(logging.DEBUG):
            assert handler.authenticate(bearing(query=f"?api_key={issued.secret}"))
            assert not handler.authenticate(bearing(query=f"?api_key={issued.secret}x"))
        assert issued.secret not in caplog.text

    @pytest.mark.parametrize("twice", ["?api_key={0}&api_key={0}", "?api_key={0}"])
    def test_two_are_refused(self, issued, bearing, twice):
        handler = APIKeyHandler("k", query_parameter="api_key")
        query = twice.format(issued.secret)
        secret = None if "&" in query else issued.secret

        assert (
            "invalid_request" == handler.authenticate(bearing(secret, query=query)).code
        )

    def test_is_not_read_from_a_form(self, issued, rf):
        handler = APIKeyHandler("k", query_parameter="api_key")

        result = handler.authenticate(rf.post("/", {"api_key": issued.secret}))

        assert result.is_no_result

    @pytest.mark.parametrize("query", ["?api_key=%00", "?api_key=%ff%fe", "?api_key="])
    def test_bad_text_is_refused(self, bearing, query):
        handler = APIKeyHandler("k", query_parameter="api_key")

        assert "invalid_api_key" == handler.authenticate(bearing(query=query)).code


class TestAsgi:
    def test_the_header_is_found(self, issued, handler, over_asgi):
        assert handler.authenticate(over_asgi(("x-api-key", issued.secret)))

    def test_the_underscore_spelling_is_not_this_header(
        self, issued, handler, over_asgi
    ):
        request = over_asgi(("x_api_key", issued.secret))
        # As a version of Django would have it that does not tell them apart.
        request.META["HTTP_X_API_KEY"] = issued.secret

        assert handler.authenticate(request).is_no_result

    def test_two_lines_are_two_keys(self, issued, handler, over_asgi):
        lines = [("x-api-key", issued.secret)] * 2

        assert "invalid_request" == handler.authenticate(over_asgi(*lines)).code

    def test_bytes_that_are_no_text_are_refused(self, handler, over_asgi):
        request = over_asgi()
        request.scope["headers"] = [(b"x-api-key", b"\xff\xfe\x00")]

        assert "invalid_api_key" == handler.authenticate(request).code


class TestNetworks:
    @pytest.mark.parametrize(
        ("address", "allowed"),
        [
            ("10.1.2.3", True),
            ("11.1.2.3", False),
            ("::ffff:10.1.2.3", True),
            ("2001:db8::7", True),
            ("2001:db9::7", False),
            ("192.0.2.7", True),
            ("192.0.2.8", False),
            ("", False),
            ("unknown", False),
            ("10.1.2.3, 10.1.2.4", False),
        ],
    )
    def test_a_key_works_from_where_it_may(self, handler, bearing, address, allowed):
        issued = flows.issue(
            "k", allowed_networks=["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"]
        )
        request = bearing(issued.secret)
        request.META["REMOTE_ADDR"] = address

        assert allowed is handler.authenticate(request).succeeded

    def test_a_spoofed_header_counts_for_nothing(self, handler, bearing):
        issued = flows.issue("k", allowed_networks=["10.0.0.0/8"])
        forwarded = {"X-Forwarded-For": "10.1.2.3", "X-Real-IP": "10.1.2.3"}

        assert not handler.authenticate(bearing(issued.secret, **forwarded))

    @pytest.mark.parametrize(
        ("forwarded", "allowed"),
        [
            ("10.1.2.3", True),
            ("10.1.2.3, 203.0.113.9", False),
            ("203.0.113.9, 10.1.2.3", True),
            ("", False),
        ],
    )
    def test_behind_a_trusted_proxy_what_it_saw_counts(
        self, settings, handler, bearing, forwarded, allowed
    ):
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "TRUSTED_PROXY_COUNT": 1}
        issued = flows.issue("k", allowed_networks=["10.0.0.0/8"])
        request = bearing(issued.secret, **{"X-Forwarded-For": forwarded})

        assert allowed is handler.authenticate(request).succeeded
