"""A relying party, its users, and authenticators that belong to them."""

from contextlib import contextmanager

import pytest
from django.contrib.auth import get_user_model

from django_claimsauth.passkeys import flows
from django_claimsauth.passkeys.credentials import handle_of
from django_claimsauth.passkeys.errors import PasskeyError
from tests.passkeys.authenticator import Authenticator

BROWSER = "cookie:the browser of this test"


@pytest.fixture(name="party", autouse=True)
def _party(settings):
    """The relying party example.org; returns what changes its settings."""

    def change(**passkeys):
        current = settings.CLAIMSAUTH
        settings.CLAIMSAUTH = {
            **current,
            "PASSKEYS": {**current.get("PASSKEYS", {}), **passkeys},
        }

    change(RP_ID="example.org", RP_NAME="Example", ORIGINS=["https://example.org"])
    return change


def known(name):
    """A user whose handle was made already."""
    user = get_user_model().objects.create_user(name, password="correct horse")
    handle_of(user)
    return user


@pytest.fixture(name="user")
def _user(db):
    """Ada, who has a password."""
    return known("ada")


@pytest.fixture(name="other")
def _other(db):
    """Bob, who has one too."""
    return known("bob")


@pytest.fixture(name="registered")
def _registered():
    """Register an authenticator for a user: returns it and the passkey."""

    def register(user, authenticator=None, name="", **odd):
        authenticator = authenticator or Authenticator()
        options = flows.registration_options(user, browser=BROWSER)
        answer = authenticator.create(options, **odd)
        passkey = flows.register(user, answer, browsers=(BROWSER,), name=name)
        return authenticator, passkey

    return register


@pytest.fixture(name="adas")
def _adas(user, registered):
    """Register an authenticator for Ada, and return it."""

    def register(authenticator=None, **odd):
        return registered(user, authenticator, **odd)[0]

    return register


@pytest.fixture(name="sign_in")
def _sign_in():
    """Sign in with an authenticator, by name or without."""

    def sign_in(authenticator, username="", **odd):
        options = flows.authentication_options(username, browser=BROWSER)
        return flows.authenticate(
            authenticator.get(options, **odd), browsers=(BROWSER,)
        )

    return sign_in


@pytest.fixture(name="stored")
def _stored(db):
    """Everything that is stored, but for challenges: what a refusal may not change."""
    from django.contrib.sessions.models import Session

    from django_claimsauth.models import Passkey, TokenFamily, UserHandle

    def stored():
        tables = [get_user_model(), UserHandle, Passkey, TokenFamily, Session]
        return [list(each.objects.order_by("pk").values()) for each in tables]

    return stored


@pytest.fixture(name="refused")
def _refused(stored):
    """Expect a refusal with a code, and that nothing is stored by it."""

    @contextmanager
    def refused(code):
        before = stored()
        with pytest.raises(PasskeyError) as refusal:
            yield
        assert code == refusal.value.code
        assert refusal.value.sentence
        assert before == stored()

    return refused
