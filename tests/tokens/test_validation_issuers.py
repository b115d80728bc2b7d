"""Several issuers: each is held to its own keys, audiences and algorithms."""

import pytest

from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens import (
    Issuer,
    IssuerTemplate,
    KeySet,
    TokenValidationParameters,
    TokenValidator,
    key_source,
)
from tests.tokens.minted import (
    ABSENT,
    AUDIENCE,
    ISSUER,
    NOW,
    claims,
    key_set,
    raw_token,
    signing_key,
    token,
    validator,
)

A = "https://a.test"
B = "https://b.test"
KEY_A = signing_key("ES256", kid="same", name="a")
KEY_B = signing_key("ES256", kid="same", name="b")


def both(**changes):
    issuers = {
        A: KeySet([KEY_A.verification_key]),
        B: Issuer(keys=KeySet([KEY_B.verification_key]), **changes),
    }
    return TokenValidator(
        TokenValidationParameters(issuers=issuers, audiences=[AUDIENCE])
    )


def code_of(judge, given):
    try:
        judge.validate(given, NOW)
    except InvalidTokenError as error:
        return error.code
    return None


def test_each_issuer_is_verified_with_its_own_key():
    assert code_of(both(), token(key=KEY_A, iss=A)) is None
    assert code_of(both(), token(key=KEY_B, iss=B)) is None


def test_a_token_of_one_signed_with_the_others_key_is_refused():
    """Also where both keys bear the same kid."""
    assert "invalid_signature" == code_of(both(), token(key=KEY_A, iss=B))
    assert "invalid_signature" == code_of(both(), token(key=KEY_B, iss=A))


def test_a_kid_of_another_issuer_is_unknown():
    stranger = signing_key("ES256", kid="of-b", name="b")

    assert "unknown_key" == code_of(both(), token(key=stranger, iss=A))


def test_an_issuers_own_audiences_and_algorithms_hold_for_it_alone():
    judge = both(audiences=["https://only-b.test"], algorithms=["ES384"])

    assert code_of(judge, token(key=KEY_A, iss=A)) is None
    assert "algorithm_not_allowed" == code_of(
        judge, token(key=KEY_B, iss=B, aud="https://only-b.test")
    )
    judge = both(audiences=["https://only-b.test"])
    assert "invalid_audience" == code_of(judge, token(key=KEY_B, iss=B))
    assert "invalid_audience" == code_of(
        judge, token(key=KEY_A, iss=A, aud="https://only-b.test")
    )


def test_another_issuer_is_named_before_anything_else_is_judged():
    """So that the next scheme may be tried: it is not this one's credential."""
    stranger = signing_key("ES256", kid="x", name="x")
    given = stranger.sign({"typ": "odd"}, {"iss": "https://c.test"})

    assert "invalid_issuer" == code_of(both(), given)


def test_the_signature_is_judged_before_the_claims():
    assert "invalid_signature" == code_of(both(), token(key=KEY_A, iss=B, exp=0, aud=1))


def test_the_short_form_names_one_issuer_and_its_keys():
    judge = validator(issuers=[ISSUER], keys=key_set())

    assert code_of(judge, token()) is None


def test_a_verified_token_tells_its_header_and_issuer():
    verified = both().verify(token(key=KEY_B, iss=B), NOW)

    assert {"alg": "ES256", "kid": "same", "typ": "at+jwt"} == verified.header
    assert (B, None) == (verified.issuer, verified.tenant)


