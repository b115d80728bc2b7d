"""A real browser with a virtual authenticator, in front of the running example."""

import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from tests.browsers import BROWSERS, FLAGS
from tests.example.running import environment
from tests.structure.source import ROOT

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
SECONDS = 30


@contextmanager
def serving(var):
    """Yield the address of a running example, which is a domain and not a number."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    with (var / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "example_project.serve", "--port", str(port)],
            cwd=ROOT,
            env=environment(EXAMPLE_VAR=var),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process:
        try:
            process.stdout.readline()
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(SECONDS)


@contextmanager
def chromium():
    """Yield a running browser."""
    binary = next(filter(None, map(shutil.which, BROWSERS)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """One person: a window of its own, cookies of its own, one authenticator."""

    def __init__(self, browser, address, **options):
        self.context = browser.new_context(base_url=address, **options)
        self.context.set_default_timeout(SECONDS * 1000)
        self.page = self.context.new_page()
        self.violations = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.violations.append(str(error)))
        self.devtools = self.context.new_cdp_session(self.page)
        self.devtools.send("WebAuthn.enable")
        self.authenticator = self.add_authenticator()

    def _listen(self, message):
        # What the policy of the page refuses is told on the console.
        if "Content Security Policy" in message.text:
            self.violations.append(message.text)

    def add_authenticator(self, **changed):
        """Plug in an authenticator, and return its id."""
        options = AUTHENTICATOR | changed
        answer = self.devtools.send(
            "WebAuthn.addVirtualAuthenticator", {"options": options}
        )
        return answer["authenticatorId"]

    def tell(self, command, **arguments):
        """Tell the authenticator something, and return its answer."""
        arguments = {"authenticatorId": self.authenticator, **arguments}
        return self.devtools.send(f"WebAuthn.{command}", arguments)

    def credentials(self):
        """What the authenticator holds."""
        return self.tell("getCredentials")["credentials"]

    def go(self, path):
        """Open a page, and wait for its script."""
        self.page.goto(path)
        self.page.wait_for_selector("html[data-ready=yes]")

    def click(self, selector):
        """Click."""
        self.page.click(selector)

    def sign_up(self, username):
        """Sign up, up to the page of one's own passkeys."""
        self.go("/account/sign-up/")
        self.page.fill("#username", username)
        self.click("#sign-up button")
        self.arrive()

    def arrive(self):
        """Wait for the page of one's own passkeys."""
        self.page.wait_for_url("**/account/passkeys/")
        self.page.wait_for_selector("html[data-ready=yes]")

    def sign_out(self):
        """Forget the session, as another browser would not have it."""
        self.context.clear_cookies()

    def hears(self, text):
        """Wait until the page says this."""
        self.page.get_by_role("status").filter(has_text=text).wait_for()

    def until(self, expression):
        """Wait until this holds; asked from outside, since the page allows no eval."""
        for _ in range(SECONDS * 20):
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(50)
        raise TimeoutError(expression)

    def names(self):
        """The names of one's passkeys, as they are listed."""
        self.page.wait_for_selector("#passkeys .name")
        return self.page.locator("#passkeys .name").all_text_contents()

    def close(self):
        """Close the window."""
        self.context.close()
