"""Microsoft Entra ID: versions 1 and 2, one tenant or several, users and apps."""

import pytest

from django_claimsauth.authorization import RequireClaim, RequireScope
from django_claimsauth.claims import ClaimsPrincipal
from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens import presets
from tests.tokens.minted import ABSENT
from tests.tokens.provider_documents import (
    CONSUMERS,
    LOGIN,
    TENANT,
    allows,
    asked,
    entra,
    scheme_of,
    signed,
)

pytestmark = pytest.mark.django_db


class TestEntraID:
    """Microsoft Entra ID: versions 1 and 2, one tenant or several, users and apps."""

    client_id = "00001111-aaaa-2222-bbbb-3333cccc4444"

    def version_2(self, tenant=TENANT, name="entra", **changes):
        claims = {
            "aud": self.client_id,
            "iss": f"{LOGIN}/{tenant}/v2.0",
            "aio": "AXQAi/8TAAAA",
            "azp": "11112222-bbbb-3333-cccc-4444dddd5555",
            "azpacr": "0",
            "name": "Ada Lovelace",
            "oid": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb",
            "preferred_username": "ada@contoso.example",
            "rh": "I.",
            "scp": "Documents.Read Documents.Write",
            "roles": ["Documents.Approve"],
            "sub": "HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ",
            "tid": tenant,
            "uti": "fqiBqXLPj0eQa82S-IYFAA",
            "ver": "2.0",
        }
        return signed(name, {**claims, **changes}, x5t="entra-key")

    def version_1(self, **changes):
        claims = {
            "aud": f"api://{self.client_id}",
            "iss": f"https://sts.windows.net/{TENANT}/",
            "acr": "1",
            "amr": ["pwd"],
            "appid": "11112222-bbbb-3333-cccc-4444dddd5555",
            "appidacr": "0",
            "oid": "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb",
            "scp": "Documents.Read",
            "sub": "HKZpfaHyWadeOouYlitjrI",
            "tid": TENANT,
            "unique_name": "ada@contoso.example",
            "upn": "ada@contoso.example",
            "ver": "1.0",
        }
        return signed("entra", {**claims, **changes}, x5t="entra-key")

    def one(self, **changes):
        options = presets.entra_id(TENANT, [self.client_id], **changes)
        return scheme_of(options, {**entra(1, TENANT), **entra(2, TENANT)})

    def several(self, tenants, versions=(2,)):
        options = presets.entra_id(tenants, [self.client_id], versions=versions)
        documents = {**entra(1, "organizations"), **entra(2, "organizations")}
        return scheme_of(options, documents)

    def test_a_user_s_token(self):
        principal = asked(self.one(), self.version_2())

        assert "Ada Lovelace" == principal.name
        assert principal.is_in_role("Documents.Approve")
        assert allows(principal, RequireScope("Documents.Write"))
        assert ("Documents.Read", "Documents.Write") == principal.values("scp")
        assert (TENANT,) == principal.values("tid")

    def test_an_app_s_own_token_has_roles_and_no_scopes(self):
        token = self.version_2(
            scp=ABSENT, name_=ABSENT, idtyp="app", roles=["Documents.All"]
        )

        principal = asked(self.one(), token)

        assert principal.is_in_role("Documents.All")
        assert not allows(principal, RequireScope("Documents.Read"))

    def test_version_1_has_another_issuer_and_audience(self):
        options = presets.entra_id(
            TENANT, [f"api://{self.client_id}", self.client_id], versions=[1, 2]
        )
        scheme = scheme_of(options, {**entra(1, TENANT), **entra(2, TENANT)})

        assert allows(asked(scheme, self.version_1()), RequireScope("Documents.Read"))
        assert asked(scheme, self.version_2()).is_authenticated
        assert "invalid_issuer" == asked(self.one(), self.version_1())

    def test_an_id_token_for_the_same_client_is_refused(self):
        """It has the same issuer, audience and keys, and no client of its own."""
        changes = {"azp": ABSENT, "azpacr": ABSENT, "scp": ABSENT, "roles": ABSENT}
        plain = self.version_2(**changes)
        with_nonce = self.version_2(**changes, nonce="123")

        assert "missing_claim" == asked(self.one(), plain)
        assert asked(self.one(), with_nonce) in {"missing_claim", "invalid_token_type"}

    def test_of_several_tenants_those_on_the_list_are_let_in(self):
        other = "bbbbcccc-1111-dddd-2222-eeee3333ffff"
        scheme = self.several([TENANT, "x"])

        assert asked(scheme, self.version_2()).is_authenticated
        assert "invalid_issuer" == asked(scheme, self.version_2(tenant=other))
        assert "invalid_issuer" == asked(scheme, self.version_2(tid=other))

    def test_a_predicate_may_decide(self):
        scheme = self.several(lambda tenant: tenant == TENANT, versions=[1, 2])

        assert asked(scheme, self.version_2()).is_authenticated
        version_1 = self.version_1(aud=self.client_id)
        assert asked(scheme, version_1).is_authenticated

    @pytest.mark.parametrize("several", [True, False])
    def test_the_key_of_consumers_signs_for_no_organisation(self, several):
        """It is published beside the others, and says whose it is."""
        scheme = self.several([TENANT]) if several else self.one()

        assert "unknown_key" == asked(scheme, self.version_2(name="consumers"))

    def test_consumers_are_a_tenant_of_their_own(self):
        options = presets.entra_id(CONSUMERS, [self.client_id])
        scheme = scheme_of(options, entra(2, CONSUMERS))

        token = self.version_2(tenant=CONSUMERS, name="consumers")

        assert asked(scheme, token).is_authenticated

    @pytest.mark.parametrize(
        ("claims", "expected"),
        [
            ({"groups": ["g1"]}, False),
            ({}, False),
            (
                {
                    "_claim_names": {"groups": "src1"},
                    "_claim_sources": {"src1": {"endpoint": "https://graph"}},
                },
                True,
            ),
            ({"_claim_names": {"roles": "src1"}}, False),
            ({"_claim_names": "groups"}, False),
            ({"hasgroups": True}, True),
            ({"hasgroups": "true"}, False),
        ],
    )
    def test_too_many_groups_are_none_and_are_told_of(self, claims, expected):
        principal = asked(self.one(), self.version_2(**claims))

        assert expected == presets.has_group_overage(principal)
        assert allows(principal, RequireClaim("groups", "g1")) == ("groups" in claims)

    def test_nobody_has_no_groups_to_be_asked_for(self):
        assert not presets.has_group_overage(ClaimsPrincipal.anonymous())

    @pytest.mark.parametrize("tenant", ["common", "organizations", "consumers", ""])
    def test_everybody_s_tenant_is_refused_at_start(self, tenant):
        with pytest.raises(SettingsError, match="tenant"):
            presets.entra_id(tenant, [self.client_id])

    @pytest.mark.parametrize("versions", [[], [3], [1, 3], ["2"]])
    def test_an_unknown_version_is_refused_at_start(self, versions):
        with pytest.raises(SettingsError, match="versions"):
            presets.entra_id(TENANT, [self.client_id], versions=versions)
