"""Refreshing and signing out over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection

from django_claimsauth.tokens import flows
from django_claimsauth.tokens.models import RefreshToken, TokenFamily
from tests.tokens.changed import tokens_settings

HOUR_AGO = timedelta(hours=1)


@pytest.fixture(name="pair")
def _pair(user):
    return flows.issue(user, scopes=["read", "write"])


def refused(response, status=400, code="invalid_grant"):
    assert (status, code) == (response.status_code, response.json()["code"])
    assert "no-store" == response["Cache-Control"]
    return response.content


class TestRefresh:
    """A refresh token for a new pair."""

    def test_a_new_pair_is_given(self, pair, post, get):
        response = post("refresh", {"refresh_token": pair.refresh_token})

        body = response.json()
        assert 200 == response.status_code
        assert "no-store" == response["Cache-Control"]
        assert pair.refresh_token != body["refresh_token"]
        assert "read write" == body["scope"]
        assert "alice" == get("/whoami/", body["access_token"]).json()["user"]

    def test_a_lost_answer_may_be_asked_for_again(self, pair, post):
        bodies = [
            post("refresh", {"refresh_token": pair.refresh_token}).json()
            for _ in range(3)
        ]

        assert 1 == len({each["refresh_token"] for each in bodies})

    def test_reuse_ends_the_session(self, pair, post, get):
        new = post("refresh", {"refresh_token": pair.refresh_token}).json()
        post("refresh", {"refresh_token": new["refresh_token"]})

        refused(post("refresh", {"refresh_token": pair.refresh_token}))

        refused(post("refresh", {"refresh_token": new["refresh_token"]}))
        assert 401 == get("/whoami/", new["access_token"]).status_code

    def test_what_a_refusal_wrote_is_not_rolled_back_with_it(
        self, pair, post, settings
    ):
        new = flows.rotate(pair.refresh_token)
        flows.rotate(new.refresh_token)
        settings.DATABASES["default"]["ATOMIC_REQUESTS"] = True
        try:
            refused(post("refresh", {"refresh_token": pair.refresh_token}))
        finally:
            settings.DATABASES["default"]["ATOMIC_REQUESTS"] = False

        assert "reused" == TokenFamily.objects.get().reason

    def test_a_narrower_scope(self, pair, post):
        body = {"refresh_token": pair.refresh_token, "scope": "read"}

        assert "read" == post("refresh", body).json()["scope"]

    def test_a_wider_scope(self, pair, post):
        body = {"refresh_token": pair.refresh_token, "scope": "read admin"}

        refused(post("refresh", body), code="invalid_scope")
        assert RefreshToken.objects.get().used_at is None

    def test_every_refusal_is_one_answer(self, pair, user, other, post):
        expired = flows.issue(user, now=datetime.now(UTC) - timedelta(days=20))
        gone = flows.issue(other)
        get_user_model().objects.filter(pk=other.pk).update(is_active=False)
        dead = flows.issue(user)
        flows.revoke_session(dead.sid)

        answers = {
            refused(post("refresh", {"refresh_token": token}))
            for token in (
                "unknown",
                expired.refresh_token,
                gone.refresh_token,
                dead.refresh_token,
                pair.access_token[:500],
            )
        }

        assert 1 == len(answers)

    @pytest.mark.parametrize(
        "token", [None, 5, True, ["a"], {"a": 1}, "", "a\0b", "x" * 513]
    )
    def test_what_cannot_be_a_token_is_named(self, db, post, token):
        response = post("refresh", {"refresh_token": token})

        refused(response, code="invalid_request")
        assert ["refresh_token"] == list(response.json()["fields"])

    def test_a_busy_database_is_503_and_changes_nothing(self, pair, post):
        def locked(execute, sql, params, many, context):
            if sql.startswith("UPDATE"):
                raise OperationalError("database is locked")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(locked):
            response = post("refresh", {"refresh_token": pair.refresh_token})

        refused(response, 503, "temporarily_unavailable")
        assert RefreshToken.objects.get().used_at is None
        assert 200 == post("refresh", {"refresh_token": pair.refresh_token}).status_code

    def test_an_old_access_token_beside_it_does_no_harm(self, pair, user, post):
        old = flows.issue(user, now=datetime.now(UTC) - HOUR_AGO).access_token

        response = post(
            "refresh",
            {"refresh_token": pair.refresh_token},
            headers={"authorization": f"Bearer {old}"},
        )

        assert 200 == response.status_code


class TestSignOut:
    """One session ends, whichever token names it."""

    def test_by_the_refresh_token(self, pair, user, post, get):
        other = flows.issue(user)

        response = post("sign-out", {"refresh_token": pair.refresh_token})

        assert (204, b"") == (response.status_code, response.content)
        assert "no-store" == response["Cache-Control"]
        assert 401 == get("/whoami/", pair.access_token).status_code
        assert 200 == get("/whoami/", other.access_token).status_code
        assert "signed_out" == TokenFamily.objects.get(sid=pair.sid).reason

    def test_by_the_access_token(self, pair, post, get):
        response = post(
            "sign-out", {}, headers={"authorization": f"Bearer {pair.access_token}"}
        )

        assert 204 == response.status_code
        assert 401 == get("/whoami/", pair.access_token).status_code

    def test_nobody_learns_whether_there_was_a_session(self, pair, post):
        answers = [
            post("sign-out", {"refresh_token": token})
            for token in (pair.refresh_token, pair.refresh_token, "unknown")
        ]

        assert {204} == {each.status_code for each in answers}

    def test_without_a_token_nobody_knows_which(self, db, post):
        refused(post("sign-out", {}), code="invalid_request")

    def test_a_token_that_is_not_valid_names_none(self, db, post):
        headers = {"authorization": "Bearer garbage"}

        refused(post("sign-out", {}, headers=headers), code="invalid_request")

    def test_everywhere(self, pair, user, other, post, get):
        second, theirs = flows.issue(user), flows.issue(other)
        headers = {"authorization": f"Bearer {pair.access_token}"}

        response = post("sign-out-everywhere", {}, headers=headers)

        assert 204 == response.status_code
        for each, status in ((pair, 401), (second, 401), (theirs, 200)):
            assert status == get("/whoami/", each.access_token).status_code

    def test_everywhere_takes_no_field(self, pair, post, get):
        headers = {"authorization": f"Bearer {pair.access_token}"}

        response = post("sign-out-everywhere", {"user": 1}, headers=headers)

        refused(response, code="invalid_request")
        assert 200 == get("/whoami/", pair.access_token).status_code

    def test_everywhere_asks_who(self, db, post):
        refused(post("sign-out-everywhere", {}), 401, "not_authenticated")


def test_nothing_of_a_refusal_is_logged_but_its_cause(pair, post, caplog, settings):
    tokens_settings(settings, REFRESH_RETRY_WINDOW=timedelta(0))
    caplog.set_level("DEBUG")
    flows.rotate(pair.refresh_token)

    post("refresh", {"refresh_token": pair.refresh_token})

    assert "invalid_grant: reused" in caplog.text
    assert pair.refresh_token not in caplog.text
