"""The example's pages in a real browser, with a virtual authenticator."""

import pytest

pytestmark = pytest.mark.browser
NO_AUTOFILL = (
    "PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false)"
)


class TestSignUp:
    def test_an_account_is_made_without_a_password(self, visitor, name):
        visitor.sign_up(name)

        (credential,) = visitor.credentials()
        assert ("localhost", True) == (
            credential["rpId"],
            credential["isResidentCredential"],
        )
        assert name == visitor.page.text_content("#who")
        assert "hwk user mfa" == visitor.page.text_content("#amr").strip()
        assert ["Passkey"] == visitor.names()

    def test_a_name_that_is_taken_is_told(self, visitor, visit, name):
        visitor.sign_up(name)
        second = visit()

        second.go("/account/sign-up/")
        second.page.fill("#username", name)
        second.click("#sign-up button")

        second.hears("The user name is taken. (username_taken)")


class TestSignIn:
    @pytest.fixture(name="visitor")
    def _visitor(self, visitor, name):
        """Somebody who signed up, and is signed out."""
        visitor.sign_up(name)
        visitor.sign_out()
        return visitor

    def without_autofill(self, visitor):
        """Open the page in a browser that has none: there the button is needed."""
        visitor.page.add_init_script(NO_AUTOFILL)
        visitor.go("/account/sign-in/")

    def test_by_user_name(self, visitor, name):
        self.without_autofill(visitor)
        visitor.page.fill("#username", name)
        visitor.click("#sign-in button")

        visitor.arrive()
        assert name == visitor.page.text_content("#who")

    def test_without_a_user_name(self, visitor, name):
        self.without_autofill(visitor)
        visitor.click("#any")

        visitor.arrive()
        assert name == visitor.page.text_content("#who")

    def test_by_autofill(self, visitor, name):
        """Nobody clicks: the browser offers the passkey in the field."""
        visitor.page.goto("/account/sign-in/")

        visitor.arrive()
        assert name == visitor.page.text_content("#who")

    def test_a_cloned_authenticator_is_refused(self, visitor, name):
        """A copy of the key, whose counter is behind."""
        (copied,) = visitor.credentials()
        visitor.page.goto("/account/sign-in/")
        visitor.arrive()
        visitor.sign_out()

        visitor.tell("removeVirtualAuthenticator")
        visitor.authenticator = visitor.add_authenticator()
        visitor.tell("addCredential", credential=copied | {"signCount": 0})
        visitor.go("/account/sign-in/")

        visitor.hears("(counter_not_increased)")

    @pytest.mark.parametrize(
        ("bits", "code"),
        [
            ({"isBadUV": True}, "user_not_verified"),
            ({"isBadUP": True}, "user_not_present"),
            ({"isBogusSignature": True}, "signature_invalid"),
        ],
    )
    def test_an_authenticator_that_cheats_is_refused(self, visitor, bits, code):
        visitor.tell("setResponseOverrideBits", **bits)

        visitor.go("/account/sign-in/")

        visitor.hears(f"({code})")

    def test_a_user_who_cannot_be_verified_is_told(self, visitor, name):
        visitor.tell("setUserVerified", isUserVerified=False)
        visitor.go("/account/sign-in/")
        visitor.page.fill("#username", name)

        visitor.click("#sign-in button")

        visitor.hears("The passkey prompt was closed. (cancelled)")

    def test_a_prompt_that_is_closed_is_told(self, visitor, name):
        """No passkey at hand: the browser says what it says when one cancels."""
        visitor.tell("clearCredentials")
        visitor.go("/account/sign-in/")

        visitor.click("#any")

        visitor.hears("(cancelled)")

    def test_a_name_that_nobody_has_is_told_no_more_than_that(self, visitor):
        self.without_autofill(visitor)
        visitor.page.fill("#username", "nobody at all")

        visitor.click("#sign-in button")

        visitor.hears("(cancelled)")


class TestManaging:
    @pytest.fixture(name="visitor")
    def _visitor(self, visitor, name):
        visitor.sign_up(name)
        return visitor

    def second_passkey(self, visitor):
        """Add one of another authenticator: a key that is plugged in."""
        visitor.add_authenticator(transport="usb")
        visitor.page.fill("#name", "Key")
        visitor.click("#add button")
        visitor.hears("The passkey was added.")

    def test_a_second_one_is_added(self, visitor):
        self.second_passkey(visitor)

        assert ["Key", "Passkey"] == visitor.names()

    def test_the_same_authenticator_is_not_added_twice(self, visitor):
        visitor.click("#add button")

        visitor.hears("(already_registered)")

    def test_one_is_renamed(self, visitor):
        visitor.page.once("dialog", lambda dialog: dialog.accept("Laptop"))

        visitor.click(".rename")

        visitor.page.wait_for_selector("#passkeys .name:text('Laptop')")
        visitor.go("/account/passkeys/")
        assert ["Laptop"] == visitor.names()

    def test_one_is_removed_and_the_last_one_stays(self, visitor):
        self.second_passkey(visitor)

        visitor.page.locator("#passkeys .remove").first.click()
        visitor.hears("was removed.")
        visitor.until("document.querySelectorAll('#passkeys li').length === 1")
        visitor.click(".remove")

        visitor.hears("(last_way_in)")


class TestStepUp:
    def test_a_guarded_view_opens_by_a_passkey(self, visitor):
        """Who signed in with a password proved one factor, and proves a second."""
        visitor.page.goto("/accounts/login/?next=/account/passkeys/")
        visitor.page.fill("input[name=username]", "alice")
        visitor.page.fill("input[name=password]", "alice-in-the-demo")
        visitor.click("[type=submit]")
        visitor.arrive()
        visitor.page.fill("#name", "Phone")
        visitor.click("#add button")
        visitor.hears("The passkey was added.")
        assert "" == visitor.page.text_content("#amr").strip()

        visitor.click("#vault")

        visitor.page.wait_for_selector("#secret:not([hidden])")
        assert "second drawer" in visitor.page.text_content("#secret")
        visitor.go("/account/passkeys/")
        assert "hwk user mfa" == visitor.page.text_content("#amr").strip()
