"""
Old credentials against the real packages; `test_legacy.py` runs this.

A process of its own, since the packages' models are there or not from the start.
"""

import io
import json
import logging
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import RequestFactory
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.authtoken.models import Token
from rest_framework_api_key.models import APIKey

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.legacy import (
    AuthTokenHandler,
    KnoxHandler,
    RestFrameworkAPIKeyHandler,
)
from django_claimsauth.api_keys.legacy_uses import Counter, counter
from django_claimsauth.api_keys.models import LegacyUse
from django_claimsauth.authentication import schemes
from django_claimsauth.authentication.users import PrincipalUser

pytestmark = pytest.mark.django_db
ALL = ["api_key", "old_key", "old_knox", "old_token"]
BAD = [
    "",
    "x",
    "a b",
    "\0",
    "a\0b",
    "ÿþ",
    "٣" * 40,
    "0" * 40,
    "f" * 64,
    "a" * 8 + "." + "b" * 32,
    "." * 41,
    "x" * 1_000_000,
    "a\r\nb",
]


@pytest.fixture(autouse=True)
def nothing_counted():
    """What the tests before this one left is none of its."""
    counter._uses.clear()


@pytest.fixture
def ada():
    return get_user_model().objects.create_user("ada")


@pytest.fixture
def old(ada):
    """A credential of each package: the scheme and the header."""
    return {
        "old_key": f"Api-Key {APIKey.objects.create_key(name='nightly')[1]}",
        "old_knox": f"Token {AuthToken.objects.create(user=ada)[1]}",
        "old_token": f"Token {Token.objects.create(user=ada).key}",
    }


@pytest.fixture
def ask():
    """Present an `Authorization` header to these schemes."""

    def authenticate(authorization, names=ALL):
        request = RequestFactory().get("/", headers={"authorization": authorization})
        return schemes.authenticate(request, names)

    return authenticate


@pytest.mark.parametrize("scheme", ["old_key", "old_knox", "old_token"])
class TestEach:
    def test_is_accepted_beside_the_others(self, ask, old, scheme):
        result = ask(old[scheme])

        assert scheme == result.principal.identity.authentication_type

    def test_is_accepted_in_any_case_of_the_keyword(self, ask, old, scheme):
        keyword, credential = old[scheme].split(" ")

        assert ask(f"{keyword.upper()} {credential}")

    def test_is_not_accepted_where_its_scheme_is_not_listed(self, ask, old, scheme):
        assert not ask(old[scheme], ["api_key"])

    @pytest.mark.parametrize("place", [0, 10, 30])
    def test_mistyped_is_refused(self, ask, old, scheme, place):
        keyword, credential = old[scheme].split(" ")
        other = "0" if credential[place] != "0" else "1"

        result = ask(f"{keyword} {credential[:place]}{other}{credential[place + 1 :]}")

        assert "invalid_api_key" == result.code

    def test_in_the_other_case_is_refused(self, ask, old, scheme):
        keyword, credential = old[scheme].split(" ")

        assert not ask(f"{keyword} {credential.swapcase()}")

    @pytest.mark.parametrize("bad", BAD, ids=lambda bad: repr(bad)[:20])
    def test_bad_text_is_refused(self, old, scheme, bad):
        request = RequestFactory().get("/")
        request.META["HTTP_AUTHORIZATION"] = f"{old[scheme].split(' ')[0]} {bad}"

        assert not schemes.authenticate(request, [scheme])

    def test_is_counted_and_logged_without_the_credential(
        self, ask, old, scheme, caplog
    ):
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                ask(old[scheme], [scheme])
            counter.flush()

        use = LegacyUse.objects.get()
        credential = old[scheme].split(" ")[1]
        assert (scheme, 3) == (use.scheme, use.uses)
        assert use.name in {"ada", "nightly"}
        assert credential not in caplog.text + str(vars(use))
        assert use.credential in caplog.text

    def test_a_refused_one_is_not_counted(self, ask, old, scheme):
        ask(old[scheme][:-1], [scheme])
        counter.flush()

        assert not LegacyUse.objects.exists()


class TestPrincipals:
    def test_a_key_is_a_service_with_the_scopes_of_the_scheme(self, ask, old):
        principal = ask(old["old_key"]).principal

        assert ("service:nightly", "nightly") == (principal.subject, principal.name)
        assert ("reports.read",) == principal.values("scope")
        assert isinstance(schemes.user(principal), PrincipalUser)

    @pytest.mark.parametrize("scheme", ["old_knox", "old_token"])
    def test_a_token_is_its_user(self, ask, old, ada, scheme):
        principal = ask(old[scheme]).principal

        assert (str(ada.pk), "ada") == (principal.subject, principal.name)
        assert ada == schemes.user(principal)

    def test_of_two_packages_with_one_keyword_the_right_one_answers(self, ask, old):
        for scheme in ("old_knox", "old_token"):
            result = ask(old[scheme], ["old_knox", "old_token"])
            assert scheme == result.principal.identity.authentication_type

    def test_the_user_is_read_with_the_token(self, ask, old, django_assert_num_queries):
        with django_assert_num_queries(1):
            schemes.user(ask(old["old_token"], ["old_token"]).principal)

    def test_a_new_key_is_none_of_the_old(self, ask):
        issued = flows.issue("new")

        result = ask(f"ApiKey {issued.secret}")

        assert "api_key" == result.principal.identity.authentication_type


