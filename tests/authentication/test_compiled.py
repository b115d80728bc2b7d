"""Compiled look-ups give what the ORM gives, on every database."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.db.models import F

from django_claimsauth.authentication.compiled import (
    CompiledInsert,
    CompiledSelect,
    CompiledUpdate,
    Param,
)
from tests.app.models import Document, Tenant

pytestmark = pytest.mark.django_db
User = get_user_model()
COLUMNS = ["id", "username", "is_active", "date_joined", "last_login"]


def user_field(name):
    return User._meta.get_field(name)


def by_name(*columns):
    return CompiledSelect(
        lambda: User.objects.filter(
            username=Param("username", user_field("username"))
        ).values_list(*(columns or COLUMNS))
    )


@pytest.fixture
def ada():
    return User.objects.create_user("ada", email="ada@example.test")


class TestSelect:
    def test_a_row_is_what_the_orm_reads(self, ada):
        expected = User.objects.values_list(*COLUMNS).get(pk=ada.pk)

        assert expected == by_name().first(username="ada")

    def test_nothing_found_is_none(self, ada):
        assert by_name().first(username="grace") is None
        assert [] == by_name().all(username="grace")

    def test_every_row_is_found_in_order(self):
        for name in ("a", "b", "c"):
            Tenant.objects.create(slug=name)
        field = Tenant._meta.get_field("slug")
        above = CompiledSelect(
            lambda: (
                Tenant.objects.filter(slug__gt=Param("slug", field))
                .order_by("-slug")
                .values_list("slug", flat=True)
            )
        )

        assert [("c",), ("b",)] == above.all(slug="a")

    def test_a_joined_row_has_the_columns_of_both(self, ada):
        Document.objects.create(title="t", owner=ada)
        field = Document._meta.get_field("title")
        found = CompiledSelect(
            lambda: Document.objects.filter(title=Param("title", field)).values_list(
                "owner__is_active", "title", "owner__username"
            )
        )

        assert (True, "t", "ada") == found.first(title="t")

    def test_an_outer_join_without_a_partner_has_none(self):
        Document.objects.create(title="t")
        field = Document._meta.get_field("title")
        found = CompiledSelect(
            lambda: Document.objects.filter(title=Param("title", field)).values_list(
                "title", "owner__is_active", "owner__date_joined"
            )
        )

        assert ("t", None, None) == found.first(title="t")

    def test_an_annotation_stands_among_the_columns_where_it_was_named(self, ada):
        found = CompiledSelect(
            lambda: (
                User.objects.filter(username=Param("username", user_field("username")))
                .annotate(next=F("id") + 1)
                .values_list("next", "is_active", "username")
            )
        )

        assert (ada.pk + 1, True, "ada") == found.first(username="ada")

    def test_several_values_of_one_look_up_are_several_params(self, ada):
        User.objects.create_user("grace")
        name = user_field("username")
        found = CompiledSelect(
            lambda: (
                User.objects.filter(
                    username__in=[Param("one", name), Param("two", name)]
                )
                .order_by("username")
                .values_list("username")
            )
        )

        assert [("ada",), ("grace",)] == found.all(one="grace", two="ada")

    def test_percent_signs_in_constants_are_kept(self, ada):
        User.objects.create_user("100%")
        found = CompiledSelect(
            lambda: User.objects.filter(
                username__endswith="%",
                is_active=Param("active", user_field("is_active")),
            ).values_list("username")
        )

        assert [("100%",)] == found.all(active=True)

    def test_a_queryset_as_it_is_reads_every_column(self, ada):
        found = CompiledSelect(
            lambda: User.objects.filter(pk=Param("pk", user_field("id")))
        )

        assert User.objects.values_list().get() == found.first(pk=ada.pk)

    @pytest.mark.parametrize(
        "values", [{}, {"name": "ada"}, {"username": "ada", "x": 1}]
    )
    def test_a_wrong_name_is_a_type_error(self, values):
        with pytest.raises(TypeError, match="username"):
            by_name().first(**values)

    def test_one_query_a_call(self, ada, django_assert_num_queries):
        found = by_name()

        with django_assert_num_queries(3):
            for _ in range(3):
                found.first(username="ada")


class TestUpdate:
    def test_the_row_count_names_the_winner(self, ada):
        spend = CompiledUpdate(
            lambda: User.objects.filter(
                pk=Param("pk", user_field("id")), last_login__isnull=True
            ),
            "last_login",
        )
        now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

        assert [1, 0] == [spend.execute(pk=ada.pk, last_login=now) for _ in range(2)]
        ada.refresh_from_db()
        assert now == ada.last_login

    def test_expressions_stand_beside_values(self):
        document = Document.objects.create(title="t", amount=1)
        add = CompiledUpdate(
            lambda: Document.objects.filter(
                pk=Param("pk", Document._meta.get_field("id"))
            ),
            "title",
            amount=F("amount") + 1,
        )

        assert 1 == add.execute(pk=document.pk, title="u")
        document.refresh_from_db()
        assert ("u", 2) == (document.title, document.amount)

    def test_none_is_written_as_null(self, ada):
        document = Document.objects.create(title="t", amount=1, owner=ada)
        clear = CompiledUpdate(
            lambda: Document.objects.filter(
                pk=Param("pk", Document._meta.get_field("id"))
            ),
            "amount",
            "owner",
        )

        clear.execute(pk=document.pk, amount=None, owner=None)

        document.refresh_from_db()
        assert (None, None) == (document.amount, document.owner)

    def test_a_condition_that_no_row_meets_changes_nothing(self, ada):
        rename = CompiledUpdate(
            lambda: User.objects.filter(pk=Param("pk", user_field("id"))), "username"
        )

        assert 0 == rename.execute(pk=None, username="x")
        assert 0 == rename.execute(pk=10**30, username="x")
        assert User.objects.filter(username="ada").exists()

    def test_a_value_that_no_column_holds_is_a_value_error(self, ada):
        rename = CompiledUpdate(
            lambda: User.objects.filter(pk=Param("pk", user_field("id"))), "username"
        )

        with pytest.raises(ValueError, match="username"):
            rename.execute(pk=ada.pk, username="a\0b")

    def test_a_join_is_refused(self):
        joined = CompiledUpdate(
            lambda: Document.objects.filter(
                owner__username=Param("name", user_field("username"))
            ),
            "title",
        )

        with pytest.raises(TypeError, match="one table"):
            joined.execute(name="ada", title="t")


class TestInsert:
    def test_a_row_is_there_as_the_orm_would_have_written_it(self, ada):
        add = CompiledInsert(
            lambda: Document, "title", "owner_id", "state", "published_at"
        )
        now = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)

        add.execute(title="t", owner_id=ada.pk, state="draft", published_at=now)

        found = Document.objects.get(title="t")
        assert (ada, "draft", now, None) == (
            found.owner,
            found.state,
            found.published_at,
            found.amount,
        )

    def test_what_the_database_refuses_goes_up(self):
        add = CompiledInsert(lambda: Tenant, "slug")
        add.execute(slug="a")

        with pytest.raises(ValueError, match="slug"):
            add.execute(slug="\ud800")
