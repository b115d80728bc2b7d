"""What a compiled look-up does with values that no row can hold, and with change."""

import gc
import threading
import uuid
import weakref
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django_claimsauth.authentication.compiled import (
    CompiledInsert,
    CompiledSelect,
    CompiledUpdate,
    Param,
    _placed,
)
from django_claimsauth.authentication.placeholders import is_unfit
from tests.app.models import Document, Tenant

User = get_user_model()
BY_PK = CompiledSelect(
    lambda: User.objects.filter(pk=Param("pk", User._meta.get_field("id"))).values_list(
        "username"
    )
)
BY_NAME = CompiledSelect(
    lambda: User.objects.filter(
        username=Param("username", User._meta.get_field("username"))
    ).values_list("username")
)


class RememberingRouter:
    """Names one database, and remembers that it was asked."""

    def __init__(self):
        self.asked = []

    def db_for_read(self, model, **hints):
        self.asked.append(("read", model))
        return "default"

    def db_for_write(self, model, **hints):
        self.asked.append(("write", model))
        return "default"


@pytest.mark.django_db
class TestUnfitValues:
    @pytest.mark.parametrize(
        "value",
        [None, 2**63, -(2**63) - 1, 10**30, "x", "\0", [], {}, float("inf"), b"x"],
        ids=repr,
    )
    def test_no_key_is_found_and_nothing_is_raised(
        self, value, django_assert_num_queries
    ):
        with django_assert_num_queries(0):
            assert BY_PK.first(pk=value) is None
            assert [] == BY_PK.all(pk=value)

    @pytest.mark.parametrize("value", [None, "a\0", "\ud800", "é\udfff"], ids=repr)
    def test_no_name_is_found_and_nothing_is_raised(
        self, value, django_assert_num_queries
    ):
        with django_assert_num_queries(0):
            assert BY_NAME.first(username=value) is None

    @pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 1, -1], ids=repr)
    def test_what_an_integer_column_holds_is_asked(
        self, value, django_assert_num_queries
    ):
        with django_assert_num_queries(1):
            assert BY_PK.first(pk=value) is None

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        value=st.text(max_size=30) | st.integers() | st.none() | st.binary(max_size=9)
    )
    def test_any_value_finds_what_the_orm_finds_and_never_raises(self, value):
        """The user table is empty, so nothing is what there is to find."""
        assert BY_NAME.first(username=value) is None
        assert BY_PK.first(pk=value) is None

    def test_a_long_text_is_looked_for(self):
        assert BY_NAME.first(username="a" * 1_000_000) is None


@pytest.mark.parametrize(
    ("value", "unfit"),
    [
        ("a", False),
        ("é", False),
        ("a\0", True),
        ("\ud800", True),
        (2**63 - 1, False),
        (2**63, True),
        (-(2**63), False),
        (-(2**63) - 1, True),
        (True, False),
        (1.5, False),
        (b"\0", False),
        (uuid.UUID(int=0), False),
    ],
    ids=repr,
)
def test_unfit_is_what_some_database_raises_at(value, unfit):
    assert unfit is is_unfit(value)


@pytest.mark.django_db
class TestRouter:
    @pytest.fixture
    def asked(self):
        router = RememberingRouter()
        with override_settings(DATABASE_ROUTERS=[router]):
            yield router.asked

    def test_is_asked_on_each_read(self, asked):
        for _ in range(2):
            BY_NAME.first(username="a")

        assert [("read", User)] * 2 == asked

    def test_is_asked_for_the_database_of_writes_where_that_is_meant(self, asked):
        found = CompiledSelect(
            lambda: User.objects.values_list("username"), for_write=True
        )

        found.first()

        assert [("write", User)] == asked

    def test_is_asked_on_each_write(self, asked):
        CompiledInsert(lambda: Tenant, "slug").execute(slug="a")
        CompiledUpdate(Document.objects.all, "title").execute(title="t")

        assert [("write", Tenant), ("write", Document)] == asked


@pytest.mark.django_db
class TestDropping:
    def test_what_was_compiled_is_dropped_when_a_setting_changes(self):
        calls = []

        def queryset():
            calls.append("made")
            return User.objects.values_list("username")

        found = CompiledSelect(queryset)
        found.first()
        found.first()
        made = len(calls)

        with override_settings(AUTH_USER_MODEL="auth.User"):
            found.first()

        assert made + 1 == len(calls)

    def test_a_statement_does_not_keep_the_connection_of_a_thread(self):
        """It is compiled once, by any thread, and used by all."""
        found = CompiledSelect(lambda: User.objects.values_list("date_joined"))
        references = []

        def read():
            found.first()
            references.append(weakref.ref(connections["default"]))
            connections["default"].close()

        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
        gc.collect()

        assert [None] == [reference() for reference in references]


@pytest.mark.parametrize(
    ("vendor", "sql", "params"),
    [
        ("sqlite", "a = %(p0)s AND b LIKE '%%s' AND c = %(p1)s", {"p0": 1, "p1": 2}),
        ("postgresql", "a = %s AND b LIKE '%%s' AND c = %s", [1, 2]),
        ("mysql", "a = %s AND b LIKE '%%s' AND c = %s", [1, 2]),
    ],
)
def test_placeholders_are_named_where_that_is_faster(vendor, sql, params):
    """A doubled percent sign is a character of the text, as Django has it."""
    written = "a = %s AND b LIKE '%%s' AND c = %s"

    assert (sql, params) == _placed(SimpleNamespace(vendor=vendor), written, [1, 2])
