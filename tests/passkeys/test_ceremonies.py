"""The ceremonies as they should go, with every algorithm that is offered."""

import pytest
from django.contrib.auth import get_user_model

from django_claimsauth.passkeys import flows
from django_claimsauth.passkeys.models import Passkey, PasskeyChallenge
from tests.passkeys.authenticator import (
    BE,
    BS,
    ED,
    RS256,
    UP,
    UV,
    Authenticator,
    EdDSA,
    decoded,
)
from tests.passkeys.conftest import BROWSER

AUTHENTICATORS = [
    pytest.param(Authenticator, id="ES256"),
    pytest.param(lambda: Authenticator(key=EdDSA()), id="EdDSA"),
    pytest.param(lambda: Authenticator(key=RS256()), id="RS256"),
]


class TestRegistration:
    def test_what_the_browser_is_asked_follows_the_settings(self, user, party):
        party(ATTESTATION="direct", AUTHENTICATOR_ATTACHMENT="platform")

        options = flows.registration_options(user, browser=BROWSER)

        assert {"id": "example.org", "name": "Example"} == options["rp"]
        assert "ada" == options["user"]["name"]
        assert 32 == len(decoded(options["challenge"]))
        assert [-8, -7, -257] == [each["alg"] for each in options["pubKeyCredParams"]]
        assert 300_000 == options["timeout"]
        assert "direct" == options["attestation"]
        assert {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
            "authenticatorAttachment": "platform",
        } == options["authenticatorSelection"]

    def test_a_user_handle_is_random_and_stays(self, user):
        """An authenticator never learns a primary key."""
        first = flows.registration_options(user, browser=BROWSER)["user"]["id"]
        second = flows.registration_options(user, browser=BROWSER)["user"]["id"]

        assert first == second
        assert 64 == len(decoded(first))

    @pytest.mark.parametrize("make", AUTHENTICATORS)
    def test_a_passkey_is_stored_as_it_was_attested(self, user, registered, make):
        authenticator = make()
        authenticator.flags = UP | UV | BE | BS
        authenticator.aaguid = bytes.fromhex("ea9b8d664d011d213ce4b6b48cb575d4")

        _, passkey = registered(
            user,
            authenticator,
            transports=["hybrid", "internal", "no such", 1, "x" * 50, "hybrid"],
        )

        stored = Passkey.objects.get(pk=passkey.pk)
        assert authenticator.credential_id == decoded(stored.credential_id)
        assert authenticator.key.algorithm == stored.algorithm
        assert ["hybrid", "internal"] == stored.transport_hints
        assert (True, True, True) == (
            stored.backup_eligible,
            stored.backed_up,
            stored.user_verified,
        )
        assert "Google Password Manager" == stored.name == str(stored)
        assert stored.last_used_at is None

    def test_the_passkeys_that_one_has_are_left_out(self, user, registered):
        authenticator, _ = registered(user)

        options = flows.registration_options(user, browser=BROWSER)

        (excluded,) = options["excludeCredentials"]
        assert authenticator.credential_id == decoded(excluded["id"])
        assert ["internal"] == excluded["transports"]

    def test_extensions_may_follow_the_key(self, user, registered):
        _, passkey = registered(
            user, flags=UP | UV | 0x40 | ED, extensions=b"\xa1\x63foo\x01"
        )

        assert passkey.pk

    def test_a_token_binding_of_an_old_browser_is_left_alone(self, user, registered):
        _, passkey = registered(user, members={"tokenBinding": {"status": "supported"}})

        assert passkey.pk

    def test_another_origin_of_ours_may_be_used(self, user, registered, party):
        party(ORIGINS=["https://example.org", "https://app.example.org"])

        _, passkey = registered(user, Authenticator(origin="https://app.example.org"))

        assert passkey.pk


