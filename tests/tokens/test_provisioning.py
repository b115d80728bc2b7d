"""`user="provision"`: local users made at first sight, by issuer and subject alone."""

import threading

import pytest
from django.contrib.auth import get_user_model
from django.db import connections, transaction

from django_claimsauth.claims import (
    LOCAL_ISSUER,
    Claim,
    ClaimsIdentity,
    ClaimsPrincipal,
)
from django_claimsauth.tokens.federated import FederatedIdentity
from django_claimsauth.tokens.handler import JWTBearerHandler
from tests.tokens import minted
from tests.tokens.foreign import (
    ALPHA,
    AUDIENCES,
    BETA,
    asked,
    handler,
    jwks_of,
    principal_of,
    token_of,
)

User = get_user_model()
THREADS = 8


def scheme(**changes):
    return handler(ALPHA, user="provision", **changes)


def user_of(made, token):
    return made.user(principal_of(made, token))


def named(principal):
    """A hook: a user by the name that the token states."""
    return User(username=principal.find_first("preferred_username").value)


def saved(principal):
    """A hook: a user that is saved already."""
    return User.objects.create_user(f"user-{principal.subject}")


def nobody(principal):
    """A hook that lets nobody in."""
    return


@pytest.mark.django_db
class TestFirstSight:
    """The first token of a subject makes a user, and later ones find it."""

    def test_a_user_is_made_without_a_password(self):
        user = user_of(scheme(), token_of(ALPHA, sub="abc"))

        assert user.username.startswith("federated-")
        assert not user.has_usable_password()
        assert ("", "", False) == (user.email, user.first_name, user.is_staff)
        row = FederatedIdentity.objects.get()
        assert (user, ALPHA, "abc") == (row.user, row.issuer, row.subject)
        assert "abc of https://alpha.example" == str(row)

    def test_the_next_token_finds_the_same(self, django_assert_num_queries):
        made = scheme()
        first = user_of(made, token_of(ALPHA, sub="abc"))

        with django_assert_num_queries(1):
            second = user_of(made, token_of(ALPHA, sub="abc", jti="another"))

        assert first == second
        assert 1 == User.objects.count()

    def test_a_principal_made_of_it_finds_the_user_and_makes_none(self):
        made = scheme()
        principal = principal_of(made, token_of(ALPHA, sub="abc"))
        user = made.user(principal)

        assert user == made.user(ClaimsPrincipal(principal.identities))
        User.objects.all().delete()
        assert made.user(ClaimsPrincipal(principal.identities)).is_anonymous
        assert 0 == User.objects.count()

    def test_the_same_subject_of_two_issuers_is_two_users(self):
        issuers = {ALPHA: jwks_of(ALPHA), BETA: jwks_of(BETA)}
        made = JWTBearerHandler(
            "both", audiences=AUDIENCES, issuers=issuers, user="provision"
        )

        assert user_of(made, token_of(ALPHA)) != user_of(made, token_of(BETA))

    @pytest.mark.parametrize("other", ["ABC", "abc ", "abç"])
    def test_another_spelling_is_another_user(self, other):
        made = scheme()

        one = user_of(made, token_of(ALPHA, sub="abc"))

        assert one != user_of(made, token_of(ALPHA, sub=other))

    def test_an_inactive_user_is_refused_and_no_other_is_made(self):
        made = scheme()
        user_of(made, token_of(ALPHA))
        User.objects.update(is_active=False)

        assert "unknown_user" == asked(made, token_of(ALPHA)).code
        assert 1 == User.objects.count()

    @pytest.mark.parametrize("subject", [minted.ABSENT, "a" * 256, "a" * 1024])
    def test_a_subject_that_fits_no_column_is_refused(self, subject):
        made = scheme(required_claims=["jti"])

        assert "unknown_user" == asked(made, token_of(ALPHA, sub=subject)).code
        assert 0 == User.objects.count()

    def test_a_bad_token_makes_nobody(self):
        made = scheme()

        assert not asked(made, token_of(ALPHA, exp=1, iat=0)).succeeded
        assert not asked(made, token_of(ALPHA, key=minted.signing_key())).succeeded
        assert 0 == User.objects.count()


