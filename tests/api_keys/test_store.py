"""Keys that live elsewhere: the example of the docs, run."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import RequestFactory

from django_claimsauth.api_keys.format import new_key, new_key_id
from django_claimsauth.api_keys.handler import APIKeyHandler
from django_claimsauth.api_keys.records import ApiKeyRecord
from django_claimsauth.authentication.digests import digest


class MemoryStore:
    """Keys in a dict, as a stand-in for a vault or a file."""

    def __init__(self):
        self.records = {}
        self.uses = []

    def find(self, key_id):
        return self.records.get(key_id)

    def used(self, record, moment, ip, *, previous):
        self.uses.append(record.key_id)

    def add(self, **values):
        key_id = new_key_id()
        secret = new_key(key_id)
        self.records[key_id] = ApiKeyRecord(
            **{"key_id": key_id, "name": "vault", "digest": digest(secret), **values}
        )
        return secret


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def present(store):
    handler = APIKeyHandler("api_key", store=store)

    def authenticate(secret):
        request = RequestFactory().get("/", headers={"X-API-Key": secret})
        return handler.authenticate(request)

    return authenticate


def test_a_key_of_a_store_becomes_a_principal_without_a_database(store, present):
    secret = store.add(scope="a b", claims={"tenant": "acme"}, networks="127.0.0.0/8")

    principal = present(secret).principal

    assert "service:vault" == principal.subject
    assert ("a", "b") == principal.values("scope")
    assert ("acme",) == principal.values("tenant")


@pytest.mark.parametrize(
    "values",
    [
        {"revoked_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"disabled_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"expires_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"networks": "10.0.0.0/8"},
        {"digest": "0" * 64},
        {"owner_id": 1, "owner_is_active": False},
        {"owner_id": 1},
    ],
    ids=str,
)
def test_the_handler_judges_what_the_store_tells(store, present, values):
    assert "invalid_api_key" == present(store.add(**values)).code


def test_an_old_secret_works_until_its_end(store, present):
    now = datetime.now(UTC)
    secret = store.add()
    (record,) = store.records.values()
    replaced = record._replace(digest="0" * 64, previous_digest=record.digest)
    for ends in (now + timedelta(hours=1), now - timedelta(hours=1), None):
        store.records[record.key_id] = replaced._replace(previous_valid_until=ends)

        assert (ends is not None and ends > now) is present(secret).succeeded


def test_a_store_is_named_by_its_class_or_path():
    path = "django_claimsauth.api_keys.store.DatabaseStore"

    assert isinstance(APIKeyHandler("k", store=MemoryStore).store, MemoryStore)
    assert "DatabaseStore" == type(APIKeyHandler("k", store=path).store).__name__


@pytest.mark.parametrize("lookup", ["bounded", "off"])
def test_the_modes_hold_for_any_store(store, lookup, db):
    handler = APIKeyHandler("k", store=store, lookup=lookup)
    secret = store.add()
    request = RequestFactory().get("/", headers={"X-API-Key": secret})
    assert handler.authenticate(request)

    store.records.clear()

    assert handler.authenticate(request)


def test_what_the_owner_lost_is_lost_also_where_the_store_gives_the_same_record(
    store, present, db
):
    ada = get_user_model().objects.create_user("ada", password="pw")
    ada.groups.add(Group.objects.create(name="editor"))
    secret = store.add(
        owner_id=ada.pk, owner_is_active=True, claims={"roles": ["editor"]}
    )
    assert present(secret).principal.is_in_role("editor")

    ada.groups.clear()

    assert not present(secret).principal.is_in_role("editor")
