"""The option `user`: what `request.user` is, and who is let in for it."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection
from django.test import Client

from django_claimsauth.authentication import schemes
from django_claimsauth.authentication.users import PrincipalUser
from django_claimsauth.claims import LOCAL_ISSUER, Claim, ClaimsPrincipal
from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens import flows
from django_claimsauth.tokens.handler import JWTBearerHandler
from tests.tokens import minted
from tests.tokens.changed import bearer_options
from tests.tokens.foreign import (
    ALPHA,
    asked,
    bearing,
    configure,
    handler,
    options,
    principal_of,
    token_of,
)


class TestClaims:
    """The default for tokens of others: a user without a row."""

    def test_its_key_is_the_subject(self, db):
        scheme = handler()
        user = scheme.user(principal_of(scheme, token_of(ALPHA, sub="abc", name="Ada")))

        assert ("abc", "abc") == (user.pk, user.id)
        assert user.is_authenticated
        assert user.is_active
        assert "Ada" == user.username
        assert not user.has_perm("app.change")
        assert isinstance(user, PrincipalUser)

    def test_no_query_is_made(self, settings):
        configure(settings, alpha=options(ALPHA))
        settings.ROOT_URLCONF = "tests.tokens.urls_protected_resource"
        token = token_of(ALPHA, sub="abc")
        headers = {"authorization": f"Bearer {token}"}

        # pytest-django blocks the database here: a query would be an error.
        answer = Client().get("/v1/whoami/", headers=headers)

        assert {"sub": "abc", "user": "abc"} == answer.json()

    def test_the_subject_of_a_stranger_is_no_local_user(self, user):
        scheme = handler()
        found = scheme.user(principal_of(scheme, token_of(ALPHA, sub=str(user.pk))))

        assert found != user
        assert not isinstance(found, get_user_model())

    def test_without_a_subject_there_is_no_key(self, db):
        scheme = handler(required_claims=["client_id"])
        token = token_of(ALPHA, sub=minted.ABSENT, client_id="service")

        assert scheme.user(principal_of(scheme, token)).pk is None

    def test_our_own_tokens_may_have_one_too(self, user):
        scheme = JWTBearerHandler("bearer", user="claims")
        principal = asked(scheme, flows.issue(user).access_token).principal

        assert str(user.pk) == scheme.user(principal).pk
        assert not isinstance(scheme.user(principal), get_user_model())


class TestLookup:
    """A local user by a field; who is unknown or inactive is refused."""

    def scheme(self, **changes):
        return handler(user="lookup", **changes)

    def test_the_user_name_is_the_subject_by_default(self, user):
        scheme = self.scheme()
        principal = principal_of(scheme, token_of(ALPHA, sub="alice"))

        assert user == scheme.user(principal)
        assert "alice" == principal.subject

    def test_one_query_finds_the_user_for_the_whole_request(
        self, user, django_assert_num_queries
    ):
        scheme, token = self.scheme(), token_of(ALPHA, sub="alice")

        with django_assert_num_queries(1):
            principal = principal_of(scheme, token)
            assert user == scheme.user(principal)

    def test_the_principal_gets_the_user_s_key_as_our_word(self, user):
        principal = principal_of(
            self.scheme(), token_of(ALPHA, sub="alice", user_id="7")
        )

        assert (Claim("user_id", str(user.pk)),) == principal.find_all("user_id")
        assert LOCAL_ISSUER == principal.find_first("user_id").issuer
        assert ALPHA == principal.find_first("sub").issuer

    def test_a_principal_that_was_made_of_it_finds_the_user_again(self, user):
        scheme = self.scheme()
        principal = principal_of(scheme, token_of(ALPHA, sub="alice"))

        again = ClaimsPrincipal(principal.identities)

        assert user == scheme.user(again)
        type(user).objects.update(is_active=False)
        assert isinstance(scheme.user(ClaimsPrincipal(again.identities)), AnonymousUser)
        assert isinstance(scheme.user(ClaimsPrincipal()), AnonymousUser)

    def test_unknown_and_inactive_are_refused_alike(self, user):
        scheme = self.scheme()
        type(user).objects.update(is_active=False)
        request = bearing("x")

        inactive = asked(scheme, token_of(ALPHA, sub="alice"))
        unknown = asked(scheme, token_of(ALPHA, sub="carol"))

        assert "unknown_user" == inactive.code == unknown.code
        assert scheme.challenge(request, inactive) == scheme.challenge(request, unknown)
        assert (
            'Bearer realm="api", error="invalid_token", '
            'error_description="The token\'s user is not known here."'
        ) == scheme.challenge(request, unknown)

    def test_who_was_let_in_is_asked_for_each_time(self, user):
        """A token that was verified before opens nothing for who is gone."""
        scheme, token = self.scheme(), token_of(ALPHA, sub="alice")
        assert asked(scheme, token).succeeded

        user.delete()

        assert "unknown_user" == asked(scheme, token).code

    @pytest.mark.parametrize(
        "subject", ["ALICE", "alicé", "alice ", " alice", "alice\u200b", "a" * 1000]
    )
    def test_another_spelling_is_nobody(self, user, subject):
        assert "unknown_user" == asked(self.scheme(), token_of(ALPHA, sub=subject)).code

    @pytest.mark.parametrize("value", [1, True, ["alice", "alice"], {"a": 1}, None, []])
    def test_another_type_is_nobody(self, user, value):
        scheme = self.scheme(user_claim="login")

        assert "unknown_user" == asked(scheme, token_of(ALPHA, login=value)).code

    def test_a_key_is_found_by_its_one_spelling(self, user):
        scheme = self.scheme(user_field="id", user_claim="local_id")

        assert asked(scheme, token_of(ALPHA, local_id=str(user.pk))).succeeded
        for other in (
            f"0{user.pk}",
            f"{user.pk} ",
            f"{user.pk}.0",
            "x",
            "9" * 40,
            "-1",
        ):
            code = asked(scheme, token_of(ALPHA, local_id=other)).code
            assert "unknown_user" == code

    def test_two_users_of_one_value_are_nobody(self, user, other):
        type(user).objects.update(first_name="Ada")
        scheme = self.scheme(user_field="first_name", user_claim="given_name")

        assert "unknown_user" == asked(scheme, token_of(ALPHA, given_name="Ada")).code

    @pytest.mark.parametrize(
        ("verified", "code"),
        [
            (True, None),
            (False, "unknown_user"),
            ("true", "unknown_user"),
            (1, "unknown_user"),
            (None, "unknown_user"),
        ],
    )
    def test_an_address_counts_where_its_issuer_verified_it(self, user, verified, code):
        type(user).objects.update(email="alice@example.org")
        scheme = self.scheme(user_field="email", user_claim="email")
        token = token_of(ALPHA, email="alice@example.org", email_verified=verified)

        assert code == asked(scheme, token).code

    def test_without_a_database_it_is_not_the_token_s_fault(self, user, caplog):
        def away(*args):
            raise OperationalError("the server has gone away")

        with connection.execute_wrapper(away):
            result = asked(self.scheme(), token_of(ALPHA, sub="alice"))

        assert "temporarily_unavailable" == result.code
        assert "The users cannot be asked" in caplog.text


class TestOptions:
    """What does not fit is found at start."""

    @pytest.mark.parametrize(
        "changes",
        [
            {"user": "anybody"},
            {"user": True},
            {"user_field": 5},
            {"user_claim": ""},
            {"user_claim": None},
            {"name_type": ""},
            {"role_type": 5},
            {"user": "provision", "create_user": "nowhere.function"},
            {"user": "provision", "create_user": 5},
        ],
    )
    def test_a_wrong_value(self, changes):
        with pytest.raises(SettingsError):
            handler(**changes)

    @pytest.mark.parametrize("user", ["lookup", "provision"])
    def test_our_own_tokens_name_their_user_already(self, user):
        with pytest.raises(SettingsError, match="leave it out"):
            JWTBearerHandler("bearer", user=user)

    def test_a_field_that_is_not_there_is_reported(self, settings):
        bearer_options(settings, "alpha", **options(user="lookup", user_field="nick"))

        assert ["claimsauth.E204"] == [each.id for each in schemes["alpha"].check()]

    @pytest.mark.parametrize("field", [None, "email"])
    def test_one_that_is_there_is_not(self, field):
        assert [] == handler(user="lookup", user_field=field).check()

    def test_an_unknown_option_names_the_near_one(self):
        with pytest.raises(SettingsError, match="did you mean 'claim_map'"):
            handler(claims_map={})