class TestAuthentication:
    @pytest.mark.parametrize("make", AUTHENTICATORS)
    def test_a_passkey_says_who_its_user_is(self, user, registered, sign_in, make):
        authenticator, passkey = registered(user, make())

        found = sign_in(authenticator)

        assert (user, passkey) == (found.user, found.passkey)
        assert Passkey.objects.get().last_used_at == found.authenticated_at

    @pytest.mark.parametrize("handle", ["kept", None])
    def test_a_name_asks_for_its_passkeys(self, user, registered, sign_in, handle):
        """Keys that are not discoverable return no handle."""
        authenticator, _ = registered(user)
        odd = {} if handle else {"handle": None}

        options = flows.authentication_options("ada", browser=BROWSER)
        found = sign_in(authenticator, "ada", **odd)

        (allowed,) = options["allowCredentials"]
        assert authenticator.credential_id == decoded(allowed["id"])
        assert user == found.user

    def test_without_a_name_any_passkey_is_asked_for(self, db):
        options = flows.authentication_options(browser=BROWSER)

        assert [] == options["allowCredentials"]
        assert ("example.org", "required") == (
            options["rpId"],
            options["userVerification"],
        )

    def test_the_record_follows_the_authenticator(self, user, registered, sign_in):
        authenticator, _ = registered(user, Authenticator(flags=UP | UV | BE, steps=3))

        sign_in(authenticator, flags=UP | UV | BE | BS)

        stored = Passkey.objects.get()
        assert (3, True) == (stored.sign_count, stored.backed_up)

    @pytest.mark.parametrize(
        ("flags", "methods"),
        [
            pytest.param((UP | UV, UP | UV), ("hwk", "user", "mfa"), id="device"),
            pytest.param(
                (UP | UV | BE, UP | UV | BE), ("swk", "user", "mfa"), id="sync"
            ),
            pytest.param((UP | UV, UP), ("hwk", "user"), id="not verified now"),
            pytest.param((UP, UP | UV), ("hwk", "user"), id="PIN set later"),
        ],
    )
    def test_methods_say_what_was_proved(self, adas, sign_in, party, flags, methods):
        """Two factors only where the user was verified, then and now."""
        party(USER_VERIFICATION="preferred")
        then, now = flags
        authenticator = adas(Authenticator(flags=then))

        assert methods == sign_in(authenticator, flags=now).methods


class TestStepUp:
    def test_a_fresh_assertion_proves_the_user_again(self, user, registered):
        authenticator, passkey = registered(user)

        options = flows.step_up_options(user, browser=BROWSER)
        found = flows.step_up(user, authenticator.get(options), browsers=(BROWSER,))

        assert (user, passkey) == (found.user, found.passkey)
        assert ("hwk", "user", "mfa") == found.methods


@pytest.mark.django_db
class TestSignUp:
    def test_an_account_is_made_with_its_first_passkey(self, party):
        party(SIGN_UP=True)
        authenticator = Authenticator()

        options = flows.sign_up_options("grace", "Grace H.", browser=BROWSER)
        assert not get_user_model().objects.exists()
        answer = authenticator.create(options)
        found = flows.sign_up(answer, browsers=(BROWSER,), name="Phone")

        user = get_user_model().objects.get(username="grace")
        assert (user, "Phone") == (found.user, found.passkey.name)
        assert ("hwk", "user", "mfa") == found.methods
        assert not user.has_usable_password()
        assert "Grace H." == options["user"]["displayName"]
        assert user.passkey_handle.handle == authenticator.handle.hex()
        assert not PasskeyChallenge.objects.exists()

    def test_the_new_passkey_signs_in(self, party, sign_in):
        party(SIGN_UP=True)
        authenticator = Authenticator()
        options = flows.sign_up_options("grace", browser=BROWSER)
        flows.sign_up(authenticator.create(options), browsers=(BROWSER,))

        assert "grace" == sign_in(authenticator).user.get_username()

    def test_a_project_makes_its_users_itself(self, party):
        def create_user(username):
            return get_user_model().objects.create_user(username, "x@example.org")

        party(SIGN_UP=True, CREATE_USER=create_user)
        options = flows.sign_up_options("grace", browser=BROWSER)

        found = flows.sign_up(Authenticator().create(options), browsers=(BROWSER,))

        assert "x@example.org" == found.user.email
