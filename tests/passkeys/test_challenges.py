"""A challenge is good for one answer, in one ceremony, browser, user and time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from django_claimsauth.passkeys import challenges, flows
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.models import Ceremony, PasskeyChallenge
from tests.passkeys.authenticator import Authenticator, decoded
from tests.passkeys.conftest import BROWSER

NOW = timezone.now()


@pytest.fixture(name="authenticator")
def _authenticator(user, registered):
    return registered(user)[0]


def test_it_is_stored_as_a_digest(user):
    options = flows.authentication_options(browser=BROWSER)

    row = PasskeyChallenge.objects.get()

    assert options["challenge"] not in str(vars(row))
    assert BROWSER not in str(vars(row))
    assert timedelta(minutes=5) == row.expires_at - row.created_at
    assert "authentication" == str(row)


def test_every_one_is_new(db):
    made = {
        flows.authentication_options(browser=BROWSER)["challenge"] for _ in range(20)
    }

    assert 20 == len(made)
    assert {32} == {len(decoded(each)) for each in made}


def test_it_is_spent_by_success(authenticator, refused):
    options = flows.authentication_options(browser=BROWSER)
    answer = authenticator.get(options)
    flows.authenticate(answer, browsers=(BROWSER,))

    with refused("challenge_unknown"):
        flows.authenticate(answer, browsers=(BROWSER,))


def test_it_is_spent_by_failure(authenticator, refused):
    options = flows.authentication_options(browser=BROWSER)
    with refused("signature_invalid"):
        flows.authenticate(
            authenticator.get(options, signature=b"1"), browsers=(BROWSER,)
        )

    with refused("challenge_unknown"):
        flows.authenticate(authenticator.get(options), browsers=(BROWSER,))


@pytest.mark.parametrize(
    ("after", "code"),
    [(timedelta(minutes=4, seconds=59), None), (timedelta(minutes=5), "expired")],
)
def test_it_lives_five_minutes(authenticator, refused, after, code):
    options = flows.authentication_options(browser=BROWSER, now=NOW)
    answer = authenticator.get(options)

    if code is None:
        assert flows.authenticate(answer, browsers=(BROWSER,), now=NOW + after)
        return
    with refused("challenge_expired"):
        flows.authenticate(answer, browsers=(BROWSER,), now=NOW + after)
    assert not PasskeyChallenge.objects.exists()


@pytest.mark.parametrize("browsers", [(), ("cookie:another",), ("session:x", "")])
def test_another_browser_cannot_answer_it(authenticator, refused, browsers):
    options = flows.authentication_options(browser=BROWSER)

    with refused("challenge_of_another_browser"):
        flows.authenticate(authenticator.get(options), browsers=browsers)

    assert not PasskeyChallenge.objects.exists()


def test_what_else_the_browser_shows_does_not_matter(authenticator):
    options = flows.authentication_options(browser=BROWSER)
    browsers = ("session:new", BROWSER)

    assert flows.authenticate(authenticator.get(options), browsers=browsers)


class TestAnotherCeremony:
    def test_a_sign_in_does_not_lift_a_session(self, user, authenticator, refused):
        options = flows.authentication_options(browser=BROWSER)

        with refused("challenge_of_another_ceremony"):
            flows.step_up(user, authenticator.get(options), browsers=(BROWSER,))

    def test_a_step_up_does_not_sign_in(self, user, authenticator, refused):
        options = flows.step_up_options(user, browser=BROWSER)

        with refused("challenge_of_another_ceremony"):
            flows.authenticate(authenticator.get(options), browsers=(BROWSER,))

    def test_a_registration_does_not_sign_up(self, user, party, refused):
        party(SIGN_UP=True)
        options = flows.registration_options(user, browser=BROWSER)

        with refused("challenge_of_another_ceremony"):
            flows.sign_up(Authenticator().create(options), browsers=(BROWSER,))

    def test_a_sign_up_does_not_register(self, user, party, refused):
        party(SIGN_UP=True)
        options = flows.sign_up_options("grace", browser=BROWSER)

        with refused("challenge_of_another_ceremony"):
            flows.register(user, Authenticator().create(options), browsers=(BROWSER,))

    def test_a_sign_in_does_not_register(self, user, authenticator, refused):
        options = flows.authentication_options(browser=BROWSER)
        answer = Authenticator().create(
            flows.registration_options(user, browser=BROWSER),
            members={"challenge": options["challenge"]},
        )

        with refused("challenge_of_another_ceremony"):
            flows.register(user, answer, browsers=(BROWSER,))


class TestAnotherUser:
    def test_nobody_registers_by_the_challenge_of_another(self, user, other, refused):
        options = flows.registration_options(user, browser=BROWSER)

        with refused("challenge_of_another_user"):
            flows.register(other, Authenticator().create(options), browsers=(BROWSER,))

    def test_nobody_steps_up_by_the_challenge_of_another(
        self, user, other, authenticator, refused
    ):
        options = flows.step_up_options(user, browser=BROWSER)

        with refused("challenge_of_another_user"):
            flows.step_up(other, authenticator.get(options), browsers=(BROWSER,))


class TestPruning:
    def mint(self, now):
        return challenges.mint(Ceremony.AUTHENTICATION, browser=BROWSER, now=now)

    def test_the_expired_go_and_the_others_stay(self, db):
        for minutes in (60, 10, 5):
            self.mint(NOW - timedelta(minutes=minutes))
        kept = self.mint(NOW - timedelta(minutes=4))

        assert 3 == flows.prune(now=NOW, dry_run=True)
        assert 3 == flows.prune(now=NOW, batch_size=2)
        assert 0 == flows.prune(now=NOW)

        spent = challenges.spend(
            kept, Ceremony.AUTHENTICATION, browsers=(BROWSER,), now=NOW
        )
        assert not spent.is_decoy


def test_a_refusal_says_its_code_and_keeps_its_detail():
    error = PasskeyError("origin_not_allowed", "'https://evil.example'")

    assert "origin_not_allowed: 'https://evil.example'" == str(error)
    assert "The page's origin is not allowed." == error.sentence
    assert "wrong_type" == str(PasskeyError("wrong_type"))
