"""A key that manages keys: only by a scope, and none that may more than itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.models import ApiKey

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api_keys.urls")]
KEYS = "/api-keys/"


def post(client, path=KEYS, **body):
    return client.post(path, body, format="json")


class TestByKey:
    @pytest.fixture
    def managing(self, ada):
        return flows.issue(
            "manager",
            owner=ada,
            scopes=["api_keys.manage", "a"],
            claims={"tenant": "acme"},
            allowed_networks=["127.0.0.0/8"],
            rate="1000/day",
            expires_in=timedelta(days=1),
        )

    def test_a_key_issues_none_without_the_scope(self, by_key, issued):
        answer = post(by_key(issued), name="child")

        assert 403 == answer.status_code
        assert 1 == ApiKey.objects.count()

    def test_a_key_with_the_scope_issues_one_that_may_no_more(self, by_key, managing):
        answer = post(by_key(managing), name="child", scopes=["a"])

        child, parent = ApiKey.objects.get(name="child"), managing.api_key
        assert 201 == answer.status_code
        assert (parent.claims, parent.networks, parent.rate, parent.expires_at) == (
            child.claims,
            child.networks,
            child.rate,
            child.expires_at,
        )

    @pytest.mark.parametrize(
        "more",
        [
            {"scopes": ["b"]},
            {"allowed_networks": ["10.0.0.0/8"]},
            {"allowed_networks": ["0.0.0.0/0"]},
            {"allowed_networks": ["::/0"]},
            {"allowed_networks": ["127.0.0.1", "::1"]},
            {"expires_in": 86_500},
        ],
        ids=str,
    )
    def test_more_is_refused(self, by_key, managing, more):
        answer = post(by_key(managing), name="child", **more)

        assert 400 == answer.status_code
        assert 1 == ApiKey.objects.count()

    def test_less_is_given(self, by_key, managing):
        answer = post(
            by_key(managing),
            name="child",
            allowed_networks=["127.0.0.1"],
            expires_in=60,
            rate="9/day",
        )

        child = ApiKey.objects.get(name="child")
        assert 201 == answer.status_code
        assert ("127.0.0.1/32", "1000/day") == (child.networks, child.rate)
        assert child.expires_at < timezone.now() + timedelta(minutes=2)

    def test_networks_of_both_kinds_are_compared(self, by_key, ada):
        nets = ["127.0.0.0/8", "2001:db8::/32"]
        managing = flows.issue(
            "m", owner=ada, scopes=["api_keys.manage"], allowed_networks=nets
        )

        good = post(by_key(managing), name="g", allowed_networks=["2001:db8:1::/48"])
        bad = post(by_key(managing), name="b", allowed_networks=["2001::/16"])

        assert [201, 400] == [good.status_code, bad.status_code]

    def test_a_key_without_bounds_sets_none(self, by_key, ada):
        managing = flows.issue("m", owner=ada, scopes=["api_keys.manage"])

        answer = post(by_key(managing), name="c", allowed_networks=["10.0.0.0/8"])

        assert ("10.0.0.0/8", None) == (
            ApiKey.objects.get(name="c").networks,
            answer.data["expires_at"],
        )

    def test_a_service_has_no_keys_of_its_own(self, by_key):
        service = flows.issue("svc", scopes=["api_keys.manage"])

        assert 403 == post(by_key(service), name="child").status_code
        assert 403 == by_key(service).get(KEYS).status_code

    def test_a_key_changes_itself_and_no_other(self, by_key, managing, issued):
        client = by_key(managing)

        other = f"{KEYS}{issued.api_key.public_id}/"
        itself = f"{KEYS}{managing.api_key.public_id}/"
        assert 403 == post(client, f"{other}rotate/").status_code
        assert 403 == client.delete(other).status_code
        assert 200 == post(client, f"{itself}rotate/").status_code
        assert 204 == client.delete(itself).status_code
        assert 401 == client.get(KEYS).status_code
