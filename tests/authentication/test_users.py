"""Django's users and principals, each made of the other."""

import asyncio

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from django_claimsauth.authentication.users import (
    PrincipalUser,
    anonymous_user,
    find_user,
    key_of,
    local_subject,
    local_user_of,
    principal_of_user,
    subject_of,
    user_of,
)
from django_claimsauth.claims import Claim, ClaimsIdentity, ClaimsPrincipal

User = get_user_model()
ODD_KEYS = [
    None, 1, True, b"1", "", " 1", "1 ", "01", "+1", "-0", "1.0", "1_0", "\u0661", "\uff11",
    "1e0", "0x1", "None", "a", "1\0", "\0", "\ud800", "1" * 300, str(10**30), str(2**63),
]  # fmt: skip


def local(sub, scheme="session"):
    return ClaimsPrincipal.of(scheme, {"sub": sub})


@pytest.fixture
def ada(db):
    return User.objects.create_user("ada", pk=1)


class TestPrincipalOfUser:
    def test_an_active_user_has_its_key_and_its_name(self, ada):
        principal = principal_of_user(ada, "session")

        assert ("1", "ada") == (principal.subject, principal.name)
        assert "session" == principal.identity.authentication_type
        assert "1" == subject_of(ada)

    @pytest.mark.parametrize(
        "user", [None, AnonymousUser(), User(pk=1, username="ada", is_active=False)]
    )
    def test_nobody_and_the_inactive_are_anonymous(self, user):
        assert ClaimsPrincipal.anonymous() == principal_of_user(user, "session")

    def test_a_user_name_that_is_no_str_is_made_one(self):
        class Numbered(User):
            """Signs in by a number."""

            class Meta:
                app_label = "elsewhere"
                proxy = True

            def get_username(self):
                return 7

        assert "7" == principal_of_user(Numbered(pk=1), "session").name


class TestLocalSubject:
    def test_it_is_the_primary_identity_s_own(self):
        assert "1" == local_subject(local("1"))

    @pytest.mark.parametrize(
        "principal",
        [
            ClaimsPrincipal.anonymous(),
            local("1", scheme=None),
            ClaimsPrincipal.of("bearer", {"name": "ada"}),
            ClaimsPrincipal.of("bearer", {"sub": "1"}, issuer="https://login.test"),
            ClaimsPrincipal.of("bearer", {"sub": "9"}, issuer="i").merge(local("1")),
        ],
    )
    def test_what_another_stated_or_nobody_vouches_for_is_none(self, principal):
        assert local_subject(principal) is None

    def test_the_first_sub_counts(self):
        claims = [Claim("sub", "1", "https://login.test"), Claim("sub", "1")]

        assert local_subject(ClaimsPrincipal([ClaimsIdentity(claims, "x")])) is None


class TestFind:
    def test_the_active_user_of_a_local_subject_is_found(self, ada):
        assert ada == local_user_of(local("1"))
        assert ada == user_of(local("1"))

    def test_it_is_as_the_orm_would_load_it(self, ada):
        ada.last_login = timezone.now()
        ada.save()
        by_orm = User.objects.get(pk=ada.pk)

        found = find_user(str(ada.pk))

        assert by_orm.__dict__.keys() == found.__dict__.keys()
        assert {**by_orm.__dict__, "_state": None} == {**found.__dict__, "_state": None}
        assert (by_orm._state.db, False) == (found._state.db, found._state.adding)

    def test_one_query_finds_it(self, ada, django_assert_num_queries):
        with django_assert_num_queries(1):
            local_user_of(local("1"))

    @pytest.mark.parametrize("subject", ODD_KEYS, ids=repr)
    def test_what_is_not_written_like_a_key_names_nobody(self, ada, subject):
        assert find_user(subject) is None

    @pytest.mark.parametrize("subject", ODD_KEYS[:-2], ids=repr)
    def test_what_is_not_written_like_a_key_is_none(self, subject):
        assert key_of(subject) is None

    @pytest.mark.parametrize(("length", "is_key"), [(255, True), (256, False)])
    def test_a_key_is_so_long_and_no_longer(self, length, is_key):
        assert is_key is (key_of("1" * length) is not None)

    @pytest.mark.parametrize("subject", ["0", "2", "-1"])
    def test_a_key_that_no_user_has_names_nobody(self, ada, subject):
        assert find_user(subject) is None

    def test_an_inactive_user_is_not_found(self, ada):
        User.objects.update(is_active=False)

        assert find_user("1") is None
        assert isinstance(user_of(local("1")), PrincipalUser)

    def test_a_stranger_with_the_key_of_a_user_is_no_local_user(self, ada):
        stranger = ClaimsPrincipal.of("x", {"sub": "1"}, issuer="https://login.test")

        assert local_user_of(stranger) is None
        assert PrincipalUser(stranger) == user_of(stranger)

    @given(st.one_of(st.text(), st.integers(), st.none(), st.floats(), st.binary()))
    def test_no_subject_is_an_error(self, subject):
        key = key_of(subject)

        assert key is None or str(key) == subject


class TestPrincipalUser:
    user = PrincipalUser(ClaimsPrincipal.of("x", {"sub": "s", "name": "Ada"}))

    def test_it_is_authenticated_and_has_no_row(self):
        assert self.user.is_authenticated
        assert not self.user.is_anonymous
        assert (None, None) == (self.user.pk, self.user.id)
        assert (True, False, False) == (
            self.user.is_active,
            self.user.is_staff,
            self.user.is_superuser,
        )

    def test_it_has_no_permission(self):
        assert not self.user.has_perm("auth.add_user")
        assert not self.user.has_perms(["auth.add_user"])
        assert not self.user.has_perms([])
        assert not self.user.has_module_perms("auth")
        assert set() == self.user.get_all_permissions()

    def test_it_has_none_on_a_loop_either(self):
        async def ask():
            return [
                await self.user.ahas_perm("auth.add_user"),
                await self.user.ahas_perms([]),
                await self.user.ahas_module_perms("auth"),
                await self.user.aget_all_permissions(),
            ]

        assert [False, False, False, set()] == asyncio.run(ask())

    @pytest.mark.parametrize(
        ("claims", "name"),
        [
            ({"name": "Ada", "sub": "s"}, "Ada"),
            ({"sub": "s"}, "s"),
            ({"name": 7}, "7"),
            ({}, ""),
        ],
    )
    def test_its_name_is_the_principal_s_else_the_subject(self, claims, name):
        user = PrincipalUser(ClaimsPrincipal.of("x", claims))

        assert [name] * 3 == [user.username, user.get_username(), str(user)]

    def test_it_compares_by_its_principal(self):
        again = PrincipalUser(ClaimsPrincipal.of("x", {"sub": "s", "name": "Ada"}))

        assert self.user == again
        assert 1 == len({self.user, again})
        assert self.user != PrincipalUser(ClaimsPrincipal.anonymous())
        assert self.user != AnonymousUser()


def test_the_anonymous_user_is_django_s():
    assert AnonymousUser() == anonymous_user()
