"""One running example for all tests that only ask it."""

import pytest

from example_project.tour.client import Client
from tests.example.running import run, serving


class Example:
    """The running example, and its people."""

    def __init__(self, address, var):
        self.client = Client(address)
        self.var = var
        self._tokens = {}

    def ask(self, method, path, data=None, *, name=None, key=None, **headers):
        """Ask as a person with a token, as a service with a key, or as nobody."""
        if name is not None:
            headers["Authorization"] = f"Bearer {self.token(name)}"
        if key is not None:
            headers["X-API-Key"] = key
        return self.client.ask(method, path, data, headers)

    def token(self, name):
        if name not in self._tokens:
            credentials = {"username": name, "password": f"{name}-in-the-demo"}
            answer = self.client.ask("POST", "/tokens/sign-in/", credentials)
            self._tokens[name] = answer.json["access_token"]
        return self._tokens[name]

    def create(self, name, title):
        """Return the path of a new draft."""
        answer = self.ask("POST", "/api/documents/", {"title": title}, name=name)
        assert 201 == answer.status
        return f"/api/documents/{answer.json['id']}/"

    def command(self, *arguments):
        """Run a management command beside the server, and return its output."""
        done = run("example_project", *arguments, EXAMPLE_VAR=self.var)
        assert 0 == done.returncode, done.stderr
        return done.stdout.strip()


@pytest.fixture(name="example", scope="session")
def _example(tmp_path_factory):
    var = tmp_path_factory.mktemp("example")
    with serving(var, "--port", "0") as (address, _):
        yield Example(address, var)
