"""A key becomes a principal; everything that is no key gets one answer."""

import logging
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.utils import timezone

from django_claimsauth.api_keys import flows
from django_claimsauth.api_keys.format import new_key
from django_claimsauth.api_keys.handler import APIKeyHandler
from django_claimsauth.authentication.results import AuthenticateResult
from django_claimsauth.authentication.users import PrincipalUser
from django_claimsauth.claims import LOCAL_ISSUER
from django_claimsauth.signals import api_key_rejected

pytestmark = pytest.mark.django_db


class TestPrincipal:
    def test_of_a_users_key(self, ada, present):
        issued = flows.issue(
            "ci", owner=ada, scopes=["a", "b"], claims={"tier": "gold"}
        )

        principal = present(issued.secret).principal

        assert "api_key" == principal.identity.authentication_type
        assert (str(ada.pk), "ada") == (principal.subject, principal.name)
        assert LOCAL_ISSUER == principal.find_first("sub").issuer
        assert (("a", "b"), ("gold",)) == (
            principal.values("scope"),
            principal.values("tier"),
        )
        assert ((issued.api_key.public_id,), ("ci",)) == (
            principal.values("key_id"),
            principal.values("key_name"),
        )

    def test_of_a_service(self, present):
        issued = flows.issue("ci", claims={"roles": ["worker", "reader"]})

        principal = present(issued.secret).principal

        assert ("service:ci", "ci") == (principal.subject, principal.name)
        assert principal.is_in_role("reader")

    def test_a_users_key_does_not_borrow_a_name(self, ada, present):
        """Whoever names a key must not be taken for whom it is named after."""
        principal = present(flows.issue("root", owner=ada).secret).principal

        assert "ada" == principal.name

    def test_the_alias_is_the_authentication_type(self, issued, bearing):
        result = APIKeyHandler("partner").authenticate(bearing(issued.secret))

        assert "partner" == result.principal.identity.authentication_type

    def test_costs_one_query(self, issued, present, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert present(issued.secret)

    def test_of_a_malformed_key_costs_none(self, present, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert not present("key_abc_def")
            assert not present("x" * 1_000_000)


class TestUser:
    def test_is_the_owner(self, ada, issued, handler, present):
        assert ada == handler.user(present(issued.secret).principal)

    def test_of_a_service_is_its_principal(self, handler, present):
        principal = present(flows.issue("ci").secret).principal

        user = handler.user(principal)

        assert isinstance(user, PrincipalUser)
        assert ("ci", None, True) == (user.username, user.pk, user.is_authenticated)


class TestRefusals:
    @pytest.fixture
    def refused(self, ada, issued):
        """A key for each cause."""
        now = timezone.now()
        eve = get_user_model().objects.create_user("eve")
        eves = flows.issue("e", owner=eve)
        get_user_model().objects.filter(pk=eve.pk).update(is_active=False)
        gone = get_user_model().objects.create_user("gone")
        gones = flows.issue("g", owner=gone)
        gone.delete()
        disabled, revoked = flows.issue("d"), flows.issue("r")
        flows.disable(disabled.api_key)
        flows.revoke(revoked.api_key)
        expired = flows.issue(
            "x", expires_in=timedelta(days=1), now=now - timedelta(days=1)
        )
        elsewhere = flows.issue("n", allowed_networks=["10.0.0.0/8", "2001:db8::/32"])
        return {
            "malformed": issued.secret[:-1],
            "unknown": new_key("aaaaaaaaaaaa"),
            "wrong_secret": new_key(issued.api_key.public_id),
            "owner_inactive": eves.secret,
            "disabled": disabled.secret,
            "revoked": revoked.secret,
            "expired": expired.secret,
            "network": elsewhere.secret,
            "owner gone": gones.secret,
        }

    def test_are_one_answer_to_the_client(self, refused, handler, bearing):
        answers = set()
        for secret in refused.values():
            request = bearing(secret)
            result = handler.authenticate(request)
            answers.add((result.code, handler.challenge(request, result)))

        challenge = (
            'ApiKey realm="api", error="invalid_api_key", '
            'error_description="The API key is not valid."'
        )
        assert {("invalid_api_key", challenge)} == answers

    def test_tell_the_log_and_the_signal_the_cause_and_no_key(
        self, refused, present, caplog
    ):
        causes = []

        def receive(cause, key_id, **kwargs):
            causes.append((cause, key_id))

        api_key_rejected.connect(receive)
        with caplog.at_level(logging.DEBUG, "django_claimsauth"):
            for secret in refused.values():
                present(secret)
        api_key_rejected.disconnect(receive)

        expected = [*list(refused)[:-1], "unknown"]
        assert expected == [cause for cause, _ in causes]
        assert [each.split("_")[1] for each in list(refused.values())[2:-1]] == [
            key_id for _, key_id in causes[2:-1]
        ]
        for secret in refused.values():
            assert secret not in caplog.text
            assert secret[-49:] not in caplog.text

    @pytest.mark.parametrize(
        "secret",
        [
            "\ufffd\ufffe",
            "ÿþ",
            "\0",
            "a\0b",
            "a\r\nX: y",
            "٣",
            "\uff4bey",
            '"key"',
            "ApiKey x",
            "a b",
            "key_" + "%00" * 20,
            "' OR 1=1--",
        ],
        ids=repr,
    )
    def test_bad_text_is_refused(self, handler, bearing, secret):
        request = bearing()
        request.META["HTTP_X_API_KEY"] = secret

        assert "invalid_api_key" == handler.authenticate(request).code

    @pytest.mark.parametrize("blanks", ["{} ", " {}", "{}\t", "\u00a0{}"])
    def test_blanks_around_a_key_are_no_part_of_it(
        self, issued, handler, bearing, blanks
    ):
        request = bearing()
        request.META["HTTP_X_API_KEY"] = blanks.format(issued.secret)

        assert "invalid_api_key" == handler.authenticate(request).code

    def test_a_key_of_the_other_case_is_refused(self, issued, present):
        assert not present(issued.secret.upper())
        assert not present(issued.secret.swapcase())

    def test_nothing_presented_is_no_failure(self, handler, bearing):
        result = handler.authenticate(bearing())

        assert result.is_no_result
        assert 'ApiKey realm="api"' == handler.challenge(bearing(), result)

    def test_a_wrong_key_does_as_much_work_as_an_unknown_one(
        self, issued, present, django_assert_num_queries
    ):
        """One query and one comparison, so the time does not tell them apart."""
        for secret in (new_key(issued.api_key.public_id), new_key("aaaaaaaaaaaa")):
            with django_assert_num_queries(1):
                assert "invalid_api_key" == present(secret).code


class TestOptions:
    @pytest.mark.parametrize(
        "options",
        [
            {"header": "X_API_KEY"},
            {"header": "Authorization"},
            {"header": "cookie"},
            {"header": ""},
            {"header": "X Key"},
            {"header": "X-K\r\ney"},
            {"lookup": "never"},
            {"cache_size": 0},
            {"refresh": timedelta(0)},
        ],
        ids=repr,
    )
    def test_that_cannot_be_meant_are_refused(self, options):
        with pytest.raises(ValueError, match=r" (is|are) "):
            APIKeyHandler("k", **options)

    def test_the_realm_is_quoted(self, bearing):
        handler = APIKeyHandler("k", realm='a"b\r\nX: y')

        challenge = handler.challenge(bearing(), AuthenticateResult.no_result())

        assert 'ApiKey realm="a\\"bX: y"' == challenge

    @pytest.mark.parametrize("store", [object(), dict, "builtins.dict"])
    def test_a_store_has_the_protocol(self, store):
        with pytest.raises(TypeError, match="ApiKeyStore"):
            APIKeyHandler("k", store=store)


def test_an_event_loop_waits_for_nothing_without_a_key(bearing, handler):
    """It is answered before anything is awaited."""
    waiting = handler.aauthenticate(bearing())

    with pytest.raises(StopIteration) as done:
        waiting.send(None)

    assert done.value.value.is_no_result


def test_an_event_loop_waits_for_the_same_result(issued, bearing, handler):
    request = bearing(issued.secret)

    assert async_to_sync(handler.aauthenticate)(request).succeeded
