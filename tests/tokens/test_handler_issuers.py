"""Several issuers in one bearer scheme: each judged by what is its own."""

import pytest

from django_claimsauth.claims import Claim
from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens import Issuer, IssuerTemplate, KeySet
from django_claimsauth.tokens.handler import JWTBearerHandler
from tests.tokens import minted
from tests.tokens.foreign import (
    ALPHA,
    AUDIENCES,
    BETA,
    asked,
    handler,
    jwks_of,
    key_of,
    principal_of,
    token_of,
)

TEMPLATE = "https://login.example/{tenantid}/v2.0"
pytestmark = pytest.mark.django_db


def tenant(name):
    return TEMPLATE.replace("{tenantid}", name)


@pytest.fixture(name="both")
def _both():
    """A scheme for two issuers that have nothing in common."""
    return JWTBearerHandler(
        "both",
        audiences=AUDIENCES,
        claim_map={"groups": "roles"},
        issuers={
            ALPHA: jwks_of(ALPHA),
            BETA: Issuer(
                keys=jwks_of(BETA, "RS256"),
                audiences=["beta-api"],
                algorithms=["RS256"],
                required_claims=["sub", "tenant"],
                claim_map={"rights": "roles"},
            ),
        },
    )


def of_beta(**changes):
    return token_of(BETA, alg="RS256", **{"aud": "beta-api", "tenant": "t", **changes})


def test_each_issuer_s_tokens_are_accepted(both):
    assert ALPHA == principal_of(both, token_of(ALPHA)).find_first("sub").issuer
    assert BETA == principal_of(both, of_beta()).find_first("sub").issuer


def test_a_token_of_one_signed_by_the_other_is_refused(both):
    """The issuer that a token states only selects whose keys have to fit."""
    by_beta = token_of(ALPHA, key=key_of(BETA, "RS256"))
    by_alpha = token_of(BETA, key=key_of(ALPHA), aud="beta-api", tenant="t")

    assert "algorithm_not_allowed" == asked(both, by_beta).code
    assert "algorithm_not_allowed" == asked(both, by_alpha).code


def test_with_the_same_algorithm_it_is_the_signature_that_tells():
    scheme = JWTBearerHandler(
        "x",
        audiences=AUDIENCES,
        issuers={ALPHA: jwks_of(ALPHA), BETA: jwks_of(BETA)},
    )

    assert "invalid_signature" == asked(scheme, token_of(ALPHA, key=key_of(BETA))).code
    assert "invalid_signature" == asked(scheme, token_of(BETA, key=key_of(ALPHA))).code


@pytest.mark.parametrize(
    ("token", "code"),
    [
        pytest.param(lambda: token_of(ALPHA, aud="beta-api"), "invalid_audience"),
        pytest.param(lambda: of_beta(aud=AUDIENCES), "invalid_audience"),
        pytest.param(lambda: of_beta(tenant=minted.ABSENT), "missing_claim"),
        pytest.param(lambda: token_of("https://gamma.example"), "invalid_issuer"),
        pytest.param(lambda: token_of(ALPHA + "/"), "invalid_issuer"),
    ],
)
def test_what_holds_for_one_does_not_for_the_other(both, token, code):
    assert code == asked(both, token()).code


def test_each_has_its_own_claim_map(both):
    claims = {"groups": ["a"], "rights": ["b"]}

    alpha = principal_of(both, token_of(ALPHA, **claims))
    beta = principal_of(both, of_beta(**claims))

    assert (("a",), ("b",)) == (alpha.values("roles"), alpha.values("rights"))
    assert (("b",), ("a",)) == (beta.values("roles"), beta.values("groups"))


def test_an_empty_claim_map_of_an_issuer_maps_nothing():
    scheme = JWTBearerHandler(
        "x",
        audiences=AUDIENCES,
        claim_map={"groups": "roles"},
        issuers={ALPHA: Issuer(keys=jwks_of(ALPHA), claim_map={})},
    )

    principal = principal_of(scheme, token_of(ALPHA, groups=["a"]))

    assert (("a",), ()) == (principal.values("groups"), principal.values("roles"))


def test_an_issuer_without_keys_is_asked_for_them():
    asked_for = []

    def fetch(url, seconds):
        asked_for.append(url)
        raise OSError("no network")

    scheme = JWTBearerHandler(
        "x",
        audiences=AUDIENCES,
        issuers={ALPHA: None, BETA: Issuer(audiences=["b"])},
        discovery={"fetch": fetch, "cache": None},
    )

    assert "keys_unavailable" == asked(scheme, token_of(BETA)).code
    assert [f"{BETA}/.well-known/openid-configuration"] == asked_for


class TestTenants:
    """An issuer with a tenant in it, and a list or a predicate of those let in."""

    def scheme(self, tenants, **changes):
        template = IssuerTemplate(TEMPLATE, tenants, **changes)
        return handler(issuers={template: jwks_of(TEMPLATE)})

    def token(self, name, **changes):
        return token_of(tenant(name), key=key_of(TEMPLATE), **{"tid": name, **changes})

    @pytest.mark.parametrize("tenants", [["a", "b"], lambda name: name in "ab"])
    def test_those_that_are_named_are_let_in(self, tenants):
        scheme = self.scheme(tenants)

        principal = principal_of(scheme, self.token("a"))

        assert Claim("tid", "a", tenant("a")) == principal.find_first("tid")
        assert "invalid_issuer" == asked(scheme, self.token("c")).code

    def test_one_token_says_one_tenant(self):
        scheme = self.scheme(["a", "b"])

        assert "invalid_issuer" == asked(scheme, self.token("a", tid="b")).code
        absent = self.token("a", tid=minted.ABSENT)
        assert "missing_claim" == asked(scheme, absent).code

    @pytest.mark.parametrize("name", ["a/b", "", "a/v2.0/x", "A", "{tenantid}", "*"])
    def test_no_other_spelling_is_a_tenant(self, name):
        assert "invalid_issuer" == asked(self.scheme(["a"]), self.token(name)).code

    def test_everybody_s_tenant_is_nobody_s(self):
        with pytest.raises(SettingsError, match="tenants"):
            self.scheme([])

    def test_tenants_have_no_address_to_be_asked_for_keys(self):
        with pytest.raises(SettingsError, match="authority"):
            handler(issuers={IssuerTemplate(TEMPLATE, ["a"]): None})

    def test_a_template_may_have_a_claim_map(self):
        entry = Issuer(keys=jwks_of(TEMPLATE), claim_map={"groups": "roles"})
        scheme = handler(issuers={IssuerTemplate(TEMPLATE, ["a"]): entry})

        principal = principal_of(scheme, self.token("a", groups=["x"]))

        assert principal.is_in_role("x")


@pytest.mark.parametrize(
    "issuers",
    [
        {},
        {ALPHA: KeySet([])},
        {ALPHA: Issuer(keys=jwks_of(ALPHA), audiences=[])},
        {ALPHA: Issuer(keys=jwks_of(ALPHA), required_claims="sub")},
        {ALPHA: Issuer(keys=jwks_of(ALPHA), claim_map={"a": "iss"})},
        {ALPHA: Issuer(keys=jwks_of(ALPHA), algorithms=["HS256", "ES256"])},
    ],
)
def test_what_opens_a_door_is_found_at_start(issuers):
    with pytest.raises(SettingsError):
        handler(issuers=issuers)
