"""Revocation and introspection for services (RFC 7009, RFC 7662)."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection

from django_claimsauth.api_keys import flows as api_keys
from django_claimsauth.tokens import flows
from django_claimsauth.tokens.models import TokenFamily
from tests.tokens import minted
from tests.tokens.changed import tokens_settings

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(name="call")
def _call(post):
    """Post a form with an API key that has these scopes."""

    def call(name, token, *, scopes=("tokens.revoke", "tokens.introspect")):
        extra = {"content_type": FORM}
        if scopes is not None:
            issued = api_keys.issue(f"service {datetime.now(UTC)}", scopes=scopes)
            extra["headers"] = {"x-api-key": issued.secret}
        body = token if isinstance(token, bytes) else urlencode({"token": token})
        return post(name, body, **extra)

    return call


@pytest.fixture(name="pair")
def _pair(user):
    return flows.issue(user, scopes=["read"], client="web")


class TestWhoMayAsk:
    """A service with the scope for it, and nobody else."""

    @pytest.mark.parametrize("name", ["revoke", "introspect"])
    def test_without_a_key(self, pair, call, name):
        response = call(name, pair.access_token, scopes=None)

        assert 401 == response.status_code
        assert "ApiKey" in response["WWW-Authenticate"]

    @pytest.mark.parametrize(
        ("name", "scope"),
        [("revoke", "tokens.introspect"), ("introspect", "tokens.revoke")],
    )
    def test_with_another_scope(self, pair, call, name, scope):
        response = call(name, pair.access_token, scopes=[scope])

        assert 403 == response.status_code
        assert "permission_denied" == response.json()["code"]
        assert TokenFamily.objects.get().revoked_at is None

    def test_with_a_user_s_own_token(self, pair, post):
        response = post(
            "introspect",
            urlencode({"token": pair.access_token}),
            content_type=FORM,
            headers={"authorization": f"Bearer {pair.access_token}"},
        )

        assert 401 == response.status_code

    def test_the_scope_is_a_setting(self, pair, call, settings):
        tokens_settings(settings, INTROSPECTION_SCOPE="ask")

        response = call("introspect", pair.access_token, scopes=["ask"])

        assert 200 == response.status_code


class TestRevoke:
    """RFC 7009: 200, whatever became of it."""

    def test_a_token_is_revoked(self, pair, call, get):
        response = call("revoke", pair.access_token)

        assert (200, b"") == (response.status_code, response.content)
        assert "no-store" == response["Cache-Control"]
        assert 401 == get("/whoami/", pair.access_token).status_code

    def test_a_refresh_token_takes_its_access_tokens_with_it(self, pair, call, get):
        call("revoke", pair.refresh_token)

        assert 401 == get("/whoami/", pair.access_token).status_code

    @pytest.mark.parametrize("token", ["unknown", "a.b.c", "x" * 16_384])
    def test_an_unknown_one_is_as_good_as_revoked(self, db, call, token):
        assert 200 == call("revoke", token).status_code

    @pytest.mark.parametrize(
        ("client", "status"), [("other", 400), ("web", 200)], ids=["other", "own"]
    )
    def test_a_client_revokes_its_own_alone(  # noqa: PLR0917
        self, pair, user, post, get, settings, client, status
    ):
        # A client that has a token of its own, and so a `client_id`.
        tokens_settings(settings, CLIENT_SCHEMES=["bearer"])
        its = flows.issue(user, client=client, scopes=["tokens.revoke"]).access_token

        for token in (pair.access_token, "unknown"):
            response = post(
                "revoke",
                urlencode({"token": token}),
                content_type=FORM,
                headers={"authorization": f"Bearer {its}"},
            )
            # What is not alive is nobody's, and as good as revoked.
            assert (200 if token == "unknown" else status) == response.status_code

        is_alive = get("/whoami/", pair.access_token).status_code == 200
        assert is_alive is (status == 400)


class TestIntrospect:
    """RFC 7662: all that a live token says, and nothing of any other."""

    def test_an_access_token(self, pair, user, call):
        body = call("introspect", pair.access_token).json()

        assert body["active"] is True
        assert ("Bearer", "read", "web", str(user.pk), pair.sid) == tuple(
            body[name] for name in ("token_type", "scope", "client_id", "sub", "sid")
        )
        assert {"iss", "aud", "exp", "iat", "jti"} <= set(body)

    def test_a_refresh_token(self, pair, user, call):
        body = call("introspect", pair.refresh_token).json()

        assert body["active"] is True
        assert ("read", "web", str(user.pk)) == (
            body["scope"],
            body["client_id"],
            body["sub"],
        )
        assert "token_type" not in body
        assert body["exp"] - body["iat"] == 14 * 24 * 3600

    def test_what_is_not_alive_is_inactive_and_no_more(self, pair, user, other, call):
        expired = flows.issue(user, now=datetime.now(UTC) - timedelta(days=20))
        revoked, spent = flows.issue(user), flows.issue(user)
        flows.revoke_session(revoked.sid)
        flows.rotate(spent.refresh_token)
        theirs = flows.issue(other)
        type(other).objects.filter(pk=other.pk).update(is_active=False)
        ended = flows.issue(user, now=datetime.now(UTC) - timedelta(days=1))
        flows.revoke_all(user, now=datetime.now(UTC) - timedelta(hours=1))
        TokenFamily.objects.filter(sid=ended.sid).update(revoked_at=None)

        dead = [expired, revoked, theirs, ended]
        tokens = [each.refresh_token for each in dead]
        tokens += [each.access_token for each in dead]
        tokens += [spent.refresh_token, "unknown", "a.b.c", minted.token()]

        for token in tokens:
            assert {"active": False} == call("introspect", token).json()

    def test_a_family_that_is_over_has_no_live_token(self, pair, call):
        TokenFamily.objects.update(expires_at=datetime.now(UTC))

        assert {"active": False} == call("introspect", pair.refresh_token).json()

    def test_a_store_that_cannot_be_asked_is_no_inactive_token(self, pair, call):
        def fail(execute, sql, params, many, context):
            # The key is found; the token's standing is not.
            if "tokenfamily" in sql:
                raise OperationalError("down")
            return execute(sql, params, many, context)

        with connection.execute_wrapper(fail):
            response = call("introspect", pair.access_token)

        assert (503, "temporarily_unavailable", "1") == (
            response.status_code,
            response.json()["code"],
            response["Retry-After"],
        )


@pytest.mark.parametrize("name", ["revoke", "introspect"])
@pytest.mark.parametrize(
    ("body", "named"),
    [
        (b"", "token"),
        (b"token=", "token"),
        (b"token=a&token=b", "token"),
        (b"token=a&hint=b", "hint"),
        (b"token=a%00", "token"),
        (b"token=" + b"x" * 16_385, "token"),
        (b"token=%ff%fe", ""),
        (b"token=\xff", ""),
        (b"&".join(b"f%d=1" % n for n in range(50)), ""),
    ],
)
def test_a_form_that_is_not_right_is_refused_by_name(db, call, name, body, named):
    response = call(name, body)

    assert (400, "invalid_request") == (response.status_code, response.json()["code"])
    assert named in response.json()["detail"]


def test_a_hint_is_taken_and_needed_by_nobody(pair, call):
    body = urlencode({"token": pair.refresh_token, "token_type_hint": "access_token"})

    assert call("introspect", body.encode()).json()["active"] is True


def test_json_is_no_form(db, call, post):
    issued = api_keys.issue("service", scopes=["tokens.revoke"])

    response = post("revoke", {"token": "a"}, headers={"x-api-key": issued.secret})

    assert 415 == response.status_code
