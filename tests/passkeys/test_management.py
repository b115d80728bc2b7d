"""One's own passkeys, and the last way in."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from django_claimsauth.passkeys import flows
from django_claimsauth.passkeys.models import Passkey
from django_claimsauth.signals import passkey_added, passkey_removed


@pytest.fixture(name="heard")
def _heard():
    """The signals that were sent, as `(name, arguments)`."""
    heard = []

    def added(passkey, **kwargs):
        heard.append(("added", passkey.name))

    def removed(passkey, user, **kwargs):
        heard.append(("removed", passkey.name))

    passkey_added.connect(added)
    passkey_removed.connect(removed)
    yield heard
    passkey_added.disconnect(added)
    passkey_removed.disconnect(removed)


@pytest.fixture(name="passwordless")
def _passwordless(db):
    return get_user_model().objects.create_user("grace")


def test_one_sees_ones_own(user, other, registered):
    _, first = registered(user, name="First")
    _, second = registered(user, name="Second")
    registered(other)

    assert [second, first] == list(flows.passkeys_of(user))


def test_one_renames_ones_own(user, other, registered, refused):
    _, passkey = registered(user)
    _, bobs = registered(other, name="Bob's")

    assert "Phone" == flows.rename(user, passkey.pk, " Phone ").name
    assert flows.rename(user, bobs.pk, "Mine") is None
    assert "Bob's" == Passkey.objects.get(pk=bobs.pk).name
    for name in ("", "  ", "x" * 101):
        with refused("name_invalid"):
            flows.rename(user, passkey.pk, name)


def test_one_removes_ones_own(user, other, registered, heard):
    _, passkey = registered(user, name="Phone")
    _, bobs = registered(other, name="Bob's")

    assert flows.remove(user, passkey.pk)
    assert not flows.remove(user, passkey.pk)
    assert not flows.remove(user, bobs.pk)

    assert [bobs] == list(Passkey.objects.all())
    assert [("added", "Phone"), ("added", "Bob's"), ("removed", "Phone")] == heard


class TestLastWayIn:
    def test_it_stays(self, passwordless, registered, refused):
        _, passkey = registered(passwordless)

        with refused("last_way_in"):
            flows.remove(passwordless, passkey.pk)

    def test_of_two_passkeys_one_goes(self, passwordless, registered, refused):
        _, first = registered(passwordless)
        _, second = registered(passwordless)

        assert flows.remove(passwordless, first.pk)
        with refused("last_way_in"):
            flows.remove(passwordless, second.pk)

    def test_a_project_knows_of_other_ways(self, passwordless, registered, party):
        party(OTHER_WAYS_IN=lambda user: user == passwordless)
        _, passkey = registered(passwordless)

        assert flows.remove(passwordless, passkey.pk)

    @pytest.mark.parametrize("answer", [False, None, 1, "yes"])
    def test_only_true_is_a_way(self, passwordless, registered, party, refused, answer):
        party(OTHER_WAYS_IN=lambda user: answer)
        _, passkey = registered(passwordless)

        with refused("last_way_in"):
            flows.remove(passwordless, passkey.pk)


def test_every_key_has_its_address(user, registered):
    _, passkey = registered(user)

    url = reverse(
        "passkey", args=[passkey.pk], urlconf="django_claimsauth.passkeys.urls"
    )

    assert f"/{passkey.pk}/" == url
    assert str(user.passkey_handle) == user.passkey_handle.handle


def test_passkeys_go_with_their_user(user, registered):
    registered(user)

    user.delete()

    assert not Passkey.objects.exists()
