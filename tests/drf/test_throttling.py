"""DRF throttles: by key, by subject, by scope, by address; exact at once."""

import threading

import pytest
from django.test import RequestFactory
from rest_framework.decorators import api_view, throttle_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.drf import throttling
from django_claimsauth.drf.throttling import (
    AddressThrottle,
    APIKeyThrottle,
    ExactThrottle,
    ScopedThrottle,
    SubjectThrottle,
)


def asked(principal=None, address="192.0.2.1"):
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    if principal is not None:
        request.principal = principal
    return Request(request)


def caller(type="bearer", issuer=None, **claims):
    return ClaimsPrincipal.of(type, claims, issuer=issuer)


def passed(kind, requests, view=None, rate="1/day"):
    """Return which of the requests pass a throttle of this kind at this rate."""
    throttle = type("Throttle", (kind,), {"rate": rate})
    return [throttle().allow_request(each, view) for each in requests]


class TestBuckets:
    def test_a_key_has_one_whatever_the_address(self):
        key, other = caller(key_id="a", sub="1"), caller(key_id="b", sub="1")

        assert [True, False, True] == passed(
            APIKeyThrottle, [asked(key), asked(key, "192.0.2.2"), asked(other)]
        )

    def test_who_comes_without_a_key_is_not_counted_by_key(self):
        assert [True, True, True] == passed(
            APIKeyThrottle, [asked(), asked(), asked(caller(sub="1"))]
        )

    def test_a_subject_has_one_whatever_the_credential(self):
        requests = [
            asked(caller("bearer", sub="1")),
            asked(caller("api_key", sub="1", key_id="a")),
            asked(caller("bearer", sub="2")),
            asked(caller("bearer", sub="1", issuer="https://else.where")),
        ]

        assert [True, False, True, True] == passed(SubjectThrottle, requests)

    def test_who_has_no_subject_shares_the_schemes(self):
        requests = [asked(caller("a")), asked(caller("a")), asked(caller("b"))]

        assert [True, False, True] == passed(SubjectThrottle, requests)

    @pytest.mark.parametrize("kind", [SubjectThrottle, AddressThrottle])
    def test_the_anonymous_have_one_an_address(self, kind):
        unvouched = ClaimsPrincipal.of(None, {"sub": "1"})
        requests = [
            asked(),
            asked(unvouched),
            asked(address="192.0.2.2"),
            asked(address="2001:db8::1"),
            asked(address="2001:db8::2"),
            asked(address="2001:db8:0:1::1"),
            asked(address="no address"),
            asked(address=""),
        ]

        expected = [True, False, True, True, False, True, True, False]
        assert expected == passed(kind, requests)

    def test_a_spoofed_header_is_no_address(self):
        requests = [asked(), asked()]
        requests[1]._request.META["HTTP_X_FORWARDED_FOR"] = "203.0.113.7"

        assert [True, False] == passed(AddressThrottle, requests)

    def test_a_scope_has_one_for_each_subject(self, settings):
        settings.REST_FRAMEWORK = {"DEFAULT_THROTTLE_RATES": {"reports": "1/day"}}

        class Reports:
            throttle_scope = "reports"

        requests = [asked(caller(sub=sub)) for sub in ("1", "1", "2")]

        assert [True, False, True] == passed(ScopedThrottle, requests, Reports(), None)
        assert [True, True, True] == passed(ScopedThrottle, requests, object(), None)

    def test_without_a_rate_nothing_is_counted(self):
        assert [True] * 3 == passed(SubjectThrottle, [asked()] * 3, rate=None)

    def test_a_throttle_of_ones_own_says_its_bucket(self):
        with pytest.raises(NotImplementedError, match="bucket"):
            passed(ExactThrottle, [asked()])

    def test_a_wrong_rate_is_an_error(self):
        with pytest.raises(ValueError, match="100/minute"):
            passed(SubjectThrottle, [asked()], rate="many")


class TestInAView:
    def test_answers_429_and_when_to_come_again(self):
        class Once(AddressThrottle):
            rate = "1/minute"

        @api_view(["GET"])
        @throttle_classes([Once])
        def view(request):
            return Response()

        answers = [view(APIRequestFactory().get("/")) for _ in range(2)]

        assert [200, 429] == [each.status_code for each in answers]
        assert 1 <= int(answers[1]["Retry-After"]) <= 60

    def test_is_exact_when_asked_at_once(self):
        """DRF's own lets more than the limit pass here."""

        class Ten(SubjectThrottle):
            rate = "10/day"

        class View(APIView):
            authentication_classes = ()
            throttle_classes = (Ten,)

            def get(self, request):
                return Response()

        view, codes = View.as_view(), []
        barrier = threading.Barrier(8)

        def ask():
            barrier.wait()
            codes.extend(
                view(APIRequestFactory().get("/")).status_code for _ in range(5)
            )

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

        assert (10, 30) == (codes.count(200), codes.count(429))


def test_a_request_that_nothing_authenticated_is_anonymous():
    assert not throttling.principal_of(asked()).is_authenticated
