"""What is posted to the admin without the permission changes nothing."""

import pytest
from django.test import Client
from django.urls import reverse

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.models import ApiKey

LIST = "admin:claimsauth_apikey_changelist"
VERBS = ["rotate", "revoke", "disable", "enable"]


def page(verb, api_key):
    return reverse(f"admin:claimsauth_apikey_{verb}", args=[api_key.pk])


def stored():
    return list(ApiKey.objects.order_by("pk").values())


@pytest.fixture
def signed_in(client, root):
    client.force_login(root)
    return client


class TestForgedPosts:
    FORGED = {
        "name": "forged",
        "digest": "0" * 64,
        "public_id": "aaaaaaaaaaaa",
        "owner": "1",
        "expires_at_0": "2099-01-01",
        "scope": "admin",
        "overlap_hours": 1,
        "generation": 0,
        "reason": "r",
    }

    @pytest.mark.parametrize("codenames", [[], ["view_apikey"], ["add_apikey"]])
    @pytest.mark.parametrize("verb", [*VERBS, "change", "delete"])
    def test_without_the_permission_nothing_changes(
        self, *, allowed, client, ada, issued, codenames, verb
    ):
        client.force_login(allowed(ada, *codenames))
        before = stored()

        response = client.post(page(verb, issued.api_key), self.FORGED)

        assert 403 == response.status_code
        assert before == stored()

    def test_fields_are_not_edited_with_any_permission(self, signed_in, issued):
        before = stored()

        response = signed_in.post(page("change", issued.api_key), self.FORGED)

        assert 403 == response.status_code
        assert before == stored()

    def test_bulk_actions_need_the_permission(self, allowed, client, ada, issued):
        client.force_login(allowed(ada, "view_apikey"))
        before = stored()

        client.post(
            reverse(LIST),
            {"action": "revoke_selected", "_selected_action": [issued.api_key.pk]},
        )

        assert before == stored()

    def test_the_anonymous_is_sent_to_sign_in(self, client, issued):
        for verb in VERBS:
            response = client.post(page(verb, issued.api_key), self.FORGED)
            assert 302 == response.status_code
            assert "login" in response["Location"]

    def test_a_superusers_key_is_not_rotated_by_others(
        self, allowed, client, ada, root
    ):
        """Its new secret would be theirs."""
        api_key = flows.issue("k", owner=root).api_key
        client.force_login(allowed(ada, "change_apikey"))

        response = client.post(page("rotate", api_key), self.FORGED)

        assert 403 == response.status_code
        assert 0 == ApiKey.objects.get().generation

    def test_without_a_csrf_token_nothing_changes(self, issued, root):
        client = Client(enforce_csrf_checks=True)
        client.force_login(root)
        before = stored()

        response = client.post(page("revoke", issued.api_key), {"reason": ""})

        assert 403 == response.status_code
        assert before == stored()
