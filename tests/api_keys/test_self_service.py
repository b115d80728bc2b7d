"""One's own keys at the endpoints: with a recent sign-in, and no more than one has."""

import time

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from rest_framework.test import APIClient

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.models import ApiKey, State
from django_claimsauth.claims import ClaimsPrincipal

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.api_keys.urls")]
KEYS = "/api-keys/"


def post(client, path=KEYS, **body):
    return client.post(path, body, format="json")


class TestIssue:
    def test_answers_with_the_secret_this_once(self, as_user, ada, present):
        client = as_user()

        answer = post(client, name="ci", scopes=["a"], expires_in=3600, rate="5/m")

        assert 201 == answer.status_code
        assert "no-store" == answer["Cache-Control"]
        assert present(answer.data["secret"])
        assert ada == ApiKey.objects.get().owner
        assert answer.data["secret"] not in str(client.get(KEYS).data)

    def test_needs_a_recent_sign_in(self, as_user):
        answer = post(as_user(age=601), name="ci")

        assert 401 == answer.status_code
        assert "max_age=600" in answer["WWW-Authenticate"]
        assert not ApiKey.objects.exists()

    def test_of_how_recent_a_sign_in_the_settings_say(self, as_user, settings):
        section = {"RECENT_AUTHENTICATION": None}
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "API_KEYS": section}

        assert 201 == post(as_user(age=10**6), name="ci").status_code

    def test_is_nothing_for_the_anonymous(self):
        answer = post(APIClient(), name="ci")

        assert 401 == answer.status_code
        assert not ApiKey.objects.exists()

    def test_is_nothing_for_a_principal_of_another_issuer(self, ada):
        client = APIClient()
        signed_in = {"sub": str(ada.pk), "auth_time": int(time.time())}
        stranger = ClaimsPrincipal.of("bearer", signed_in, issuer="https://else.where")
        client.force_authenticate(ada, token=stranger)

        assert 403 == post(client, name="ci").status_code

    def test_gives_no_scope_that_the_caller_lacks(self, as_user):
        answer = post(as_user(scopes=["a"]), name="ci", scopes=["a", "c"])

        assert (400, "invalid_scope") == (answer.status_code, answer.data["code"])
        assert not ApiKey.objects.exists()

    def test_gives_none_to_a_session_without_scopes(self, as_user):
        answer = post(as_user(scopes=[]), name="ci", scopes=["a"])

        assert "invalid_scope" == answer.data["code"]

    def test_gives_a_session_what_the_owner_may_have(self, as_user, settings):
        section = {"OWNER_SCOPES": lambda user: ["a"]}
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "API_KEYS": section}
        client = as_user(scopes=[])

        assert 201 == post(client, name="one", scopes=["a"]).status_code
        assert 400 == post(client, name="two", scopes=["b"]).status_code

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (400, {}),
            (400, {"name": ""}),
            (400, {"name": 5}),
            (400, {"name": None}),
            (400, {"name": "x" * 101}),
            (400, {"name": "a\0b"}),
            (400, {"name": "ci", "owner": 1}),
            (400, {"name": "ci", "claims": {"roles": ["admin"]}}),
            (400, {"name": "ci", "scopes": "a"}),
            (400, {"name": "ci", "scopes": [1]}),
            (400, {"name": "ci", "scopes": ["a"] * 101}),
            (400, {"name": "ci", "scopes": [["a"]]}),
            (400, {"name": "ci", "expires_in": 0}),
            (400, {"name": "ci", "expires_in": -1}),
            (400, {"name": "ci", "expires_in": "60"}),
            (400, {"name": "ci", "expires_in": True}),
            (400, {"name": "ci", "expires_in": 1.5}),
            (400, {"name": "ci", "expires_in": 10**30}),
            (400, {"name": "ci", "allowed_networks": ["10.0.0.1/8"]}),
            (400, {"name": "ci", "allowed_networks": "10.0.0.0/8"}),
            (400, {"name": "ci", "rate": "many"}),
            (400, {"name": "ci", "rate": 5}),
            (409, {"name": "taken"}),
        ],
        ids=lambda value: str(value)[:50],
    )
    def test_what_is_not_accepted_is_a_clear_4xx(self, as_user, ada, status, body):
        flows.issue("taken", owner=ada)

        answer = as_user().post(KEYS, body, format="json")

        assert status == answer.status_code
        assert answer.data["code"]
        assert answer.data["detail"]
        assert 1 == ApiKey.objects.count()

    @pytest.mark.parametrize(
        ("status", "text"),
        [
            (400, b""),
            (400, b"[]"),
            (400, b"null"),
            (400, b"{"),
            (400, b"\xff\xfe"),
            (400, b'{"name": "a", "name": "b"}'),
            (400, b'{"name": "\\ud800"}'),
            (400, b"[" * 50_000),
            (413, b'{"name": "' + b"x" * 10_000_000 + b'"}'),
        ],
        ids=lambda value: str(value)[:30],
    )
    def test_a_body_that_is_no_json_is_a_clear_4xx(self, as_user, status, text):
        answer = as_user().post(KEYS, text, content_type="application/json")

        assert status == answer.status_code
        assert not ApiKey.objects.exists()

    def test_a_form_is_no_json(self, as_user):
        answer = as_user().post(KEYS, {"name": "ci"}, format="multipart")

        assert 415 == answer.status_code

    def test_a_limit_that_is_reached_is_a_conflict(self, as_user, settings):
        section = {"MAX_KEYS_PER_OWNER": 1}
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "API_KEYS": section}
        client = as_user()

        answers = [post(client, name=name) for name in "ab"]

        assert [201, 409] == [each.status_code for each in answers]
        assert "too_many_keys" == answers[1].data["code"]


