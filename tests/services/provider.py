"""The process of a certified OpenID provider, as the services tests talk to it."""

import json
import subprocess
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(__file__).parent / "oidc_provider"
AUDIENCE = "https://api.test"
OPAQUE_AUDIENCE = "https://opaque.test"
SECRET = "a secret of the tests"


class Provider:
    """The provider's process: told what to do by lines, answers by lines."""

    def __init__(self, process):
        self._process = process
        first = self._answer()
        self.issuer = first["issuer"]
        self.client_key = first["clientKey"]

    def _answer(self):
        # The provider's own advice stands between our lines.
        line = next(each for each in self._process.stdout if each.startswith("{"))
        return json.loads(line)

    def tell(self, command):
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self._answer()

    def token(self, audience=AUDIENCE):
        form = {
            "grant_type": "client_credentials",
            "resource": audience,
            "scope": "read",
        }
        return json.loads(self.post("token", form))["access_token"]

    def post(self, path, form):
        own = {"client_id": "service", "client_secret": SECRET}
        body = urllib.parse.urlencode({**form, **own}).encode()
        with urllib.request.urlopen(f"{self.issuer}/{path}", body, timeout=5) as answer:
            return answer.read()


@contextmanager
def running():
    process = subprocess.Popen(
        ["node", "server.mjs"],
        cwd=FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        yield Provider(process)
        process.stdin.close()
        process.wait(timeout=10)
