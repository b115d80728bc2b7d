"""The admin: looked at, searched, filtered, and removed with the permission for it."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from django_claimsauth.passkeys.models import Passkey
from django_claimsauth.signals import passkey_removed
from tests.passkeys.authenticator import Authenticator

pytestmark = pytest.mark.django_db
LIST = "/admin/claimsauth/passkey/"
GOOGLE = bytes.fromhex("ea9b8d664d011d213ce4b6b48cb575d4")


def page(passkey, verb="change"):
    return reverse(f"admin:claimsauth_passkey_{verb}", args=[passkey.pk])


@pytest.fixture(name="staff")
def _staff(client):
    """Sign in as somebody of the staff with these permissions."""

    def staff(*codenames):
        user = get_user_model().objects.create_user("staff", is_staff=True)
        permissions = Permission.objects.filter(
            codename__in=[f"{each}_passkey" for each in codenames]
        )
        user.user_permissions.set(permissions)
        client.force_login(user)
        return client

    return staff


@pytest.fixture(name="passkeys")
def _passkeys(user, other, registered):
    """Ada's phone, and Bob's key, of which there may be a copy."""
    _, phone = registered(user, Authenticator(aaguid=GOOGLE), name="Phone")
    _, key = registered(other, name="<b>Key</b>")
    Passkey.objects.filter(pk=key.pk).update(clone_suspected_at=timezone.now())
    return phone, key


@pytest.fixture(name="removed")
def _removed():
    """The names of the passkeys that were told to be removed."""
    heard = []

    def hear(passkey, user, **kwargs):
        heard.append((passkey.name, user.get_username()))

    passkey_removed.connect(hear)
    yield heard
    passkey_removed.disconnect(hear)


def listed(client, query=""):
    return [each.name for each in client.get(LIST + query).context["cl"].queryset]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["<b>Key</b>", "Phone"]),
        ("?q=phone", ["Phone"]),
        ("?q=bob", ["<b>Key</b>"]),
        ("?q=password+manager", ["Phone"]),
        ("?q=ea9b8d66", ["Phone"]),
        ("?q=nothing", []),
        ("?clone=yes", ["<b>Key</b>"]),
        ("?clone=no", ["Phone"]),
        ("?clone=x", ["<b>Key</b>", "Phone"]),
        ("?user_verified__exact=0", []),
    ],
)
def test_the_list_is_searched_and_filtered(staff, passkeys, query, names):
    assert names == listed(staff("view"), query)


def test_a_credential_id_is_found(staff, passkeys):
    phone, _ = passkeys

    assert ["Phone"] == listed(staff("view"), f"?q={phone.credential_id}")


def test_what_users_call_theirs_is_shown_as_text(staff, passkeys):
    body = staff("view").get(LIST).content.decode()

    assert "&lt;b&gt;Key&lt;/b&gt;" in body
    assert "<b>Key</b>" not in body


def test_the_list_asks_as_often_for_many(
    staff, user, registered, django_assert_num_queries
):
    for _ in range(10):
        registered(user)
    client = staff("view")
    client.get(LIST)

    with django_assert_num_queries(6):
        client.get(LIST)


def test_one_is_looked_at_and_not_changed(staff, passkeys):
    phone, _ = passkeys
    client = staff("view", "change", "add")

    shown = client.get(page(phone))
    posted = client.post(page(phone), {"name": "Mine", "sign_count": "9"})

    assert "Google Password Manager" in shown.content.decode()
    assert phone.credential_id in shown.content.decode()
    assert reverse("admin:auth_user_change", args=[phone.user_id]) in str(shown.content)
    assert 403 == posted.status_code
    assert 403 == client.get(f"{LIST}add/").status_code
    assert "Phone" == Passkey.objects.get(pk=phone.pk).name


def test_nobody_removes_without_the_permission(staff, passkeys, removed):
    phone, _ = passkeys
    client = staff("view", "change", "add")
    action = {"action": "delete_selected", "_selected_action": phone.pk, "post": "yes"}

    answers = [client.post(page(phone, "delete"), {"post": "yes"})]
    client.post(LIST, action)

    assert [403] == [each.status_code for each in answers]
    assert (2, []) == (Passkey.objects.count(), removed)


def test_with_the_permission_one_is_removed(staff, passkeys, removed):
    phone, _ = passkeys

    staff("view", "delete").post(page(phone, "delete"), {"post": "yes"})

    assert ["<b>Key</b>"] == [each.name for each in Passkey.objects.all()]
    assert [("Phone", "ada")] == removed


def test_several_are_removed_at_once(staff, passkeys, removed):
    keys = [each.pk for each in passkeys]
    action = {"action": "delete_selected", "_selected_action": keys, "post": "yes"}

    staff("view", "delete").post(LIST, action)

    assert not Passkey.objects.exists()
    assert {("Phone", "ada"), ("<b>Key</b>", "bob")} == set(removed)


def test_an_admin_without_users_shows_their_names(passkeys, rf, admin_user):
    from django.contrib.admin import AdminSite

    from django_claimsauth.passkeys.admin import PasskeyAdmin

    phone, _ = passkeys
    site = AdminSite(name="without_users")

    assert "ada" == PasskeyAdmin(Passkey, site).user_link(phone)
