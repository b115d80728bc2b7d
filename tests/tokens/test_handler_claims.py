"""The bearer scheme: the principal that a token makes, whose claims they are."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from django_claimsauth.authentication import schemes
from django_claimsauth.authentication.users import PrincipalUser
from django_claimsauth.claims import LOCAL_ISSUER, Claim
from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens import flows
from django_claimsauth.tokens.claim_map import claims_of
from django_claimsauth.tokens.handler import JWTBearerHandler
from tests.tokens import minted
from tests.tokens.changed import bearer_options, tokens_settings

FOREIGN = "https://login.example"


def bearing(token):
    return RequestFactory().get("/", headers={"authorization": f"Bearer {token}"})


@pytest.fixture(name="foreign")
def _foreign(settings):
    """A scheme for another issuer, and a function that mints its tokens."""
    jwks = {"keys": [minted.signing_key("ES256").public_jwk()]}
    bearer_options(
        settings,
        "foreign",
        authority=FOREIGN,
        keys=jwks,
        audiences=["https://api.test"],
        max_lifetime=None,
    )

    def mint(**changes):
        return minted.token(iss=FOREIGN, exp=4_000_000_000, **changes)

    return mint


class TestOwnTokens:
    """What this project issued is this project's word."""

    def test_claims_are_local_and_keep_their_types(self, user, settings):
        tokens_settings(
            settings, CLAIMS=lambda user: {"level": 3, "ok": True, "org": {"id": 7}}
        )

        result = schemes["bearer"].authenticate(bearing(flows.issue(user).access_token))

        principal = result.principal
        assert "bearer" == principal.identity.authentication_type
        assert {LOCAL_ISSUER} == {each.issuer for each in principal.claims}
        assert str(user.pk) == principal.subject
        assert Claim("level", 3) == principal.find_first("level")
        assert principal.find_first("ok").value is True
        assert {"id": 7} == principal.find_first("org").value

    def test_scopes_and_roles_are_a_claim_each(self, user):
        user.groups.create(name="staff")
        user.groups.create(name="admin")

        token = flows.issue(user, scopes=["read", "write"]).access_token
        principal = schemes["bearer"].authenticate(bearing(token)).principal

        assert ("read", "write") == principal.values("scope")
        assert ("admin", "staff") == principal.values("roles")
        assert principal.is_in_role("staff")

    def test_the_user_is_the_local_one(self, user):
        token = flows.issue(user).access_token
        handler = schemes["bearer"]

        principal = handler.authenticate(bearing(token)).principal

        assert user == handler.user(principal)

    def test_of_a_user_who_is_gone_there_is_nobody(self, user, settings):
        tokens_settings(settings, REVOCATION="off")
        handler = schemes["bearer"]
        principal = handler.authenticate(
            bearing(flows.issue(user).access_token)
        ).principal
        type(user).objects.filter(pk=user.pk).update(is_active=False)

        assert isinstance(handler.user(principal), AnonymousUser)

    def test_name_and_role_come_from_where_the_options_say(self, user, settings):
        bearer_options(settings, name_type="mail", role_type="rights")
        tokens_settings(
            settings, CLAIMS=lambda user: {"mail": "a@b.test", "rights": ["edit"]}
        )

        token = flows.issue(user).access_token
        principal = schemes["bearer"].authenticate(bearing(token)).principal

        assert "a@b.test" == principal.name
        assert principal.is_in_role("edit")