@pytest.mark.django_db
class TestNobodyIsLinked:
    """Neither a name nor an address makes a stranger a user who is here already."""

    def test_an_address_links_nobody(self):
        victim = User.objects.create_user("alice", email="alice@example.org")
        token = token_of(ALPHA, email="alice@example.org", email_verified=True)

        assert victim != user_of(scheme(), token)

    def test_a_name_that_is_taken_stays_its_owner_s(self, caplog):
        User.objects.create_user("admin", is_staff=True)
        made = scheme(create_user=named)

        result = asked(made, token_of(ALPHA, preferred_username="admin"))

        assert "unknown_user" == result.code
        assert 0 == FederatedIdentity.objects.count()
        assert "a unique value is taken" in caplog.text

    def test_our_own_word_is_no_stranger_s(self):
        """A principal of ours names its user by `sub`, and is not provisioned."""

        class Ours(JWTBearerHandler):
            def issuer_of(self, claims):
                return LOCAL_ISSUER

        made = Ours(
            "x", issuers={ALPHA: jwks_of(ALPHA)}, audiences=AUDIENCES, user="provision"
        )

        assert "unknown_user" == asked(made, token_of(ALPHA)).code

    def test_a_principal_of_nobody_is_nobody(self):
        class Empty(JWTBearerHandler):
            def principal_from(self, claims):
                return ClaimsPrincipal()

        made = Empty(
            "x", issuers={ALPHA: jwks_of(ALPHA)}, audiences=AUDIENCES, user="provision"
        )

        assert "unknown_user" == asked(made, token_of(ALPHA)).code

    def test_identities_beside_the_first_are_kept(self):
        class Two(JWTBearerHandler):
            def principal_from(self, claims):
                more = ClaimsIdentity([Claim("tier", "gold")], "more")
                return super().principal_from(claims).merge(ClaimsPrincipal([more]))

        made = Two(
            "x", issuers={ALPHA: jwks_of(ALPHA)}, audiences=AUDIENCES, user="provision"
        )

        principal = principal_of(made, token_of(ALPHA))

        assert principal.has_claim("tier", "gold")
        assert principal.has_claim("user_id")


@pytest.mark.django_db
class TestHook:
    """The project may make its users itself."""

    @pytest.mark.parametrize("hook", [named, "tests.tokens.changed.user_by_name"])
    def test_it_gets_the_principal(self, hook):
        made = scheme(create_user=hook)
        user = user_of(made, token_of(ALPHA, preferred_username="ada"))

        assert "ada" == user.username
        assert user.pk is not None

    def test_it_may_save_the_user_itself(self):
        assert "user-42" == user_of(scheme(create_user=saved), token_of(ALPHA)).username

    def test_it_may_let_nobody_in(self):
        assert "unknown_user" == asked(scheme(create_user=nobody), token_of(ALPHA)).code
        assert 0 == User.objects.count()


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Many at once make one user, whoever is first."""

    def together(self, present):
        barrier = threading.Barrier(THREADS)
        found, errors = [], []

        def run():
            barrier.wait()
            try:
                found.append(present())
            except Exception as error:  # noqa: BLE001  # judged below
                errors.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [] == errors
        return found

    @pytest.mark.parametrize(
        "in_transaction",
        [
            False,
            # Not on SQLite: what has read in a transaction cannot write beside others.
            pytest.param(True, marks=[pytest.mark.postgresql, pytest.mark.mariadb]),
        ],
    )
    def test_one_subject_is_one_user(self, in_transaction):
        made, token = scheme(), token_of(ALPHA)

        def present():
            if not in_transaction:
                return asked(made, token)
            with transaction.atomic():
                # As ATOMIC_REQUESTS does: what is read is as it was by now.
                User.objects.count()
                return asked(made, token)

        results = self.together(present)

        assert {None} == {each.code for each in results}
        users = {made.user(each.principal).pk for each in results}
        assert 1 == len(users) == User.objects.count()
        assert 1 == FederatedIdentity.objects.count()

    def test_a_hook_that_makes_another_user_each_time_leaves_one(self):
        names = iter(range(1000))
        made = scheme(create_user=lambda principal: User(username=f"n{next(names)}"))
        token = token_of(ALPHA)

        results = self.together(lambda: asked(made, token))

        assert {None} == {each.code for each in results}
        assert 1 == User.objects.count()
