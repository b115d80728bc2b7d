"""Sessions and revoked tokens in the admin: seen by staff, ended by those who may."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from django_claimsauth.tokens import flows
from django_claimsauth.tokens.flows import Device
from django_claimsauth.tokens.models import RefreshToken, RevokedToken, TokenFamily

SESSIONS = "/admin/claimsauth/tokenfamily/"
REVOKED = "/admin/claimsauth/revokedtoken/"


@pytest.fixture(name="pair")
def _pair(user):
    return flows.issue(user, client="web", device=Device(user_agent="<b>Phone</b>"))


def staff(*codenames, superuser=False):
    """A client signed in as somebody with these permissions."""
    person = get_user_model().objects.create_user(
        f"staff{get_user_model().objects.count()}",
        is_staff=True,
        is_superuser=superuser,
    )
    for each in codenames:
        person.user_permissions.add(Permission.objects.get(codename=each))
    client = Client()
    client.force_login(person)
    return client


def act(client, action, *families):
    return client.post(
        SESSIONS,
        {"action": action, "_selected_action": [each.pk for each in families]},
        follow=True,
    )


class TestSessions:
    """The list, one session, and ending them."""

    def test_who_may_look_sees_who_is_signed_in_where(self, pair, user):
        client = staff("view_tokenfamily")

        text = client.get(SESSIONS).content.decode()

        assert pair.sid in text
        assert "alice" in text
        assert f"?user={user.pk}" in text
        assert "&lt;b&gt;Phone" in text

    def test_one_session_shows_how_often_it_was_refreshed(self, pair):
        flows.rotate(pair.refresh_token)
        client = staff("view_tokenfamily")
        family = TokenFamily.objects.get()

        text = client.get(f"{SESSIONS}{family.pk}/change/").content.decode()

        assert "Refreshed" in text
        assert "live" in text

    def test_no_secret_and_no_digest_is_shown(self, pair):
        client = staff(superuser=True)
        row = RefreshToken.objects.select_related("family").get()
        pages = [
            client.get(path).content.decode()
            for path in (SESSIONS, f"{SESSIONS}{row.family_id}/change/")
        ]

        for secret in (pair.refresh_token, row.digest, row.salt, row.family.stamp):
            assert not any(secret in page for page in pages)

    @pytest.mark.parametrize(
        ("state", "sids"), [("live", 1), ("revoked", 1), ("past", 1), ("", 3)]
    )
    def test_they_are_filtered_by_state(self, pair, user, state, sids):
        flows.revoke_session(flows.issue(user).sid)
        flows.issue(user, now=datetime.now(UTC) - timedelta(days=91))
        client = staff("view_tokenfamily")

        response = client.get(SESSIONS, {"state": state} if state else {})

        assert sids == response.context["cl"].result_count
        assert 200 == response.status_code

    def test_each_state_has_a_word(self, pair, user):
        flows.revoke_session(pair.sid)
        TokenFamily.objects.update(reason="")
        second = flows.issue(user)
        flows.revoke_session(second.sid, reason="reused")
        flows.issue(user, now=datetime.now(UTC) - timedelta(days=91))
        client = staff("view_tokenfamily")

        text = client.get(SESSIONS).content.decode()

        for word in ("revoked", "refresh token reused", "expired"):
            assert f">{word}<" in text

    @pytest.mark.parametrize(
        ("query", "count"),
        [("alice", 1), ("web", 1), ("bob", 0), ("we", 0), ("a' OR 1=1--", 0)],
    )
    def test_they_are_searched_by_user_client_and_sid(self, pair, query, count):
        client = staff("view_tokenfamily")

        assert count == client.get(SESSIONS, {"q": query}).context["cl"].result_count

    def test_a_token_or_digest_finds_nothing(self, pair):
        client = staff("view_tokenfamily")
        row = RefreshToken.objects.get()

        for query in (pair.refresh_token, pair.access_token, row.digest):
            found = client.get(SESSIONS, {"q": query}).context["cl"]
            assert 0 == found.result_count

    def test_a_list_costs_as_much_for_many(
        self, pair, user, django_assert_max_num_queries
    ):
        for _ in range(30):
            flows.issue(user)
        client = staff("view_tokenfamily")

        with django_assert_max_num_queries(8):
            client.get(SESSIONS)

    def test_selected_ones_are_ended_and_logged(self, pair, user, ask):
        other = flows.issue(user)
        client = staff("view_tokenfamily", "change_tokenfamily")

        response = act(client, "revoke_selected", TokenFamily.objects.get(sid=pair.sid))

        assert b"1 session ended." in response.content
        assert not ask(pair.access_token).succeeded
        assert ask(other.access_token).succeeded
        assert 1 == LogEntry.objects.count()

    def test_ending_one_twice_is_said_and_not_logged(self, pair):
        flows.revoke_session(pair.sid)
        client = staff("view_tokenfamily", "change_tokenfamily")

        response = act(client, "revoke_selected", TokenFamily.objects.get())

        assert b"0 sessions ended." in response.content
        assert 0 == LogEntry.objects.count()

    def test_all_of_their_users_are_ended(self, pair, user, other, ask):
        second, theirs = flows.issue(user), flows.issue(other)
        client = staff("view_tokenfamily", "change_tokenfamily")

        response = act(client, "revoke_users", *TokenFamily.objects.filter(user=user))

        assert b"2 sessions ended." in response.content
        assert not ask(second.access_token).succeeded
        assert ask(theirs.access_token).succeeded

    def test_who_may_only_look_ends_nothing(self, pair, ask):
        client = staff("view_tokenfamily")

        for action in ("revoke_selected", "revoke_users", "delete_selected"):
            act(client, action, TokenFamily.objects.get())

        assert ask(pair.access_token).succeeded

    @pytest.mark.parametrize(
        ("path", "status"),
        [("add/", 403), ("{pk}/change/", 403), ("{pk}/delete/", 403)],
    )
    def test_nobody_writes_a_row(self, pair, path, status):
        client = staff(superuser=True)
        family = TokenFamily.objects.get()
        forged = {"stamp": "x", "expires_at_0": "2096-01-01", "post": "yes"}

        response = client.post(SESSIONS + path.format(pk=family.pk), forged)

        assert status == response.status_code
        family.refresh_from_db()
        assert family.expires_at.year < 2096

    def test_who_is_no_staff_is_sent_to_the_door(self, pair, user):
        client = Client()
        client.force_login(user)

        for path in (SESSIONS, REVOKED, f"{REVOKED}add/"):
            assert 302 == client.get(path).status_code

    def test_a_user_with_sessions_may_be_deleted(self, pair, user):
        client = staff(superuser=True)
        url = reverse("admin:auth_user_delete", args=[user.pk])

        assert b"cannot be deleted" not in client.get(url).content
        client.post(url, {"post": "yes"})

        assert not TokenFamily.objects.exists()


class TestRevokedTokens:
    """Tokens by id, and revoking one that is pasted."""

    def paste(self, client, token):
        return client.post(f"{REVOKED}add/", {"token": token}, follow=True)

    def test_a_pasted_access_token_is_revoked_and_not_stored(self, pair, ask):
        client = staff("add_revokedtoken", "view_revokedtoken")
        assert b"Paste an access token" in client.get(f"{REVOKED}add/").content

        lines = f"{pair.access_token[:50]}\n {pair.access_token[50:]}\n"
        response = self.paste(client, lines)

        assert b"Revoked." in response.content
        assert not ask(pair.access_token).succeeded
        row = RevokedToken.objects.get()
        assert row.jti in response.content.decode()
        stored = str(list(RevokedToken.objects.values()))
        assert pair.access_token.split(".")[2] not in stored

    def test_a_pasted_refresh_token_ends_its_session(self, pair, ask):
        self.paste(staff("add_revokedtoken", "view_revokedtoken"), pair.refresh_token)

        assert not ask(pair.access_token).succeeded

    def test_what_is_unknown_is_said(self, db):
        client = staff("add_revokedtoken", "view_revokedtoken")

        assert b"Nothing was revoked" in self.paste(client, "a.b.c").content

    @pytest.mark.parametrize("token", ["", "x" * 17_000, "canary\0"])
    def test_what_does_not_fit_is_neither_taken_nor_shown_again(self, db, token):
        client = staff("add_revokedtoken", "view_revokedtoken")

        response = self.paste(client, token)

        assert 200 == response.status_code
        assert b"errors" in response.content
        assert not token or token[:6].encode() * 2 not in response.content
        assert b"canary" not in response.content
        assert not RevokedToken.objects.exists()

    def test_who_may_not_add_revokes_nothing(self, pair, ask):
        client = staff("view_revokedtoken")

        assert 403 == self.paste(client, pair.access_token).status_code
        assert 403 == client.get(f"{REVOKED}add/").status_code
        assert ask(pair.access_token).succeeded

    @pytest.mark.parametrize("path", ["{pk}/change/", "{pk}/delete/"])
    def test_nobody_brings_one_back_to_life(self, pair, ask, path):
        flows.revoke(pair.access_token)
        client = staff(superuser=True)
        row = RevokedToken.objects.get()
        assert 200 == client.get(f"{REVOKED}{row.pk}/change/").status_code

        response = client.post(REVOKED + path.format(pk=row.pk), {"post": "yes"})
        client.post(
            REVOKED, {"action": "delete_selected", "_selected_action": [row.pk]}
        )

        assert 403 == response.status_code
        assert not ask(pair.access_token).succeeded

    def test_they_are_searched_by_id(self, pair):
        flows.revoke(pair.access_token)
        client = staff("view_revokedtoken")
        jti = RevokedToken.objects.get().jti

        for query, count in ((jti, 1), (pair.access_token, 0)):
            found = client.get(REVOKED, {"q": query}).context["cl"]
            assert count == found.result_count
