"""The admin issues a key once, and shows its secret once."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.models import ApiKey

ADD = "admin:claimsauth_apikey_add"
KEY = re.compile(r"key_[0-9a-z]{12}_[0-9A-Za-z]{49}")


@pytest.fixture
def signed_in(client, root):
    client.force_login(root)
    return client


@pytest.fixture
def filled(signed_in):
    """What the browser would send of a form that was just opened."""

    def data(**given):
        page = signed_in.get(reverse(ADD))
        ticket = page.context["form"].initial["ticket"]
        empty = dict.fromkeys(
            ["owner", "scopes", "claims", "expires_on", "allowed_networks", "rate"], ""
        )
        return {**empty, "name": "ci", "ticket": ticket, **given}

    return data


class TestIssuing:
    def test_the_key_is_shown_on_a_page_that_is_not_stored(
        self, signed_in, filled, present
    ):
        response = signed_in.post(reverse(ADD), filled())

        secret = KEY.search(response.content.decode())[0]
        assert 200 == response.status_code
        assert "no-store" in response["Cache-Control"]
        assert present(secret)

    def test_everything_that_is_filled_in_is_issued(self, signed_in, filled, ada):
        day = timezone.localdate() + timedelta(days=30)

        signed_in.post(
            reverse(ADD),
            filled(
                owner=ada.pk,
                scopes="a b",
                claims='{"tenant": "acme"}',
                expires_on=day.isoformat(),
                allowed_networks="10.0.0.0/8\n2001:db8::/32",
                rate="5/s",
            ),
        )

        api_key = ApiKey.objects.get()
        assert (ada, ("a", "b"), {"tenant": ["acme"]}, "5/second") == (
            api_key.owner,
            api_key.scopes,
            api_key.claims,
            api_key.rate,
        )
        assert day == timezone.localtime(api_key.expires_at).date()
        assert ("10.0.0.0/8", "2001:db8::/32") == api_key.allowed_networks

    def test_reloading_the_page_makes_no_second_key(self, signed_in, filled):
        data = filled()
        signed_in.post(reverse(ADD), data)

        again = signed_in.post(reverse(ADD), data, follow=True)

        assert 1 == ApiKey.objects.count()
        assert KEY.search(again.content.decode()) is None
        assert "issued already" in again.content.decode()

    def test_reloading_after_the_key_was_revoked_makes_no_second_key(
        self, signed_in, filled
    ):
        data = filled()
        signed_in.post(reverse(ADD), data)
        flows.revoke(ApiKey.objects.get())

        signed_in.post(reverse(ADD), data)

        assert 1 == ApiKey.objects.count()

    def test_the_history_says_who_issued_it_and_not_what(self, signed_in, filled, root):
        response = signed_in.post(reverse(ADD), filled())

        entry = LogEntry.objects.get()
        secret = KEY.search(response.content.decode())[0]
        assert root == entry.user
        assert secret not in str(vars(entry))

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "x" * 101),
            ("name", "a\0b"),
            ("owner", "999999"),
            ("owner", "x"),
            ("owner", "9" * 40),
            ("scopes", 'a "b'),
            ("claims", "[1]"),
            ("claims", "{"),
            ("claims", '{"sub": "1"}'),
            ("claims", '{"a": NaN}'),
            ("expires_on", "2020-01-01"),
            ("expires_on", "soon"),
            ("allowed_networks", "10.0.0.1/8"),
            ("rate", "many"),
            ("ticket", "forged"),
            ("ticket", ""),
        ],
    )
    def test_what_is_not_accepted_is_said_and_nothing_is_written(
        self, signed_in, filled, field, value
    ):
        response = signed_in.post(reverse(ADD), filled(**{field: value}))

        assert 200 == response.status_code
        assert response.context["form"].errors
        assert not ApiKey.objects.exists()

    def test_a_name_that_is_taken_is_said(self, signed_in, filled):
        flows.issue("ci")

        response = signed_in.post(reverse(ADD), filled())

        assert "name" in response.context["form"].errors
        assert 1 == ApiKey.objects.count()

    def test_a_ticket_of_another_operator_is_refused(
        self, allowed, client, filled, ada
    ):
        data = filled()
        client.force_login(allowed(ada, "add_apikey"))

        client.post(reverse(ADD), data)

        assert not ApiKey.objects.exists()

    def test_a_name_with_markup_is_shown_as_text(self, signed_in, filled):
        response = signed_in.post(
            reverse(ADD), filled(name="<script>alert(1)</script>")
        )

        assert "<script>alert(1)" not in response.content.decode()
        assert "&lt;script&gt;" in response.content.decode()


class TestWhoMayIssue:
    @pytest.mark.parametrize("codenames", [[], ["view_apikey", "change_apikey"]])
    def test_nobody_without_the_permission(
        self, allowed, client, filled, ada, codenames
    ):
        data = filled()
        client.force_login(allowed(ada, *codenames))

        assert 403 == client.get(reverse(ADD)).status_code
        assert 403 == client.post(reverse(ADD), data).status_code
        assert not ApiKey.objects.exists()

    def test_not_for_a_superuser_whose_key_would_be_a_way_up(
        self, allowed, client, ada, root
    ):
        client.force_login(allowed(ada, "add_apikey"))
        ticket = client.get(reverse(ADD)).context["form"].initial["ticket"]

        response = client.post(
            reverse(ADD), {"name": "up", "owner": root.pk, "ticket": ticket}
        )

        assert "owner" in response.context["form"].errors
        assert not ApiKey.objects.exists()

    def test_not_for_a_user_with_more_permissions(
        self, allowed, client, ada, django_user_model
    ):
        client.force_login(allowed(ada, "add_apikey"))
        more = allowed(django_user_model.objects.create_user("eve"), "delete_apikey")
        ticket = client.get(reverse(ADD)).context["form"].initial["ticket"]

        client.post(reverse(ADD), {"name": "up", "owner": more.pk, "ticket": ticket})

        assert not ApiKey.objects.exists()

    def test_for_a_user_with_no_more_permissions_and_for_oneself(
        self, allowed, client, ada, django_user_model
    ):
        client.force_login(allowed(ada, "add_apikey"))
        for owner in (ada, django_user_model.objects.create_user("eve")):
            ticket = client.get(reverse(ADD)).context["form"].initial["ticket"]
            client.post(
                reverse(ADD), {"name": "k", "owner": owner.pk, "ticket": ticket}
            )

        assert 2 == ApiKey.objects.count()
