"""The admin's list and the pages that change a key."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.models import ApiKey, State

LIST = "admin:claimsauth_apikey_changelist"
VERBS = ["rotate", "revoke", "disable", "enable"]
KEY = re.compile(r"key_[0-9a-z]{12}_[0-9A-Za-z]{49}")


def page(verb, api_key):
    return reverse(f"admin:claimsauth_apikey_{verb}", args=[api_key.pk])


def stored():
    return list(ApiKey.objects.order_by("pk").values())


@pytest.fixture
def signed_in(client, root):
    client.force_login(root)
    return client


def names(response):
    return {each.name for each in response.context["cl"].result_list}


class TestList:
    @pytest.fixture
    def keys(self, ada):
        """One key in each state."""
        now = timezone.now()
        old = now - timedelta(days=100)
        flows.issue("live", owner=ada)
        flows.issue("expiring", expires_in=timedelta(days=3))
        flows.issue("expired", expires_in=timedelta(days=1), now=old)
        flows.disable(flows.issue("disabled", now=old).api_key)
        flows.revoke(flows.issue("revoked").api_key)
        return now

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", {"live", "expiring", "expired", "disabled", "revoked"}),
            ("state=live", {"live", "expiring"}),
            ("state=expiring", {"expiring"}),
            ("state=expired", {"expired"}),
            ("state=disabled", {"disabled"}),
            ("state=revoked", {"revoked"}),
            ("unused=never", {"live", "expiring", "expired", "disabled", "revoked"}),
            ("unused=90", {"expired", "disabled"}),
            ("owned_by=user", {"live"}),
            ("owned_by=service", {"expiring", "expired", "disabled", "revoked"}),
            ("q=expir", {"expiring", "expired"}),
            ("q=ada", {"live"}),
            ("state=nonsense", {"live", "expiring", "expired", "disabled", "revoked"}),
            ("unused=nonsense", {"live", "expiring", "expired", "disabled", "revoked"}),
            (
                "owned_by=nonsense",
                {"live", "expiring", "expired", "disabled", "revoked"},
            ),
        ],
    )
    def test_filters_and_search_leave(self, signed_in, keys, query, expected):
        assert expected == names(signed_in.get(f"{reverse(LIST)}?{query}"))

    def test_by_owner(self, signed_in, keys, ada):
        found = signed_in.get(f"{reverse(LIST)}?owner__id__exact={ada.pk}")

        assert {"live"} == names(found)

    def test_search_by_a_whole_key_or_a_digest_finds_nothing(self, signed_in, ada):
        issued = flows.issue("k", owner=ada)

        for text in (issued.secret, issued.api_key.digest, issued.api_key.digest[:20]):
            assert set() == names(signed_in.get(reverse(LIST), {"q": text}))

    def test_the_number_of_queries_does_not_grow(
        self, signed_in, django_user_model, django_assert_max_num_queries
    ):
        for n in range(40):
            owner = django_user_model.objects.create_user(f"user{n}")
            flows.issue("k", owner=owner)

        with django_assert_max_num_queries(8):
            signed_in.get(reverse(LIST))

    def test_no_page_shows_a_digest(self, signed_in, keys):
        rotated = ApiKey.objects.get(name="live")
        flows.rotate(rotated)
        shown = signed_in.get(reverse(LIST)).content.decode()
        shown += signed_in.get(page("change", rotated)).content.decode()
        shown += signed_in.get(page("history", rotated)).content.decode()

        for each in ApiKey.objects.all():
            assert each.digest not in shown
            assert not each.previous_digest or each.previous_digest not in shown


class TestBulk:
    @pytest.mark.parametrize(
        ("action", "state"),
        [
            ("revoke_selected", State.REVOKED),
            ("disable_selected", State.DISABLED),
            ("enable_selected", State.LIVE),
        ],
    )
    def test_an_action_changes_each_and_is_logged(self, signed_in, action, state):
        keys = [flows.issue(name).api_key for name in "ab"]

        signed_in.post(
            reverse(LIST), {"action": action, "_selected_action": [k.pk for k in keys]}
        )

        assert [state, state] == [each.state() for each in ApiKey.objects.all()]
        assert 2 == LogEntry.objects.count()

    def test_a_key_that_cannot_be_changed_is_said(self, signed_in):
        api_key = flows.issue("a").api_key
        flows.revoke(api_key)

        response = signed_in.post(
            reverse(LIST),
            {"action": "enable_selected", "_selected_action": [api_key.pk]},
            follow=True,
        )

        assert "is revoked" in response.content.decode()

    def test_keys_are_not_deleted(self, signed_in):
        api_key = flows.issue("a").api_key
        data = {
            "action": "delete_selected",
            "_selected_action": [api_key.pk],
            "post": "yes",
        }

        signed_in.post(reverse(LIST), data)
        direct = signed_in.post(page("delete", api_key), {"post": "yes"})

        assert 403 == direct.status_code
        assert ApiKey.objects.exists()

    def test_an_owner_can_still_be_deleted(self, signed_in, ada):
        flows.issue("a", owner=ada)

        signed_in.post(
            reverse("admin:auth_user_delete", args=[ada.pk]), {"post": "yes"}
        )

        assert not ApiKey.objects.exists()


class TestPages:
    def test_rotate_shows_the_new_secret_once(self, signed_in, issued, present):
        data = {"overlap_hours": 1, "generation": 0}

        response = signed_in.post(page("rotate", issued.api_key), data)
        again = signed_in.post(page("rotate", issued.api_key), data, follow=True)

        secret = KEY.search(response.content.decode())[0]
        assert "no-store" in response["Cache-Control"]
        assert present(secret)
        assert present(issued.secret)
        assert KEY.search(again.content.decode()) is None
        assert 1 == ApiKey.objects.get().generation

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"overlap_hours": -1, "generation": 0},
            {"overlap_hours": "x", "generation": 0},
            {"overlap_hours": 10**9, "generation": 0},
            {"overlap_hours": 1, "generation": "x"},
        ],
    )
    def test_rotate_refuses_bad_input(self, signed_in, issued, data):
        before = stored()

        response = signed_in.post(page("rotate", issued.api_key), data)

        assert KEY.search(response.content.decode()) is None
        assert before == stored()

    def test_rotate_of_a_revoked_key_is_said(self, signed_in, issued):
        flows.revoke(issued.api_key)

        response = signed_in.post(
            page("rotate", issued.api_key), {"overlap_hours": 1, "generation": 0}
        )

        assert "is revoked" in response.content.decode()

    def test_revoke_keeps_the_reason(self, signed_in, issued, present):
        signed_in.post(page("revoke", issued.api_key), {"reason": "leaked"})

        assert (State.REVOKED, "leaked") == (
            ApiKey.objects.get().state(),
            ApiKey.objects.get().reason,
        )
        assert not present(issued.secret)

    @pytest.mark.parametrize("reason", ["x" * 201, "a\nb"])
    def test_revoke_refuses_a_reason_that_is_too_long_or_has_lines(
        self, signed_in, issued, reason
    ):
        response = signed_in.post(page("revoke", issued.api_key), {"reason": reason})

        assert response.context["form"].errors
        assert State.LIVE == ApiKey.objects.get().state()

    def test_disable_and_enable(self, signed_in, issued, present):
        signed_in.post(page("disable", issued.api_key))
        disabled = present(issued.secret)
        signed_in.post(page("enable", issued.api_key))

        assert not disabled
        assert present(issued.secret)

    def test_enabling_a_revoked_key_is_said(self, signed_in, issued):
        flows.revoke(issued.api_key)

        response = signed_in.post(page("enable", issued.api_key), follow=True)

        assert "is revoked" in response.content.decode()

    @pytest.mark.parametrize("verb", VERBS)
    def test_looking_changes_nothing(self, signed_in, issued, verb):
        before = stored()

        assert 200 == signed_in.get(page(verb, issued.api_key)).status_code
        assert before == stored()

    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("pk", ["999999", "x", "9" * 40])
    def test_a_key_that_is_not_there_is_404(self, signed_in, verb, pk):
        url = reverse(f"admin:claimsauth_apikey_{verb}", args=[pk])

        assert 404 == signed_in.get(url).status_code
        assert 404 == signed_in.post(url).status_code

    @pytest.mark.parametrize("state", ["live", "disabled", "revoked"])
    def test_a_key_offers_what_can_be_done(self, signed_in, issued, state):
        if state == "disabled":
            flows.disable(issued.api_key)
        if state == "revoked":
            flows.revoke(issued.api_key)

        shown = signed_in.get(page("change", issued.api_key)).content.decode()

        offered = {verb for verb in VERBS if page(verb, issued.api_key) in shown}
        assert {
            "live": {"rotate", "revoke", "disable"},
            "disabled": {"rotate", "revoke", "enable"},
            "revoked": set(),
        }[state] == offered
