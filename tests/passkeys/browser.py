"""A browser with an authenticator, in front of the endpoints."""

import json

from django.middleware.csrf import _get_new_csrf_string
from django.test import Client

from tests.passkeys.authenticator import Authenticator


class Browser:
    """Cookies, an access token where there is one, and one authenticator."""

    def __init__(self, authenticator=None, **client):
        self.client = Client(**client)
        self.authenticator = authenticator or Authenticator()
        self.token = None
        #: Whether it sends the CSRF token, as a page of ours does.
        self.csrf = False

    def send(self, method, path, body=None, **extra):
        """Ask an endpoint; the body is an object, or text as it is."""
        if self.token is not None:
            extra.setdefault("headers", {})["authorization"] = f"Bearer {self.token}"
        if self.csrf:
            token = self.client.cookies["csrftoken"].value
            extra.setdefault("headers", {})["x-csrftoken"] = token
        octets = body if isinstance(body, str | bytes) else json.dumps(body or {})
        extra.setdefault("content_type", "application/json")
        return self.client.generic(method, path, octets, **extra)

    def post(self, path, body=None, **extra):
        """Post to an endpoint."""
        return self.send("POST", path, body, **extra)

    def get(self, path):
        """Get a page; the answer's JSON."""
        return self.send("GET", path).json()

    def options(self, ceremony, **body):
        """The options of a ceremony."""
        answer = self.post(f"/passkeys/{ceremony}/options/", body)
        assert 200 == answer.status_code, answer.content
        return answer.json()["publicKey"]

    def register(self, name="", **odd):
        """Add a passkey."""
        credential = self.authenticator.create(self.options("registration"), **odd)
        body = {"credential": credential, "name": name}
        return self.post("/passkeys/registration/", body)

    def sign_in(self, username="", path="/passkeys/authentication/", **odd):
        """Sign in, and keep the access token."""
        options = self.options("authentication", username=username)
        credential = self.authenticator.get(options, **odd)
        return self.keep(self.post(path, {"credential": credential}))

    def sign_up(self, username, path="/passkeys/sign-up/", **odd):
        """Sign up, and keep the access token."""
        options = self.options("sign-up", username=username)
        credential = self.authenticator.create(options, **odd)
        return self.keep(self.post(path, {"credential": credential}))

    def step_up(self, **odd):
        """Prove oneself again, and keep the access token."""
        credential = self.authenticator.get(self.options("step-up"), **odd)
        return self.keep(self.post("/passkeys/step-up/", {"credential": credential}))

    def keep(self, answer):
        """Keep the access token of an answer, as a page would."""
        if answer.status_code < 300:
            self.token = answer.json().get("access_token", self.token)
        return answer

    def with_csrf(self):
        """Have the CSRF cookie, and send its token with every request."""
        self.client.cookies["csrftoken"] = _get_new_csrf_string()
        self.csrf = True
        return self
