"""What every other test stands on: documents, databases, caches."""

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache, caches
from django.core.management import call_command
from django.db import connection

from tests.app.models import Document, Tenant


@pytest.mark.django_db
class TestDocuments:
    def test_a_document_of_an_owner_in_a_tenant_is_found_by_both(self):
        """The relations that the rules walk are there in both directions."""
        owner = get_user_model().objects.create_user("ada")
        tenant = Tenant.objects.create(slug="acme")

        document = Document.objects.create(title="a", owner=owner, tenant=tenant)
        document.shared_with.add(owner)

        assert [document] == list(owner.documents.filter(tenant__slug="acme"))
        assert [document] == list(owner.shared_documents.all())

    def test_its_migration_holds_what_its_models_say(self):
        """A test app that drifts would fail elsewhere, and later."""
        call_command("makemigrations", "testapp", check=True, dry_run=True)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_sees_an_empty_cache(turn):
    """What one test caches, no other test reads."""
    assert cache.get("turn") is None

    cache.set("turn", turn)

    assert turn == cache.get("turn")


@pytest.mark.postgresql
def test_what_is_marked_for_postgresql_meets_it():
    assert "postgresql" == connection.vendor


@pytest.mark.mariadb
@pytest.mark.django_db
def test_what_is_marked_for_mariadb_meets_it():
    assert connection.mysql_is_mariadb


@pytest.mark.redis
def test_what_is_marked_for_redis_meets_it():
    assert "redis" in type(caches["default"]).__module__
