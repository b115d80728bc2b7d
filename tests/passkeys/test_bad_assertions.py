"""Every wrong answer to a sign-in is one refusal; nothing is stored."""

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from django_claimsauth.passkeys import flows
from django_claimsauth.passkeys.answers import client_data_of, parse_assertion
from django_claimsauth.passkeys.assertions import accept
from django_claimsauth.passkeys.models import Passkey, PasskeyChallenge
from django_claimsauth.passkeys.relying_party import relying_party
from django_claimsauth.signals import passkey_clone_suspected
from tests.passkeys.authenticator import (
    BE,
    BS,
    ED,
    ES256,
    UP,
    UV,
    Authenticator,
    encoded,
)
from tests.passkeys.conftest import BROWSER

DEEP = b"\x81" * 40 + b"\x00"
CASES = {
    "another origin": ("origin_not_allowed", {"members": {"origin": "https://a.org"}}),
    "a create": ("wrong_type", {"members": {"type": "webauthn.create"}}),
    "embedded": ("cross_origin_not_allowed", {"members": {"crossOrigin": True}}),
    "another site": ("relying_party_mismatch", {"rp_id": "evil.example"}),
    "nobody there": ("user_not_present", {"flags": UV}),
    "nobody verified": ("user_not_verified", {"flags": UP}),
    "synced and not to be synced": ("backup_flags_invalid", {"flags": UP | UV | BS}),
    "suddenly to be synced": (
        "backup_eligibility_changed",
        {"flags": UP | UV | BE | BS},
    ),
    "cut": ("malformed_answer", {"cut": 36}),
    "bytes left over": ("malformed_answer", {"left_over": b"\0"}),
    "deep extensions": (
        "malformed_answer",
        {"flags": UP | UV | ED, "extensions": DEEP},
    ),
    "extensions that are no map": (
        "malformed_answer",
        {"flags": UP | UV | ED, "extensions": b"\x01"},
    ),
    "extensions that are not there": ("malformed_answer", {"flags": UP | UV | ED}),
    "huge authenticator data": ("malformed_answer", {"left_over": bytes(5000)}),
    "a signature over other client data": ("signature_invalid", {"signs": b"{}"}),
    "a signature by another key": (
        "signature_invalid",
        {"signature": ES256().sign(b"")},
    ),
    "an empty signature": ("signature_invalid", {"signature": b""}),
    "a signature that is no DER": ("signature_invalid", {"signature": bytes(64)}),
    "a huge signature": ("malformed_answer", {"signature": bytes(9000)}),
    "no signature": ("malformed_answer", {"response_with": {"signature": ...}}),
    "no authenticator data": (
        "malformed_answer",
        {"response_with": {"authenticatorData": ...}},
    ),
    "authenticator data that is null": (
        "malformed_answer",
        {"response_with": {"authenticatorData": None}},
    ),
    "no user handle": ("user_handle_mismatch", {"handle": None}),
    "another user handle": ("user_handle_mismatch", {"handle": bytes(64)}),
    "a short user handle": ("user_handle_mismatch", {"handle": b"1"}),
    "a long user handle": ("malformed_answer", {"handle": bytes(100)}),
    "a user handle that is a number": (
        "malformed_answer",
        {"response_with": {"userHandle": 1}},
    ),
    "an unknown credential": ("credential_unknown", {"id": b"unknown"}),
    "another raw id": ("malformed_answer", {"answer": {"rawId": "AAAA"}}),
    "another type": ("malformed_answer", {"answer": {"type": "password"}}),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_answer_is_refused(case, user, registered, refused):
    code, odd = CASES[case]
    authenticator, _ = registered(user)
    options = flows.authentication_options(browser=BROWSER)
    answer = authenticator.get(options, **odd)

    with refused(code):
        flows.authenticate(answer, browsers=(BROWSER,))

    assert not PasskeyChallenge.objects.exists()


@pytest.mark.parametrize("answer", [None, [], "text", 5, {}, {"response": []}])
def test_what_is_no_answer_is_refused(answer, user, refused):
    with refused("malformed_answer"):
        flows.authenticate(answer, browsers=(BROWSER,))


class TestWhoseItIs:
    def test_a_passkey_of_another_user_than_the_named_one(
        self, user, other, registered, sign_in, refused
    ):
        registered(user)
        authenticator, _ = registered(other)

        with refused("credential_not_allowed"):
            sign_in(authenticator, "ada")

    def test_the_handle_of_another_user(
        self, user, other, registered, sign_in, refused
    ):
        authenticator, _ = registered(user)
        bobs, _ = registered(other)

        for username in ("", "ada"):
            with refused("user_handle_mismatch"):
                sign_in(authenticator, username, handle=bobs.handle)

    def test_a_name_that_nobody_has_lets_nobody_in(
        self, user, registered, sign_in, refused
    ):
        """A discoverable passkey must not answer what was asked of another name."""
        authenticator, _ = registered(user)

        with refused("credential_not_allowed"):
            sign_in(authenticator, "nobody")

    def test_a_passkey_of_another_user_lifts_no_session(
        self, user, other, registered, refused
    ):
        registered(user)
        bobs, _ = registered(other)
        options = flows.step_up_options(user, browser=BROWSER)

        with refused("credential_not_allowed"):
            flows.step_up(user, bobs.get(options), browsers=(BROWSER,))

    @pytest.mark.parametrize("username", ["", "ada"])
    def test_an_inactive_user(self, user, registered, sign_in, refused, username):
        authenticator, _ = registered(user)
        get_user_model().objects.update(is_active=False)

        code = "credential_not_allowed" if username else "account_unavailable"
        with refused(code):
            sign_in(authenticator, username)

    def test_a_passkey_that_was_removed(self, user, registered, sign_in, refused):
        authenticator, _ = registered(user)
        Passkey.objects.all().delete()

        with refused("credential_unknown"):
            sign_in(authenticator)

    def test_a_passkey_that_is_removed_meanwhile(self, user, adas, refused):
        authenticator = adas()
        passkey = Passkey.objects.get()
        options = flows.authentication_options(browser=BROWSER)
        answer = authenticator.get(options)
        passkey.delete()
        parsed = parse_assertion(answer, client_data_of(answer))
        passkey.pk = 1

        with refused("credential_unknown"):
            accept(passkey, parsed, relying_party(), timezone.now())


class TestCounter:
    @pytest.fixture(name="alarms")
    def _alarms(self):
        """The counters of suspected clones."""
        heard = []

        def hear(sign_count, **kwargs):
            heard.append(sign_count)

        passkey_clone_suspected.connect(hear)
        yield heard
        passkey_clone_suspected.disconnect(hear)

    @pytest.mark.parametrize("counter", [5, 4, 0])
    def test_one_that_did_not_increase_is_refused(
        self, adas, sign_in, refused, alarms, counter
    ):
        authenticator = adas(Authenticator(counter=5))

        with refused("counter_not_increased"):
            sign_in(authenticator, counter=counter)

        assert [counter] == alarms

    def test_one_that_stays_0_is_none(self, user, registered, sign_in, alarms):
        authenticator, _ = registered(user)

        sign_in(authenticator)
        sign_in(authenticator)

        assert [] == alarms

    def test_it_may_be_reported_alone(self, user, registered, sign_in, party, alarms):
        """The higher count stays, so that each use of a clone is reported."""
        party(COUNTER="report")
        authenticator, _ = registered(user, Authenticator(counter=5))

        sign_in(authenticator, counter=3)
        sign_in(authenticator, counter=4)

        stored = Passkey.objects.get()
        assert (5, [3, 4]) == (stored.sign_count, alarms)
        assert stored.clone_suspected_at == stored.last_used_at

    def test_nobody_raises_an_alarm_without_the_key(
        self, user, registered, sign_in, refused, alarms
    ):
        authenticator, _ = registered(user, Authenticator(counter=5))

        with refused("signature_invalid"):
            sign_in(authenticator, counter=3, signature=b"1")

        assert [] == alarms

    @pytest.mark.parametrize("counter", [2**31, 2**32 - 1])
    def test_it_has_32_bits(self, user, registered, sign_in, counter):
        authenticator, _ = registered(user)

        sign_in(authenticator, counter=counter)

        assert counter == Passkey.objects.get().sign_count


class TestNames:
    def test_an_unknown_name_is_answered_like_a_known_one(
        self, user, other, registered, django_assert_num_queries
    ):
        """The same shape, the same queries; and the same id again."""
        registered(user)
        answers = {}
        for name in ("ada", "bob", "nobody", "nobody "):
            with django_assert_num_queries(3):
                answers[name] = flows.authentication_options(name, browser=BROWSER)

        shapes = {
            name: [sorted(each) for each in answer["allowCredentials"]]
            for name, answer in answers.items()
        }
        assert 1 == len({str(each) for each in shapes.values()})
        again = flows.authentication_options("nobody", browser=BROWSER)
        allowed = [answers[e]["allowCredentials"] for e in ("nobody", "nobody ", "bob")]
        assert again["allowCredentials"] == allowed[0]
        assert allowed[0] != allowed[1] != allowed[2]

    def test_ids_of_decoys_have_the_lengths_of_real_ones(self, db):
        lengths = set()
        for number in range(40):
            options = flows.authentication_options(f"u{number}", browser=BROWSER)
            (allowed,) = options["allowCredentials"]
            lengths.add(len(allowed["id"]))

        assert {len(encoded(bytes(each))) for each in (16, 20, 32, 48)} == lengths
