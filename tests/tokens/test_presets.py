"""The presets of providers, with their documented metadata and token shapes."""

import time

import pytest

from django_claimsauth.authorization import RequireClaim, RequireScope
from django_claimsauth.tokens import presets
from tests.tokens.minted import ABSENT
from tests.tokens.provider_documents import (
    allows,
    asked,
    published,
    scheme_of,
    signed,
)

API = "https://api.example"
AUTH0 = "https://example.eu.auth0.com/"
KEYCLOAK = "https://login.example/realms/shop"
GOOGLE = "https://accounts.google.com"
pytestmark = pytest.mark.django_db


class TestAuth0:
    """Auth0: its own profile and that of RFC 9068, permissions, claims with a namespace."""

    def scheme(self, **changes):
        options = presets.auth0("example.eu.auth0.com", [API], **changes)
        keys = f"{AUTH0}.well-known/jwks.json"
        return scheme_of(options, published(AUTH0, keys, "auth0"))

    def token(self, typ="JWT", **changes):
        claims = {
            "iss": AUTH0,
            "sub": "auth0|6553da60a54af58e29493993",
            "aud": [API, f"{AUTH0}userinfo"],
            "azp": "K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja",
            "scope": "openid profile read:documents",
            "permissions": ["read:documents", "edit:documents"],
            "https://shop.example/roles": ["editor"],
            "nbf": ABSENT,
        }
        return signed("auth0", {**claims, **changes}, typ)

    def test_its_own_profile(self):
        principal = asked(self.scheme(), self.token())

        assert "auth0|6553da60a54af58e29493993" == principal.subject
        assert allows(principal, RequireScope("read:documents"))
        assert allows(principal, RequireClaim("permissions", "edit:documents"))
        assert ("editor",) == principal.values("https://shop.example/roles")

    def test_the_profile_of_rfc_9068(self):
        token = self.token("at+jwt", azp=ABSENT, client_id="K1AU", jti="73WakrfVbNJB")

        assert asked(self.scheme(), token).is_authenticated

    def test_a_machine_s_token(self):
        token = self.token(
            sub="awZfdIir8YFd@clients", aud=API, gty="client-credentials"
        )

        assert "awZfdIir8YFd@clients" == asked(self.scheme(), token).subject

    def test_claims_with_a_namespace_get_their_plain_name(self):
        scheme = self.scheme(namespace="https://shop.example/")
        token = self.token(roles=["admin"])

        principal = asked(scheme, token)

        assert ("editor",) == principal.values("roles")

    def test_an_id_token_is_for_another_audience(self):
        token = self.token(aud="K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja", nonce="n")

        assert "invalid_audience" == asked(self.scheme(), token)

    def test_the_issuer_ends_with_a_slash(self):
        token = self.token(iss=AUTH0.removesuffix("/"))

        assert "invalid_issuer" == asked(self.scheme(), token)


class TestDuende:
    """Duende IdentityServer: scopes as a list or a text, claims of clients."""

    issuer = "https://identity.example"

    def scheme(self):
        keys = f"{self.issuer}/.well-known/openid-configuration/jwks"
        options = presets.duende(self.issuer, ["shop-api"])
        return scheme_of(options, published(self.issuer, keys, "duende"))

    def token(self, typ="at+jwt", **changes):
        claims = {
            "iss": self.issuer,
            "aud": "shop-api",
            "scope": ["openid", "documents.read", "offline_access"],
            "amr": ["pwd"],
            "client_id": "interactive",
            "sub": "818727",
            "auth_time": int(time.time()) - 5,
            "idp": "local",
            "role": ["editor", "staff"],
            "sid": "E2C2D3E7",
            "jti": "44FD2DE9E9F8E9F4DDD141CD7C244BE9",
        }
        return signed("duende", {**claims, **changes}, typ)

    @pytest.mark.parametrize(
        "scope", [["openid", "documents.read"], "openid documents.read"]
    )
    def test_a_user_s_token(self, scope):
        principal = asked(self.scheme(), self.token(scope=scope))

        assert ("openid", "documents.read") == principal.values("scope")
        assert allows(principal, RequireScope("documents.read"))
        assert principal.is_in_role("editor")

    def test_a_client_s_own_token_has_no_subject(self):
        token = self.token(sub=ABSENT, amr=ABSENT, role=ABSENT, client_tier="gold")

        principal = asked(self.scheme(), token)

        assert principal.subject is None
        assert allows(principal, RequireClaim("client_tier", "gold"))

    def test_an_id_token_is_none(self):
        assert "invalid_token_type" == asked(self.scheme(), self.token("JWT"))


