"""Every wrong body is a 4xx with a code; nothing is stored, and nothing is a 500."""

import json

import pytest
from django.contrib.auth import get_user_model

from django_claimsauth.passkeys.models import PasskeyChallenge
from django_claimsauth.signals import passkey_rejected
from django_claimsauth.tokens import flows as tokens
from tests.passkeys.browser import Browser
from tests.passkeys.test_bad_assertions import CASES as ASSERTIONS
from tests.passkeys.test_bad_attestations import CASES as ATTESTATIONS

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.passkeys.urls")]
WELL_KNOWN = "/.well-known/webauthn"
ANSWERS = ["registration", "authentication", "sign-up", "step-up"]


@pytest.fixture(name="browser")
def _browser(user, party):
    party(SIGN_UP=True)
    browser = Browser()
    browser.token = tokens.issue(user, amr=["pwd"]).access_token
    return browser


@pytest.mark.parametrize("case", ATTESTATIONS)
def test_a_wrong_attestation(case, browser, stored):
    code, odd = ATTESTATIONS[case]
    before = stored()

    answers = [browser.register(**odd), browser.sign_up("grace", **odd)]

    assert before == stored()
    for answer in answers:
        # A lone surrogate is refused by the parser already.
        assert 400 == answer.status_code
        assert answer.json()["code"] in {code, "invalid_request"}


@pytest.mark.parametrize("case", ASSERTIONS)
def test_a_wrong_assertion(case, browser, user, registered, stored):
    code, odd = ASSERTIONS[case]
    registered(user, browser.authenticator)
    before = stored()

    answer = browser.sign_in(**odd)

    assert before == stored()
    assert (400, code) == (answer.status_code, answer.json()["code"])
    assert {"detail", "code"} == set(answer.json())
    assert "no-store" == answer["Cache-Control"]


@pytest.mark.parametrize("ceremony", ANSWERS)
@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        '"text"',
        "5",
        "{}",
        '{"credential": null}',
        '{"credential": []}',
        '{"credential": "x"}',
        '{"credential": {}, "credential": {}}',
        '{"credential": {}, "is_staff": true}',
        '{"credential": {"a": "\\ud800"}}',
        '{"credential": NaN}',
        '{"credential": ' + "[" * 9999 + "]" * 9999 + "}",
        '{"credential": {"a": ' + "1" * 5000 + "}}",
        b'{"credential": "\xff"}',
        "{",
    ],
)
def test_a_wrong_body(ceremony, body, browser, stored):
    before = stored()

    answer = browser.post(f"/passkeys/{ceremony}/", body)

    assert before == stored()
    assert 400 == answer.status_code
    assert answer.json()["code"] in {"invalid_request", "malformed_answer"}


@pytest.mark.parametrize("ceremony", ANSWERS)
def test_a_huge_body_is_not_read(ceremony, browser):
    body = json.dumps({"credential": {"a": "x" * 100_000}})

    assert 413 == browser.post(f"/passkeys/{ceremony}/", body).status_code


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data", ""])
def test_what_is_no_json_is_not_read(content_type, browser):
    """A form of a foreign page cannot say that it is JSON."""
    answer = browser.post(
        "/passkeys/authentication/", '{"credential": {}}', content_type=content_type
    )

    assert answer.status_code in {400, 415}


@pytest.mark.parametrize(
    ("ceremony", "body"),
    [
        ("authentication", {"username": 5}),
        ("authentication", {"username": "x" * 255}),
        ("authentication", {"username": "a\0b"}),
        ("authentication", {"user": "ada"}),
        ("sign-up", {}),
        ("sign-up", {"username": ""}),
        ("sign-up", {"username": None}),
        ("sign-up", {"username": "a b"}),
        ("sign-up", {"username": "x" * 151}),
        ("sign-up", {"username": "ok", "display_name": "x" * 255}),
        ("sign-up", {"username": "ok", "is_superuser": True}),
        ("registration", {"name": "x"}),
        ("step-up", {"username": "x"}),
    ],
)
def test_wrong_options_are_not_given(ceremony, body, browser):
    answer = browser.post(f"/passkeys/{ceremony}/options/", body)

    assert 400 == answer.status_code
    assert not PasskeyChallenge.objects.exists()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("ceremony", ANSWERS)
