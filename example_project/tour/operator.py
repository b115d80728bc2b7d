"""What an operator does on the side of the server: commands, and tokens gone bad."""

import json
import subprocess
import sys
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.utils import timezone

from django_claimsauth.tokens.issuing import Grant, mint
from django_claimsauth.tokens.keyring import keys
from example_project.settings import ROOT
from example_project.tour.guide import WrongAnswerError


def command(*arguments):
    """
    Run a management command as an operator would, and return what it printed.

    Raises:
        WrongAnswerError: it failed.
    """
    process = subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-m", "example_project", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        raise WrongAnswerError(
            f"operator: {' '.join(arguments)}\n"
            f"  exit code {process.returncode}: {process.stderr.strip()}"
        )
    return process.stdout


def issue_api_key(name, *, scope):
    """Return the id of a new key, and the key itself."""
    printed = command("issue_api_key", name, "--scope", scope, "--format", "json")
    issued = json.loads(printed)
    return issued["id"], issued["secret"]


def broken(token):
    """Return the token with a signature that is not the server's."""
    head, _, signature = token.rpartition(".")
    other = "A" if signature[0] != "A" else "B"
    return f"{head}.{other}{signature[1:]}"


def expired_token(username):
    """Return a token as the server minted it yesterday, by its own key."""
    now = timezone.now()
    grant = Grant(subject=_subject(username))
    return mint(grant, now=now - timedelta(days=1), key=keys.signing_key(now)).token


def token_for_another_audience(username):
    """Return a token by the server's own key that is meant for another service."""
    grant = Grant(subject=_subject(username), audience="https://another.example")
    return mint(grant, now=timezone.now()).token


def _subject(username):
    return str(get_user_model().objects.get(username=username).pk)