class TestOpenIddict:
    """OpenIddict: signed tokens; encrypted ones are for whoever issued them."""

    issuer = "https://identity.example/"

    def scheme(self):
        keys = f"{self.issuer}.well-known/jwks"
        options = presets.openiddict(self.issuer, ["shop_api"])
        return scheme_of(options, published(self.issuer, keys, "openiddict"))

    def token(self, **changes):
        claims = {
            "iss": self.issuer,
            "aud": "shop_api",
            "sub": "7d0e2ab1",
            "name": "ada",
            "role": "editor",
            "oi_prst": "shop_web",
            "oi_au_id": "9f0f",
            "client_id": "shop_web",
            "oi_tkn_id": "c1f6",
            "scope": "openid shop_api",
            "jti": "c51a",
            "nbf": ABSENT,
        }
        return signed("openiddict", {**claims, **changes}, "at+jwt")

    @pytest.mark.parametrize("scope", ["openid shop_api", ["openid", "shop_api"]])
    def test_a_user_s_token(self, scope):
        principal = asked(self.scheme(), self.token(scope=scope, aud=["shop_api", "x"]))

        assert "ada" == principal.name
        assert principal.is_in_role("editor")
        assert allows(principal, RequireScope("shop_api"))

    def test_an_encrypted_token_is_refused(self):
        encrypted = ".".join([*self.token().split("."), "x", "y"])

        assert "malformed_token" == asked(self.scheme(), encrypted)


class TestKeycloak:
    """Keycloak: roles inside objects, of the realm and of clients."""

    def scheme(self, **changes):
        keys = f"{KEYCLOAK}/protocol/openid-connect/certs"
        options = presets.keycloak(
            "https://login.example", "shop", ["shop-api"], **changes
        )
        return scheme_of(options, published(KEYCLOAK, keys, "keycloak"))

    def token(self, **changes):
        claims = {
            "iss": KEYCLOAK,
            "jti": "onrtro:4b1a1f2e-8f0c-4b6e-a3f4-5d9f8f1c2b7a",
            "aud": ["shop-api", "account"],
            "sub": "f1c4f64e-2c0c-4cda-8c9f-9f3f8f3a2b0e",
            "typ": "Bearer",
            "azp": "shop-web",
            "sid": "4c0a3a8a-3a47-4f2f-8e89-9e5f9b0a0a0a",
            "acr": "1",
            "allowed-origins": ["https://shop.example"],
            "realm_access": {"roles": ["offline_access", "editor"]},
            "resource_access": {
                "shop-api": {"roles": ["approver"]},
                "account": {"roles": ["manage-account"]},
            },
            "scope": "openid profile email documents",
            "email_verified": True,
            "name": "Ada Lovelace",
            "preferred_username": "ada",
            "nbf": ABSENT,
        }
        return signed("keycloak", {**claims, **changes})

    def test_roles_of_the_realm(self):
        principal = asked(self.scheme(), self.token())

        assert ("offline_access", "editor") == principal.values("roles")
        assert "ada" == principal.name
        assert allows(principal, RequireScope("documents"))

    def test_roles_of_the_clients_that_are_named(self):
        principal = asked(self.scheme(clients=["shop-api"]), self.token())

        assert principal.is_in_role("approver")
        assert principal.is_in_role("editor")
        assert not principal.is_in_role("manage-account")

    def test_a_member_that_a_mapper_calls_roles_is_none(self):
        principal = asked(self.scheme(), self.token(roles=["admin"]))

        assert not principal.is_in_role("admin")

    @pytest.mark.parametrize("typ", ["ID", "Refresh", "Offline", ABSENT, "Logout"])
    def test_its_other_tokens_are_no_access_tokens(self, typ):
        code = asked(self.scheme(), self.token(typ=typ))

        assert code in {"invalid_token_type", "missing_claim"}

    def test_a_token_for_the_account_page_alone_is_for_another_audience(self):
        assert "invalid_audience" == asked(self.scheme(), self.token(aud="account"))


class TestGoogle:
    """Google: ID tokens, by name only."""

    client_id = "1234987819200.apps.googleusercontent.com"

    def token(self, **changes):
        claims = {
            "iss": GOOGLE,
            "azp": self.client_id,
            "aud": self.client_id,
            "sub": "10769150350006150715113082367",
            "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q",
            "hd": "shop.example",
            "email": "ada@shop.example",
            "email_verified": True,
            "name": "Ada Lovelace",
            "nonce": "0394852-3190485-2490358",
            "nbf": ABSENT,
        }
        return signed("google", {**claims, **changes})

    def scheme(self, **changes):
        options = presets.google_id_tokens([self.client_id])
        keys = "https://www.googleapis.com/oauth2/v3/certs"
        return scheme_of(options, published(GOOGLE, keys, "google"), **changes)

    def test_an_id_token_says_who_signed_in(self):
        principal = asked(self.scheme(), self.token())

        assert "10769150350006150715113082367" == principal.subject
        assert allows(principal, RequireClaim("hd", "shop.example"))

    def test_it_is_accepted_by_that_name_alone(self):
        scheme = self.scheme(accept_id_tokens=False)

        assert "invalid_token_type" == asked(scheme, self.token())

    def test_a_token_for_another_client_is_refused(self):
        token = self.token(aud="other.apps.googleusercontent.com")

        assert "invalid_audience" == asked(self.scheme(), token)