def test_a_ceremony_is_posted(method, ceremony, browser):
    for path in (f"/passkeys/{ceremony}/", f"/passkeys/{ceremony}/options/"):
        assert 405 == browser.send(method, path).status_code


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "\0"}, {"name": "x" * 101}]
)
def test_a_wrong_name_renames_nothing(body, browser, user, registered, stored):
    _, passkey = registered(user)
    before = stored()

    answer = browser.send("PATCH", f"/passkeys/{passkey.pk}/", body)

    assert 400 == answer.status_code
    assert before == stored()


def test_who_has_no_passkey_cannot_step_up(browser):
    answer = browser.post("/passkeys/step-up/options/")

    assert (409, "no_passkey") == (answer.status_code, answer.json()["code"])


def test_what_there_is_already_is_a_conflict(browser, party):
    first = browser.register()
    again = browser.register()
    party(MAX_PER_USER=1)
    more = browser.post("/passkeys/registration/options/")
    taken = Browser().sign_up("ada")

    codes = [each.json().get("code") for each in (again, more, taken)]
    assert ["credential_taken", "too_many_passkeys", "username_taken"] == codes
    assert [201, 409, 409, 409] == [e.status_code for e in (first, again, more, taken)]


def test_without_a_relying_party_there_is_nothing(browser, party):
    """Whoever includes all endpoints and has no passkeys gets no 500 of it."""
    party(RP_ID=None)
    ceremonies = [f"{each}/{part}" for each in ANSWERS for part in ("", "options/")]

    answers = [browser.post(f"/passkeys/{each}") for each in ceremonies]
    answers += [browser.send("GET", each) for each in ("/passkeys/", WELL_KNOWN)]

    assert {404} == {each.status_code for each in answers}


def test_a_closed_sign_up_is_not_there(browser, party):
    party(SIGN_UP=False)

    answer = browser.post("/passkeys/sign-up/options/", {"username": "grace"})

    assert (404, "sign_up_unavailable") == (answer.status_code, answer.json()["code"])
    assert 1 == get_user_model().objects.count()


def test_a_principal_of_another_issuer_has_no_passkeys(browser, settings):
    from rest_framework.test import APIClient

    from django_claimsauth.claims import ClaimsPrincipal

    client = APIClient()
    stranger = ClaimsPrincipal.of(
        "bearer", {"sub": "1"}, issuer="https://other.example"
    )
    client.force_authenticate(None, token=stranger)

    assert 403 == client.get("/passkeys/").status_code


def test_an_api_key_has_nothing_to_lift(user, registered):
    """Neither a session nor a family: there is nothing that a step-up could change."""
    from rest_framework.test import APIClient

    from django_claimsauth.claims import ClaimsPrincipal

    client = APIClient()
    client.force_authenticate(
        None, token=ClaimsPrincipal.of("api_key", {"sub": str(user.pk)})
    )
    body = {"credential": {}}

    assert 403 == client.post("/passkeys/step-up/", body, format="json").status_code


def test_a_refusal_is_heard_and_logged_in_one_line(browser, user, registered, caplog):
    registered(user, browser.authenticator)
    heard = []

    def hear(ceremony, code, request, **kwargs):
        heard.append((ceremony, code, request.path))

    passkey_rejected.connect(hear)
    caplog.set_level("INFO", "django_claimsauth.passkeys")
    try:
        browser.sign_in(members={"origin": "https://evil\nFAKE LINE"})
    finally:
        passkey_rejected.disconnect(hear)

    assert [
        ("authentication", "origin_not_allowed", "/passkeys/authentication/")
    ] == heard
    assert "\n" not in caplog.messages[-1]


def test_a_refusal_burns_its_challenge_under_atomic_requests(
    browser, user, registered, settings
):
    """A rollback must not bring a challenge back."""
    from django.db import connection

    registered(user, browser.authenticator)
    credential = browser.authenticator.get(browser.options("authentication"))
    bad = {**credential, "id": "AAAA", "rawId": "AAAA"}
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    try:
        first = browser.post("/passkeys/authentication/", {"credential": bad})
        second = browser.post("/passkeys/authentication/", {"credential": credential})
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False

    assert "credential_unknown" == first.json()["code"]
    assert "challenge_unknown" == second.json()["code"]
