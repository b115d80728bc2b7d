"""One's own sessions over HTTP: which device, when, from where; ending one."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from django_claimsauth.tokens import flows
from django_claimsauth.tokens.flows import Device
from django_claimsauth.tokens.models import RefreshToken, TokenFamily
from tests.tokens import minted
from tests.tokens.changed import bearer_options


@pytest.fixture(name="pair")
def _pair(user):
    device = Device(user_agent="Phone")
    return flows.issue(user, client="web", device=device)


def test_live_sessions_are_listed_and_one_is_this_one(pair, user, other, get):
    flows.issue(other)
    flows.revoke_session(flows.issue(user).sid)
    flows.issue(user, now=datetime.now(UTC) - timedelta(days=100))
    second = flows.issue(user, device=Device(user_agent="Laptop"))
    flows.rotate(second.refresh_token)

    sessions = get("/tokens/sessions/", pair.access_token).json()

    assert [second.sid, pair.sid] == [each["sid"] for each in sessions]
    assert [False, True] == [each["current"] for each in sessions]
    assert ["Laptop", "Phone"] == [each["user_agent"] for each in sessions]
    newest = RefreshToken.objects.latest("issued_at")
    assert newest.issued_at == datetime.fromisoformat(sessions[0]["last_used_at"])


def test_no_secret_and_no_digest_is_listed(pair, get):
    text = get("/tokens/sessions/", pair.access_token).content.decode()

    row = RefreshToken.objects.select_related("family").get()
    for secret in (pair.refresh_token, row.digest, row.salt, row.family.stamp):
        assert secret not in text


def test_a_list_costs_the_same_for_one_and_many(
    pair, user, get, django_assert_num_queries
):
    for _ in range(5):
        flows.issue(user)

    # The token's standing, its user, the sessions.
    with django_assert_num_queries(3):
        assert 6 == len(get("/tokens/sessions/", pair.access_token).json())


def test_of_very_many_the_newest_are_listed(pair, user, get):
    TokenFamily.objects.bulk_create(
        TokenFamily(user=user, expires_at=datetime(2096, 1, 1, tzinfo=UTC))
        for _ in range(120)
    )

    assert 100 == len(get("/tokens/sessions/", pair.access_token).json())


def test_one_is_ended(pair, user, get):
    second = flows.issue(user)

    response = get(f"/tokens/sessions/{second.sid}/", pair.access_token, "DELETE")

    assert 204 == response.status_code
    assert 401 == get("/whoami/", second.access_token).status_code
    assert 200 == get("/whoami/", pair.access_token).status_code


def test_somebody_else_s_is_like_one_that_is_not_there(pair, other, get):
    theirs = flows.issue(other)

    answers = [
        get(f"/tokens/sessions/{sid}/", pair.access_token, "DELETE")
        for sid in (theirs.sid, "0" * 32)
    ]

    assert {404} == {each.status_code for each in answers}
    assert answers[0].content == answers[1].content
    assert 200 == get("/whoami/", theirs.access_token).status_code


@pytest.mark.parametrize(
    "sid",
    [
        "x",
        "%00",
        "0" * 31,
        "0" * 33,
        "A" * 32,
        "' OR 1=1--",
        "x" * 100_000,
        "\u0661" * 32,
    ],
)
def test_what_is_no_sid_leads_nowhere(pair, get, sid):
    path = f"/tokens/sessions/{sid}/"

    assert 404 == get(path, pair.access_token, "DELETE").status_code


def test_who_is_not_signed_in_has_none(db, get):
    for path, method in (("", "GET"), (f"{'0' * 32}/", "DELETE")):
        response = get(f"/tokens/sessions/{path}", method=method)

        assert 401 == response.status_code
        assert 'Bearer realm="api"' == response["WWW-Authenticate"]


def test_a_stranger_with_the_same_sub_has_none(pair, user, settings, get, post):
    bearer_options(
        settings,
        authority="https://login.example",
        keys=minted.key_set("ES256"),
        audiences=["https://api.test"],
        max_lifetime=None,
    )
    token = minted.token(
        iss="https://login.example",
        exp=4_000_000_000,
        sub=str(user.pk),
        sid=pair.sid,
    )

    listed = get("/tokens/sessions/", token)
    ended = get(f"/tokens/sessions/{pair.sid}/", token, "DELETE")
    headers = {"authorization": f"Bearer {token}"}
    everywhere = post("sign-out-everywhere", {}, headers=headers)
    signed_out = post("sign-out", {}, headers=headers)

    assert {403} == {listed.status_code, ended.status_code, everywhere.status_code}
    assert "permission_denied" == listed.json()["code"]
    assert 400 == signed_out.status_code
    assert TokenFamily.objects.get().revoked_at is None


def test_a_session_has_a_url(pair, settings):
    settings.ROOT_URLCONF = "tests.tokens.urls"

    path = reverse("claimsauth:session", args=[pair.sid])

    assert f"/tokens/sessions/{pair.sid}/" == path
