"""The script where browsers are old, the server is away, or nobody answers."""

import pytest

pytestmark = pytest.mark.browser
WITHOUT_JSON = """
delete PublicKeyCredential.parseCreationOptionsFromJSON;
delete PublicKeyCredential.parseRequestOptionsFromJSON;
delete PublicKeyCredential.prototype.toJSON;
"""
WITHOUT_PASSKEYS = "delete globalThis.PublicKeyCredential;"
# Each prompt waits for `release()`, as for a finger, unless its page gives it up.
HELD_PROMPTS = """
globalThis.prompts = [];
const released = new Promise((resolve) => { globalThis.release = resolve; });
const get = navigator.credentials.get.bind(navigator.credentials);
navigator.credentials.get = async (options) => {
  const kind = options.mediation ?? "modal";
  const place = prompts.push(kind) - 1;
  await new Promise((resolve, reject) => {
    released.then(resolve);
    options.signal.addEventListener("abort", () => {
      prompts[place] = `${kind}:aborted`;
      reject(new DOMException("given up", "AbortError"));
    });
  });
  return get(options);
};
"""
OPTIONS = "**/passkeys/*/options/"


def shortened(milliseconds):
    """Let the server's options pass, with another timeout."""

    def handle(route):
        answer = route.fetch()
        body = answer.json()
        body["publicKey"]["timeout"] = milliseconds
        route.fulfill(response=answer, json=body)

    return handle


def test_a_browser_that_reads_no_json_is_read_to(visitor, name):
    """The conversions of the specification, done by the script."""
    visitor.page.add_init_script(WITHOUT_JSON)

    visitor.sign_up(name)
    visitor.add_authenticator(transport="usb")
    visitor.click("#add button")
    visitor.hears("The passkey was added.")
    visitor.sign_out()
    visitor.page.goto("/account/sign-in/")

    visitor.arrive()
    assert name == visitor.page.text_content("#who")


def test_a_browser_without_passkeys_is_told(visitor):
    visitor.page.add_init_script(WITHOUT_PASSKEYS)
    visitor.go("/account/sign-in/")

    visitor.click("#any")

    visitor.hears("This browser does not support passkeys. (unsupported)")


def test_a_server_that_is_away_is_told(visitor):
    visitor.go("/account/sign-up/")
    visitor.page.route(OPTIONS, lambda route: route.abort())
    visitor.page.fill("#username", "grace")

    visitor.click("#sign-up button")

    visitor.hears("The server cannot be reached. (unreachable)")


def test_a_server_that_speaks_no_json_is_told(visitor):
    visitor.go("/account/sign-up/")
    visitor.page.route(
        OPTIONS, lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>")
    )
    visitor.page.fill("#username", "grace")

    visitor.click("#sign-up button")

    visitor.hears("(failed)")


def test_silence_is_told_apart_from_a_refusal(visitor):
    visitor.tell("setAutomaticPresenceSimulation", enabled=False)
    visitor.go("/account/sign-up/")
    visitor.page.route(OPTIONS, shortened(1000))
    visitor.page.fill("#username", "grace")

    visitor.click("#sign-up button")

    visitor.hears("The passkey prompt was not answered in time. (timed_out)")


def test_an_autofill_that_waits_asks_for_another_challenge(visitor):
    """A sign-in page may be open for longer than a challenge lives."""
    visitor.tell("setAutomaticPresenceSimulation", enabled=False)
    visitor.page.route(OPTIONS, shortened(2000))
    with visitor.page.expect_response(OPTIONS) as first:
        visitor.go("/account/sign-in/")
    with visitor.page.expect_response(OPTIONS) as second:
        pass

    challenges = {
        each.value.json()["publicKey"]["challenge"] for each in (first, second)
    }
    assert 2 == len(challenges)


class TestOneAtATime:
    @pytest.fixture(name="visitor")
    def _visitor(self, visitor, name):
        """Somebody who has a passkey, and whose prompts wait to be released."""
        visitor.sign_up(name)
        visitor.sign_out()
        visitor.page.add_init_script(HELD_PROMPTS)
        return visitor

    def test_a_button_takes_the_place_of_a_waiting_autofill(self, visitor):
        visitor.go("/account/sign-in/")
        visitor.until("prompts.length === 1")

        visitor.click("#any")
        visitor.until("prompts.length === 2")

        assert ["conditional:aborted", "modal"] == visitor.page.evaluate("prompts")
        visitor.page.evaluate("release()")
        visitor.arrive()

    def test_an_autofill_that_is_late_takes_no_prompt_away(self, visitor):
        """Its options come after a button was pressed, and it stands back."""
        held = []
        visitor.page.route(OPTIONS, lambda route: held.append(route), times=1)  # noqa: PLW0108  # it is given attributes
        visitor.go("/account/sign-in/")
        visitor.click("#any")
        visitor.until("prompts.length === 1")

        with visitor.page.expect_response(OPTIONS):
            held[0].continue_()
        visitor.page.evaluate("release()")

        visitor.arrive()