class TestListing:
    def test_shows_ones_own_and_no_secret(self, as_user, issued):
        eve = get_user_model().objects.create_user("eve")
        flows.issue("eve's", owner=eve)
        flows.revoke(flows.issue("gone", owner=issued.api_key.owner).api_key)

        answer = as_user(age=10**6).get(KEYS)

        assert ["export"] == [each["name"] for each in answer.data]
        assert issued.api_key.digest not in str(answer.data)
        assert ("live", ["reports.read", "reports.write"]) == (
            answer.data[0]["state"],
            answer.data[0]["scopes"],
        )

    def test_costs_a_number_of_queries_that_does_not_grow(
        self, as_user, ada, django_assert_max_num_queries
    ):
        for n in range(20):
            flows.issue(f"k{n}", owner=ada)

        with django_assert_max_num_queries(3):
            as_user().get(KEYS)

    def test_shows_one(self, as_user, issued):
        answer = as_user().get(reverse("api-key", args=[issued.api_key.public_id]))

        assert issued.api_key.start == answer.data["start"]


class TestRotate:
    def test_answers_with_the_new_secret(self, as_user, issued, present):
        client = as_user(scopes=issued.api_key.scopes)

        answer = post(client, f"{KEYS}{issued.api_key.public_id}/rotate/", overlap=60)

        assert 200 == answer.status_code
        assert present(answer.data["secret"])
        assert present(issued.secret)

    def test_needs_the_scopes_of_the_key(self, as_user, issued):
        """Its new secret would be a way to what the caller does not have."""
        answer = post(as_user(), f"{KEYS}{issued.api_key.public_id}/rotate/")

        assert "invalid_scope" == answer.data["code"]
        assert 0 == ApiKey.objects.get().generation

    def test_needs_a_recent_sign_in(self, as_user, issued):
        path = f"{KEYS}{issued.api_key.public_id}/rotate/"

        assert 401 == post(as_user(age=601), path).status_code

    @pytest.mark.parametrize(
        "body", [{"overlap": -1}, {"overlap": "1"}, {"overlap": 10**12}, {"x": 1}]
    )
    def test_what_is_not_accepted_changes_nothing(self, as_user, issued, body):
        client = as_user(scopes=issued.api_key.scopes)

        answer = post(client, f"{KEYS}{issued.api_key.public_id}/rotate/", **body)

        assert 400 == answer.status_code
        assert 0 == ApiKey.objects.get().generation

    def test_of_a_disabled_key_is_a_conflict(self, as_user, issued):
        flows.disable(issued.api_key)
        client = as_user(scopes=issued.api_key.scopes)

        answer = post(client, f"{KEYS}{issued.api_key.public_id}/rotate/")

        assert (409, "not_live") == (answer.status_code, answer.data["code"])


class TestRevoke:
    def test_keeps_the_reason(self, as_user, issued):
        path = f"{KEYS}{issued.api_key.public_id}/"

        answer = as_user().delete(path, {"reason": "leaked"}, format="json")

        api_key = ApiKey.objects.get()
        assert 204 == answer.status_code
        assert (State.REVOKED, "leaked") == (api_key.state(), api_key.reason)

    def test_needs_no_body(self, as_user, issued):
        path = f"{KEYS}{issued.api_key.public_id}/"

        assert 204 == as_user().delete(path).status_code

    def test_twice_is_404(self, as_user, issued):
        path = f"{KEYS}{issued.api_key.public_id}/"
        as_user().delete(path)

        assert 404 == as_user().delete(path).status_code

    @pytest.mark.parametrize(
        "key_id", ["aaaaaaaaaaaa", "1", "x" * 5000, "%00", "AAAAAAAAAAAA"]
    )
    @pytest.mark.parametrize("method", ["get", "delete"])
    def test_a_key_that_is_not_there_is_404(self, as_user, issued, key_id, method):
        answer = getattr(as_user(), method)(f"{KEYS}{key_id}/")

        assert 404 == answer.status_code

    def test_somebody_elses_key_is_as_one_that_is_not_there(self, as_user, issued):
        eve = get_user_model().objects.create_user("eve")
        client, key_id = (
            as_user(eve, scopes=issued.api_key.scopes),
            issued.api_key.public_id,
        )

        for call in (
            lambda key: client.get(f"{KEYS}{key}/"),
            lambda key: client.delete(f"{KEYS}{key}/"),
            lambda key: post(client, f"{KEYS}{key}/rotate/"),
        ):
            assert 404 == call(key_id).status_code
            assert call("a" * 12).content == call(key_id).content
        assert State.LIVE == ApiKey.objects.get().state()
