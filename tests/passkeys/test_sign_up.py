"""Signing up: an account is made when the attestation verifies, or not at all."""

import pytest
from django.contrib.auth import get_user_model

from django_claimsauth.passkeys import flows
from django_claimsauth.passkeys.models import PasskeyChallenge, UserHandle
from tests.passkeys.authenticator import Authenticator
from tests.passkeys.conftest import BROWSER

pytestmark = pytest.mark.django_db


@pytest.fixture(name="party", autouse=True)
def _party(party):
    party(SIGN_UP=True)
    return party


def answered(username="grace", authenticator=None, **odd):
    options = flows.sign_up_options(username, browser=BROWSER)
    return (authenticator or Authenticator()).create(options, **odd)


@pytest.mark.parametrize(
    ("code", "odd"),
    [
        ("origin_not_allowed", {"members": {"origin": "https://evil.example"}}),
        ("user_not_verified", {"flags": 0x41}),
        ("attestation_invalid", {"fmt": "mine"}),
        ("credential_id_invalid", {"attested_id": b"other"}),
        ("malformed_answer", {"cut": -1}),
    ],
)
def test_no_account_is_made_of_a_wrong_answer(code, odd, refused):
    answer = answered(**odd)

    with refused(code):
        flows.sign_up(answer, browsers=(BROWSER,))

    assert not PasskeyChallenge.objects.exists()


def test_it_is_closed_unless_it_is_opened(party, refused):
    answer = answered()
    party(SIGN_UP=False)

    with refused("sign_up_unavailable"):
        flows.sign_up_options("grace", browser=BROWSER)
    with refused("sign_up_unavailable"):
        flows.sign_up(answer, browsers=(BROWSER,))


@pytest.mark.parametrize(
    "name",
    ["", " ", "a b", "x" * 151, "x" * 255, "\ufdfa" * 200, "a/b", "a\0b", "\ud800"],
)
def test_a_name_that_the_model_refuses_is_refused_at_once(name, refused):
    with refused("username_invalid"):
        flows.sign_up_options(name, browser=BROWSER)


def test_a_name_is_kept_in_the_form_of_the_model(db):
    """Twins of one name, by compatibility forms, are one name."""
    flows.sign_up(answered("\uff47race"), browsers=(BROWSER,))

    assert ["grace"] == [each.username for each in get_user_model().objects.all()]


def test_a_name_that_is_taken_is_told_at_the_end(user, refused):
    """The options are the same for everybody: nobody asks for names by the dozen."""
    free = flows.sign_up_options("free", browser=BROWSER)
    taken = flows.sign_up_options("ada", browser=BROWSER)

    assert sorted(free) == sorted(taken)
    with refused("username_taken"):
        flows.sign_up(Authenticator().create(taken), browsers=(BROWSER,))


def test_a_name_that_is_taken_meanwhile_is_told_too(party, refused):
    def create_user(username):
        return get_user_model().objects.create_user("taken")

    get_user_model().objects.create_user("taken")
    party(CREATE_USER=create_user)
    answer = answered()

    with refused("username_taken"):
        flows.sign_up(answer, browsers=(BROWSER,))


def test_a_credential_that_is_registered_makes_no_second_account(
    user, registered, refused
):
    authenticator, _ = registered(user)
    answer = answered(authenticator=authenticator)

    with refused("credential_taken"):
        flows.sign_up(answer, browsers=(BROWSER,))


def test_the_handle_is_the_one_that_was_offered(db):
    authenticator = Authenticator()

    flows.sign_up(answered(authenticator=authenticator), browsers=(BROWSER,))

    assert authenticator.handle.hex() == UserHandle.objects.get().handle


def test_two_sign_ups_of_one_name_make_one_account(refused):
    first, second = answered(), answered()
    flows.sign_up(first, browsers=(BROWSER,))

    with refused("username_taken"):
        flows.sign_up(second, browsers=(BROWSER,))