class TestTemplate:
    template = "https://login.test/{tenantid}/v2.0"

    def judge(self, tenants, **changes):
        name = IssuerTemplate(self.template, tenants, **changes)
        return validator(issuers={name: key_set()})

    def token(self, tenant, **changes):
        given = {"iss": f"https://login.test/{tenant}/v2.0", "tid": tenant}
        return token(**{**given, **changes})

    @pytest.mark.parametrize(
        "tenants", [["t1", "t2"], lambda tenant: tenant.startswith("t")]
    )
    def test_a_tenant_that_is_let_in_is_accepted(self, tenants):
        verified = self.judge(tenants).verify(self.token("t1"), NOW)

        assert "t1" == verified.tenant
        assert "https://login.test/t1/v2.0" == verified.issuer

    @pytest.mark.parametrize(
        "tenant",
        [
            "t3",
            "",
            "T1",
            "t1/",
            "t1/v2.0/x",
            "a/b",
            " t1",
            "t1?",
            "{tenantid}",
            "t1\x00",
        ],
    )
    def test_a_tenant_that_is_not_let_in_is_another_issuer(self, tenant):
        code = code_of(self.judge(["t1", "t2"]), self.token(tenant))

        assert code in {"invalid_issuer", "invalid_claim"}

    def test_a_slash_never_reaches_the_predicate(self):
        asked = []
        judge = self.judge(asked.append)

        for tenant in ("a/b", "x"):
            assert "invalid_issuer" == code_of(judge, self.token(tenant))

        assert ["x"] == asked

    def test_only_true_lets_in(self):
        assert "invalid_issuer" == code_of(self.judge(lambda t: "yes"), self.token("t"))

    def test_the_tenants_claim_has_to_repeat_it(self):
        judge = self.judge(["t1", "t2"])

        assert "invalid_issuer" == code_of(judge, self.token("t1", tid="t2"))
        assert "missing_claim" == code_of(judge, self.token("t1", tid=ABSENT))
        assert (
            code_of(self.judge(["t1"], claim=None), self.token("t1", tid=ABSENT))
            is None
        )

    def test_overlapping_ends_are_no_tenant(self):
        judge = self.judge(["t1"])

        assert "invalid_issuer" == code_of(judge, token(iss="https://login.test/v2.0"))

    def test_an_exact_issuer_comes_before_a_template(self):
        name = IssuerTemplate(self.template, ["t1"])
        exact = "https://login.test/t1/v2.0"
        keys = {exact: key_set(name="exact"), name: key_set()}
        judge = validator(issuers=keys)

        assert code_of(judge, token(key=signing_key(name="exact"), iss=exact)) is None
        assert "invalid_signature" == code_of(judge, self.token("t1"))


class Rotating:
    """A source whose keys are replaced when it is asked again."""

    def __init__(self, *sets):
        self.sets = list(sets)
        self.asked = 0

    def current(self):
        return self.sets[0]

    def refreshed(self):
        self.asked += 1
        if len(self.sets) == 1:
            return None
        del self.sets[0]
        return self.sets[0]


def test_an_issuer_without_keys_at_the_moment_has_the_generation_0():
    judge = validator(issuers={ISSUER: key_set(), "https://b.test": key_source(dict)})

    known, unknown = judge.generation()

    assert 0 == unknown < known
    assert code_of(judge, token()) is None
    assert "keys_unavailable" == code_of(judge, token(iss="https://b.test"))


class TestRefresh:
    def judge(self, source):
        return validator(issuers={ISSUER: source})

    def test_an_unknown_kid_asks_for_newer_keys(self):
        source = Rotating(key_set(kid="old", name="old"), key_set(kid="new"))
        judge = self.judge(source)
        before = judge.generation()

        assert code_of(judge, token(key=signing_key(kid="new"))) is None
        assert before != judge.generation()
        assert "unknown_key" == code_of(judge, token(key=signing_key(kid="other")))

    def test_a_bad_signature_under_a_known_kid_does_not(self):
        source = Rotating(key_set(name="old"), key_set())

        assert "invalid_signature" == code_of(self.judge(source), token())
        assert 0 == source.asked

    def test_a_token_without_kid_does_when_no_key_fits(self):
        source = Rotating(key_set(name="old"), key_set())
        unnamed = raw_token({"alg": "ES256", "typ": "at+jwt"}, claims())

        assert code_of(self.judge(source), unnamed) is None
        assert 1 == source.asked

    def test_an_algorithm_that_is_not_allowed_asks_nobody(self):
        source = Rotating(key_set(), key_set())
        given = token(key=signing_key("ES384", kid="key-1"))

        assert "algorithm_not_allowed" == code_of(self.judge(source), given)
        assert 0 == source.asked
