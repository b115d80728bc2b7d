"""Issuing, and what is refused with nothing written."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.utils import timezone

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.errors import ApiKeyError
from django_claimsauth.api_keys.format import new_key_id
from django_claimsauth.api_keys.models import ApiKey
from django_claimsauth.authentication.digests import digest
from django_claimsauth.signals import api_key_issued

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def configured(settings):
    def configure(**section):
        settings.CLAIMSAUTH = {**settings.CLAIMSAUTH, "API_KEYS": section}

    return configure


class TestIssue:
    def test_only_the_digest_is_stored(self, issued):
        row = ApiKey.objects.values().get()

        assert digest(issued.secret) == row["digest"]
        assert issued.secret not in str(row)
        assert issued.secret[-49:] not in str(row)

    def test_the_secret_is_not_in_the_repr(self, issued):
        assert issued.secret not in repr(issued)

    def test_the_signal_has_the_key_and_not_the_secret(self, ada):
        sent = []

        def receive(**kwargs):
            sent.append(kwargs)

        api_key_issued.connect(receive)
        issued = flows.issue("k", owner=ada)
        api_key_issued.disconnect(receive)

        assert [issued.api_key] == [each["api_key"] for each in sent]
        assert issued.secret not in str(sent)

    def test_blanks_around_a_name_do_not_count(self):
        assert "ci" == flows.issue("  ci ").api_key.name

    def test_a_name_is_there_once_for_each_owner(self, ada):
        eve = get_user_model().objects.create_user("eve")
        for owner in (None, ada, eve):
            flows.issue("ci", owner=owner)

            with pytest.raises(ApiKeyError, match="already") as refused:
                flows.issue("ci", owner=owner)
            assert "duplicate_name" == refused.value.code
        assert 3 == ApiKey.objects.count()

    def test_names_are_told_apart_exactly(self):
        """Whatever the collation of the database."""
        for name in ("ci", "CI", "ci.", "çi", "ćí"):
            flows.issue(name)

        assert 5 == ApiKey.objects.count()

    def test_the_name_of_a_revoked_key_is_free(self):
        flows.revoke(flows.issue("ci").api_key)

        flows.issue("ci")

        assert 2 == ApiKey.objects.count()

    def test_a_key_id_is_issued_once(self):
        key_id = new_key_id()
        flows.issue("a", key_id=key_id)

        with pytest.raises(ApiKeyError) as refused:
            flows.issue("b", key_id=key_id)

        assert "already_issued" == refused.value.code

    def test_what_the_database_refuses_for_other_reasons_goes_up(self, ada):
        ada.pk = 999_999

        with pytest.raises((ApiKeyError, IntegrityError)):
            flows.issue("a", owner=ada)

    def test_scopes_and_networks_are_kept_once_and_in_order(self):
        issued = flows.issue(
            "a",
            scopes=["b", "a", "b"],
            allowed_networks=[
                "10.0.0.0/8",
                "::1",
                "10.0.0.0/8",
                "::ffff:192.0.2.0/120",
            ],
        )

        assert ("b", "a") == issued.api_key.scopes
        assert ("10.0.0.0/8", "::1/128", "192.0.2.0/24") == (
            issued.api_key.allowed_networks
        )


class TestExpiry:
    @pytest.mark.parametrize(
        ("section", "expires_in", "expected"),
        [
            ({}, None, None),
            ({}, timedelta(days=9), NOW + timedelta(days=9)),
            ({"DEFAULT_LIFETIME": timedelta(days=5)}, None, NOW + timedelta(days=5)),
            ({"MAX_LIFETIME": timedelta(days=5)}, None, NOW + timedelta(days=5)),
            (
                {"MAX_LIFETIME": timedelta(days=5)},
                timedelta(days=5),
                NOW + timedelta(days=5),
            ),
        ],
    )
    def test_is_by_argument_default_and_limit(
        self, configured, section, expires_in, expected
    ):
        configured(**section)

        issued = flows.issue("a", expires_in=expires_in, now=NOW)

        assert expected == issued.api_key.expires_at

    @pytest.mark.parametrize(
        "expires_in",
        [timedelta(0), timedelta(days=-1), timedelta(days=6), timedelta.max],
    )
    def test_out_of_bounds_is_refused(self, configured, expires_in):
        configured(MAX_LIFETIME=timedelta(days=5))

        with pytest.raises(ApiKeyError) as refused:
            flows.issue("a", expires_in=expires_in, now=NOW)

        assert ("invalid_expiry", "expires_in") == (
            refused.value.code,
            refused.value.field,
        )

    def test_beyond_the_calendar_is_refused(self):
        with pytest.raises(ApiKeyError, match="9999"):
            flows.issue("a", expires_in=timedelta.max)


class TestRefusals:
    @pytest.mark.parametrize(
        ("code", "arguments"),
        [
            ("invalid_name", {"name": ""}),
            ("invalid_name", {"name": "  "}),
            ("invalid_name", {"name": "x" * 101}),
            ("invalid_name", {"name": "x" * 1_000_000}),
            ("invalid_name", {"name": "a\0b"}),
            ("invalid_name", {"name": "a\nb"}),
            ("invalid_name", {"name": "a\ud800"}),
            ("invalid_name", {"name": "\u202egnp.exe"}),
            ("invalid_scope", {"scopes": ["a b"]}),
            ("invalid_scope", {"scopes": [""]}),
            ("invalid_scope", {"scopes": ['"']}),
            ("invalid_scope", {"scopes": ["é"]}),
            ("invalid_scope", {"scopes": ["x" * 129]}),
            ("invalid_scope", {"scopes": [f"s{n}" for n in range(101)]}),
            ("invalid_network", {"allowed_networks": ["10.0.0.1/8"]}),
            ("invalid_network", {"allowed_networks": ["10.0.0.0/33"]}),
            ("invalid_network", {"allowed_networks": ["localhost"]}),
            ("invalid_network", {"allowed_networks": [""]}),
            ("invalid_network", {"allowed_networks": ["1" * 1_000_000]}),
            ("invalid_network", {"allowed_networks": ["::1", "x"]}),
            (
                "invalid_network",
                {"allowed_networks": [f"10.0.{n}.0/24" for n in range(101)]},
            ),
            ("invalid_rate", {"rate": "many"}),
            ("invalid_rate", {"rate": "0/s"}),
            ("invalid_rate", {"rate": "-1/s"}),
            ("invalid_rate", {"rate": "1/year"}),
            ("invalid_rate", {"rate": "9999999999/s"}),
            ("invalid_rate", {"rate": 5}),
            ("invalid_claim", {"claims": {"sub": "1"}}),
            ("invalid_claim", {"claims": {"scope": "admin"}}),
            ("invalid_claim", {"claims": {"amr": "pwd"}}),
            ("invalid_claim", {"claims": {"name": "root"}}),
            ("invalid_claim", {"claims": {"key_permissions": ""}}),
            ("invalid_claim", {"claims": {"": "x"}}),
            ("invalid_claim", {"claims": {1: "x"}}),
            ("invalid_claim", {"claims": {"a": None}}),
            ("invalid_claim", {"claims": {"a": float("nan")}}),
            ("invalid_claim", {"claims": {"a": NotImplemented}}),
            ("invalid_claim", {"claims": {"a": [["b"]]}}),
            ("invalid_claim", {"claims": {"a": "x\0"}}),
            ("invalid_claim", {"claims": {"a\0": "x"}}),
            ("invalid_claim", {"claims": {"a": "\ud800"}}),
            ("invalid_claim", {"claims": {"a": "x" * 5000}}),
            ("invalid_claim", {"claims": {"permission": "edit"}}),
            ("invalid_claim", {"claims": {"permission": ["a.b c"]}}),
            ("invalid_claim", {"claims": {"permission": 1}}),
        ],
        ids=lambda value: repr(value)[:40],
    )
    def test_are_by_code_and_write_nothing(self, code, arguments):
        with pytest.raises(ApiKeyError) as refused:
            flows.issue(**{"name": "a", **arguments})

        assert code == refused.value.code
        assert str(refused.value)
        assert not ApiKey.objects.exists()

    @pytest.mark.parametrize(
        "arguments",
        [
            {"name": None},
            {"scopes": "a"},
            {"scopes": [1]},
            {"scopes": None},
            {"allowed_networks": "10.0.0.0/8"},
            {"claims": ["a"]},
            {"owner": "ada"},
            {"expires_in": 5},
        ],
        ids=repr,
    )
    def test_a_wrong_type_is_a_type_error(self, arguments):
        with pytest.raises(TypeError):
            flows.issue(**{"name": "a", **arguments})

        assert not ApiKey.objects.exists()

    @pytest.mark.parametrize("change", ["inactive", "gone", "unsaved", "late"])
    def test_an_owner_who_is_not_there_or_not_active(self, ada, change):
        owner = ada
        if change == "inactive":
            ada.is_active = False
        elif change == "unsaved":
            owner = get_user_model()(username="new")
        else:
            rows = get_user_model().objects.filter(pk=ada.pk)
            rows.delete() if change == "gone" else rows.update(is_active=False)

        with pytest.raises(ApiKeyError) as refused:
            flows.issue("a", owner=owner)

        assert "invalid_owner" == refused.value.code
        assert not ApiKey.objects.exists()


class TestLimit:
    def test_of_keys_of_an_owner_that_are_not_revoked(self, configured, ada):
        configured(MAX_KEYS_PER_OWNER=2)
        first = flows.issue("a", owner=ada).api_key
        flows.issue("b", owner=ada)

        with pytest.raises(ApiKeyError) as refused:
            flows.issue("c", owner=ada)
        flows.revoke(first)
        flows.issue("c", owner=ada)

        assert "too_many_keys" == refused.value.code

    def test_does_not_bound_services(self, configured):
        configured(MAX_KEYS_PER_OWNER=1)

        for name in "abc":
            flows.issue(name)

    def test_is_none_where_it_is_none(self, configured, ada):
        configured(MAX_KEYS_PER_OWNER=None)

        for n in range(60):
            flows.issue(f"k{n}", owner=ada)

        assert 60 == ApiKey.objects.filter(created_at__lte=timezone.now()).count()