class TestEnds:
    def test_a_key_that_is_revoked_or_expired_is_refused(self, ask, old):
        for change in (
            {"revoked": True},
            {"revoked": False, "expiry_date": timezone.now() - timedelta(seconds=1)},
        ):
            APIKey.objects.update(**change)
            assert not ask(old["old_key"])

    def test_a_knox_token_that_expired_is_refused_and_stays(self, ask, old):
        AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))

        assert not ask(old["old_knox"])
        assert AuthToken.objects.exists()

    def test_a_knox_token_without_expiry_is_accepted(self, ask, old):
        AuthToken.objects.update(expiry=None)

        assert ask(old["old_knox"])

    @pytest.mark.parametrize("scheme", ["old_knox", "old_token"])
    def test_a_token_of_an_inactive_user_is_refused(self, ask, old, ada, scheme):
        ada.is_active = False
        ada.save()

        assert not ask(old[scheme])

    @pytest.mark.parametrize("scheme", ["old_knox", "old_token"])
    def test_a_deleted_token_is_refused(self, ask, old, ada, scheme):
        ada.delete()

        assert not ask(old[scheme])


class TestChallenge:
    def test_is_the_old_keyword_with_an_error_on_failure(self):
        request = RequestFactory().get("/", headers={"authorization": "Token x"})

        values = schemes.challenge(request, ["old_key", "old_token"])

        assert [
            'Api-Key realm="api"',
            'Token realm="api", error="invalid_api_key"',
        ] == values


class TestOptions:
    def test_another_header_and_keyword(self, ada):
        token = Token.objects.create(user=ada).key
        by_header = AuthTokenHandler("t", header="X-Token")
        by_keyword = AuthTokenHandler("t", keyword="Old")
        factory = RequestFactory()

        assert by_header.authenticate(factory.get("/", headers={"X-Token": token}))
        assert by_header.authenticate(factory.get("/")).is_no_result
        assert by_keyword.authenticate(
            factory.get("/", headers={"authorization": f"old {token}"})
        )

    def test_scopes_are_a_list(self):
        with pytest.raises(TypeError, match="list"):
            KnoxHandler("k", scopes="a")

    @pytest.mark.parametrize("model", ["nowhere.Model", "nonsense", "auth.Nothing"])
    def test_a_model_that_is_not_installed_is_an_error_of_the_check(self, model):
        (found,) = RestFrameworkAPIKeyHandler("k", model=model).check()

        assert "claimsauth.E305" == found.id

    def test_an_installed_one_is_not(self):
        assert [] == KnoxHandler("k").check()


class TestCounter:
    def test_writes_at_first_and_then_once_a_minute(self):
        now = [0.0]
        own = Counter(lambda: now[0])
        written = []
        for seconds in (0, 1, 59, 60, 61):
            now[0] = seconds
            own.note("s", "c", "n")
            own.flush()
            written.append(LegacyUse.objects.get().uses)

        assert [1, 1, 1, 4, 4] == written

    def test_with_nothing_to_write_asks_nothing(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            Counter().flush()

    def test_a_database_that_is_away_costs_a_warning(self, django_db_blocker, caplog):
        own = Counter()
        own.note("s", "c", "n")

        with caplog.at_level(logging.WARNING), django_db_blocker.block():
            own.flush()

        assert "lost" in caplog.text

    def test_of_two_processes_both_count(self):
        for each in (Counter(), Counter()):
            each.note("s", "c", "n")
            each.flush()

        assert 2 == LegacyUse.objects.get().uses
        assert "s: c" == str(LegacyUse.objects.get())


class TestCommand:
    def run(self, *arguments):
        out = io.StringIO()
        call_command("list_legacy_credentials", *arguments, stdout=out)
        return out.getvalue()

    def test_lists_what_was_used_and_fails_a_job_until_it_is_gone(self, ask, old):
        ask(old["old_token"], ["old_token"])
        counter.flush()

        (use,) = json.loads(self.run("--format", "json"))
        assert ("old_token", "ada", 1) == (use["scheme"], use["of"], use["uses"])
        assert "old_token" in self.run("--used-within", "1d")
        assert "old_token" not in self.run("--scheme", "old_knox")
        with pytest.raises(SystemExit):
            self.run("--exit-code")
        LegacyUse.objects.update(last_used_at=timezone.now() - timedelta(days=31))
        self.run("--used-within", "30d", "--exit-code")


class TestAdmin:
    def test_is_read_and_not_written(self, admin_client):
        LegacyUse.objects.create(
            scheme="s", credential="c", name="n", uses=1, last_used_at=timezone.now()
        )
        base = "/admin/claimsauth/legacyuse/"
        pk = LegacyUse.objects.get().pk

        assert 200 == admin_client.get(base).status_code
        assert 403 == admin_client.get(f"{base}add/").status_code
        assert 403 == admin_client.post(f"{base}{pk}/change/", {"uses": 9}).status_code
        assert (
            403 == admin_client.post(f"{base}{pk}/delete/", {"post": "yes"}).status_code
        )
        assert 1 == LegacyUse.objects.get().uses
