"""Every kind of column, read, written and found as the ORM does."""

import threading
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from django_claimsauth.authentication.compiled import (
    CompiledInsert,
    CompiledSelect,
    CompiledUpdate,
    Param,
)


class YesNoField(models.BooleanField):
    """Read as a word: after the database's own conversion comes the field's."""

    def from_db_value(self, value, expression, connection):
        return {True: "yes", False: "no"}[value]

    def get_prep_value(self, value):
        return value == "yes"


def make_everything():
    with isolate_apps("tests.app"):

        class Everything(models.Model):
            """A column of each kind whose value some database hands out raw."""

            key = models.UUIDField(default=uuid.uuid4)
            flag = models.BooleanField(null=True)
            claims = models.JSONField(default=dict)
            nothing = models.JSONField(null=True)
            amount = models.DecimalField(max_digits=8, decimal_places=2)
            blob = models.BinaryField()
            day = models.DateField()
            moment = models.DateTimeField()
            span = models.DurationField()
            address = models.GenericIPAddressField(null=True)
            number = models.BigIntegerField()
            ratio = models.FloatField()
            word = YesNoField()

            class Meta:
                app_label = "testapp"
                db_table = "claimsauth_everything"

            def __str__(self):
                return str(self.key)

        return Everything


@pytest.mark.django_db(transaction=True)
class TestEveryColumn:
    VALUES = {
        "key": uuid.UUID(int=7),
        "flag": False,
        "claims": {"roles": ["a", "é"], "n": 1, "x": None, "yes": True},
        "nothing": None,
        "amount": Decimal("12.30"),
        "blob": b"\x00\xff",
        "day": date(2026, 2, 3),
        "moment": datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
        "span": timedelta(days=3, microseconds=1),
        "address": "2001:db8::1",
        "number": 2**63 - 1,
        "ratio": 0.1,
        "word": "yes",
    }

    @pytest.fixture
    def table(self):
        model = make_everything()
        with connection.schema_editor() as editor:
            editor.create_model(model)
        yield model
        with connection.schema_editor() as editor:
            editor.delete_model(model)

    def test_reads_the_values_of_the_orm(self, table):
        table.objects.create(**self.VALUES)
        found = CompiledSelect(
            lambda: table.objects.filter(
                key=Param("key", table._meta.get_field("key"))
            ).values_list(*self.VALUES)
        )

        row = found.first(key=self.VALUES["key"])

        expected = table.objects.values_list(*self.VALUES).get()
        assert [bytes(v) if isinstance(v, memoryview) else v for v in expected] == [
            bytes(v) if isinstance(v, memoryview) else v for v in row
        ]
        assert [type(v) for v in expected] == [type(v) for v in row]

    def test_writes_the_values_of_the_orm(self, table):
        add = CompiledInsert(lambda: table, *self.VALUES)
        change = CompiledUpdate(table.objects.all, *self.VALUES)
        other = {**self.VALUES, "key": uuid.UUID(int=8), "claims": [], "flag": None}

        add.execute(**self.VALUES)
        added = table.objects.values(*self.VALUES).get()
        changed_rows = change.execute(**other)
        changed = table.objects.values(*self.VALUES).get()

        assert 1 == changed_rows
        assert self.VALUES == {**added, "blob": bytes(added["blob"])}
        assert other == {**changed, "blob": bytes(changed["blob"])}

    @pytest.mark.parametrize(
        "name", [name for name in VALUES if name not in {"claims", "nothing", "ratio"}]
    )
    def test_finds_what_the_orm_finds(self, table, name):
        table.objects.create(**self.VALUES)
        field = table._meta.get_field(name)
        found = CompiledSelect(
            lambda: table.objects.filter(**{name: Param("value", field)}).values_list(
                "id"
            )
        )

        expected = list(
            table.objects.filter(**{name: self.VALUES[name]}).values_list("id")
        )
        assert 1 == len(expected)
        assert expected == found.all(value=self.VALUES[name])

    def test_another_thread_converts_with_its_own_connection(self, table):
        table.objects.create(**self.VALUES)
        found = CompiledSelect(lambda: table.objects.values_list("moment", "flag"))
        rows = [found.first()]

        def read():
            rows.append(found.first())
            connection.close()

        thread = threading.Thread(target=read)
        thread.start()
        thread.join()

        assert [(self.VALUES["moment"], False)] * 2 == rows