class TestForeignTokens:
    """Another issuer's word is its own, and its `sub` none of our users."""

    def test_claims_carry_their_issuer_and_name_no_local_user(self, user, foreign):
        handler = schemes["foreign"]

        result = handler.authenticate(bearing(foreign(sub=str(user.pk))))

        principal = result.principal
        assert {FOREIGN} == {each.issuer for each in principal.claims}
        assert isinstance(handler.user(principal), PrincipalUser)

    def test_its_sid_and_revocations_are_none_of_ours(self, user, foreign):
        pair = flows.issue(user)
        flows.revoke_all(user)

        token = foreign(sub=str(user.pk), sid=pair.sid)

        assert schemes["foreign"].authenticate(bearing(token)).succeeded

    def test_ours_are_not_accepted_in_its_place(self, user, foreign):
        """Nor are they refused there: the other scheme is there to judge them."""
        token = flows.issue(user).access_token

        assert schemes["foreign"].authenticate(bearing(token)).is_no_result
        assert schemes["bearer"].authenticate(bearing(foreign())).is_no_result

    @pytest.mark.parametrize("missing", ["jti", "iat"])
    def test_what_it_need_not_state_may_be_absent(self, db, foreign, missing):
        token = foreign(**{missing: minted.ABSENT})

        assert schemes["foreign"].authenticate(bearing(token)).succeeded


class TestOddClaims:
    """Whatever an issuer states, rightly signed: a principal, and never an error."""

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (["a", "b"], ("a", "b")),
            (["a", ["b"]], ("a",)),
            ([None, "a"], ("a",)),
            ([], ()),
            (None, ()),
            ("administrators", ("administrators",)),
            (1.5, (1.5,)),
            (10**30, (10**30,)),
            ("", ("",)),
            ("a b", ("a b",)),
        ],
    )
    def test_roles(self, db, foreign, value, expected):
        result = schemes["foreign"].authenticate(bearing(foreign(roles=value)))

        assert expected == result.principal.values("roles")
        assert not result.principal.is_in_role("admin")

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("read  write ", ("read", "write")),
            (["read", "write"], ("read", "write")),
            ("", ()),
            (5, (5,)),
            ("read,write", ("read,write",)),
        ],
    )
    def test_scope(self, db, foreign, value, expected):
        result = schemes["foreign"].authenticate(bearing(foreign(scope=value)))

        assert expected == result.principal.values("scope")

    @pytest.mark.parametrize("name", ["__class__", "__proto__", "iss ", "\u0456ss", ""])
    def test_odd_names(self, db, foreign, name):
        result = schemes["foreign"].authenticate(bearing(foreign(**{name: "x"})))

        assert result.succeeded
        assert FOREIGN == result.principal.find_first("iss").value

    def test_deep_objects(self, db, foreign):
        deep = {}
        for _ in range(28):
            deep = {"a": deep}

        result = schemes["foreign"].authenticate(bearing(foreign(deep=deep)))

        assert result.succeeded

    def test_a_claim_without_a_name_or_value_is_none(self):
        claims = {"": "x", "a": None, "b": [[1]], "c": "kept"}

        assert [Claim("c", "kept", "me")] == list(claims_of(claims, "me"))


class TestSubclasses:
    """Each step may be another one."""

    def test_claims_may_be_judged_further(self, user):
        class Strict(JWTBearerHandler):
            def validate(self, token):
                claims = super().validate(token)
                if claims["client_id"] != "web":
                    raise InvalidTokenError("invalid_claim", "client_id")
                return claims

        handler = Strict("bearer")
        web = flows.issue(user, client="web").access_token
        other = flows.issue(user).access_token

        assert handler.authenticate(bearing(web)).succeeded
        assert "invalid_claim" == handler.authenticate(bearing(other)).code

    def test_whoever_judges_otherwise_is_asked_each_time(self, user):
        asked = []

        class Counting(JWTBearerHandler):
            def validate(self, token):
                asked.append(token)
                return super().validate(token)

        handler = Counting("bearer")
        token = flows.issue(user).access_token
        for _ in range(2):
            handler.authenticate(bearing(token))

        assert 2 == len(asked)

    def test_the_principal_may_be_another(self, user):
        class Renamed(JWTBearerHandler):
            def principal_from(self, claims):
                return super().principal_from({**claims, "name": "somebody"})

        token = flows.issue(user).access_token

        assert "somebody" == Renamed("x").authenticate(bearing(token)).principal.name
