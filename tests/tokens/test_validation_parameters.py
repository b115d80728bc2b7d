"""Mistakes in the parameters are found when they are built."""

from datetime import timedelta

import pytest

from django_claimsauth.errors import SettingsError
from django_claimsauth.tokens import (
    Issuer,
    IssuerTemplate,
    KeySet,
    TokenValidationParameters,
    VerificationKey,
    key_source,
)
from tests.tokens.minted import AUDIENCE, ISSUER, key_set, parameters, signing_key

SECRET = VerificationKey.from_secret(b"s" * 32, kid="secret")
MIXED = KeySet([SECRET, signing_key().verification_key])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"issuers": {}}, id="issuers-empty"),
        pytest.param({"issuers": []}, id="issuers-empty-list"),
        pytest.param({"issuers": None}, id="issuers-none"),
        pytest.param({"issuers": ISSUER}, id="issuers-string"),
        pytest.param({"issuers": ISSUER, "keys": key_set()}, id="issuers-string-keys"),
        pytest.param({"issuers": [ISSUER]}, id="issuers-without-keys"),
        pytest.param(
            {"issuers": [ISSUER, "b"], "keys": key_set()}, id="two-issuers-one-set"
        ),
        pytest.param({"issuers": {"": key_set()}}, id="issuer-empty"),
        pytest.param({"issuers": {" ": key_set()}}, id="issuer-blank"),
        pytest.param({"issuers": {None: key_set()}}, id="issuer-none"),
        pytest.param({"issuers": {5: key_set()}}, id="issuer-number"),
        pytest.param({"issuers": {ISSUER: None}}, id="keys-none"),
        pytest.param({"issuers": {ISSUER: "secret"}}, id="keys-string"),
        pytest.param({"issuers": {ISSUER: {"keys": []}}}, id="keys-dict"),
        pytest.param({"issuers": {ISSUER: SECRET}}, id="keys-key"),
        pytest.param({"issuers": {ISSUER: KeySet([])}}, id="keys-empty"),
        pytest.param({"issuers": {ISSUER: MIXED}}, id="keys-mixed"),
        pytest.param({"keys": key_set()}, id="keys-beside"),
        pytest.param({"audiences": []}, id="audiences-empty"),
        pytest.param({"audiences": None}, id="audiences-none"),
        pytest.param({"audiences": AUDIENCE}, id="audiences-string"),
        pytest.param({"audiences": [""]}, id="audience-empty"),
        pytest.param({"audiences": iter([AUDIENCE])}, id="audiences-once"),
        pytest.param({"algorithms": iter(["ES256"])}, id="algorithms-once"),
        pytest.param({"issuers": iter([ISSUER]), "keys": key_set()}, id="issuers-once"),
        pytest.param({"audiences": [None]}, id="audience-none"),
        pytest.param({"audiences": [AUDIENCE, 5]}, id="audience-number"),
        pytest.param({"algorithms": []}, id="algorithms-empty"),
        pytest.param({"algorithms": "ES256"}, id="algorithms-string"),
        pytest.param({"algorithms": ["none"]}, id="algorithms-none"),
        pytest.param({"algorithms": ["es256"]}, id="algorithms-case"),
        pytest.param({"algorithms": [None]}, id="algorithms-null"),
        pytest.param({"algorithms": ["ES256", "HS256"]}, id="algorithms-mixed"),
        pytest.param({"algorithms": ["EdDSA", "HS256"]}, id="algorithms-mixed-eddsa"),
        pytest.param({"algorithms": ["HS256"]}, id="algorithms-of-no-key"),
        pytest.param({"algorithms": ["RS256", "EdDSA"]}, id="algorithms-of-other-keys"),
        pytest.param({"token_types": []}, id="types-empty"),
        pytest.param({"token_types": None}, id="types-none"),
        pytest.param({"token_types": "JWT"}, id="types-string"),
        pytest.param({"token_types": [""]}, id="type-empty"),
        pytest.param({"token_types": [5]}, id="type-number"),
        pytest.param({"required_claims": []}, id="required-empty"),
        pytest.param({"required_claims": "sub"}, id="required-string"),
        pytest.param({"required_claims": [None]}, id="required-none"),
        pytest.param({"leeway": timedelta(seconds=-1)}, id="leeway-negative"),
        pytest.param({"leeway": 60}, id="leeway-number"),
        pytest.param({"leeway": None}, id="leeway-none"),
        pytest.param({"max_age": timedelta(0)}, id="age-zero"),
        pytest.param({"max_age": 60}, id="age-number"),
        pytest.param({"max_lifetime": timedelta(0)}, id="lifetime-zero"),
        pytest.param({"max_lifetime": 60}, id="lifetime-number"),
        pytest.param({"max_token_size": 0}, id="size-zero"),
        pytest.param({"max_token_size": True}, id="size-true"),
        pytest.param({"max_token_size": "16384"}, id="size-string"),
        pytest.param({"max_token_size": None}, id="size-none"),
        pytest.param({"accept_any_audience": 1}, id="switch-number"),
        pytest.param({"accept_id_tokens": None}, id="switch-none"),
    ],
)
def test_a_wrong_parameter_is_an_error_at_once(changes):
    with pytest.raises(SettingsError):
        parameters(**changes)


@pytest.mark.parametrize(
    "issuer",
    [
        Issuer(keys=key_set(), audiences=[]),
        Issuer(keys=key_set(), algorithms=[]),
        Issuer(keys=key_set(), algorithms=["ES256", "HS256"]),
        Issuer(keys=MIXED),
        Issuer(keys=KeySet([])),
    ],
)
def test_a_wrong_issuer_among_several_is_an_error_at_once(issuer):
    with pytest.raises(SettingsError):
        parameters(issuers={ISSUER: key_set(), "https://b.test": issuer})


@pytest.mark.parametrize(
    "arguments",
    [
        ("https://a.test", ["t"]),
        ("https://a.test/{tenantid}/{tenantid}", ["t"]),
        (None, ["t"]),
        ("https://a.test/{tenantid}", []),
        ("https://a.test/{tenantid}", "t"),
        ("https://a.test/{tenantid}", None),
        ("https://a.test/{tenantid}", [""]),
    ],
)
def test_a_wrong_template_is_an_error_at_once(arguments):
    with pytest.raises(SettingsError):
        IssuerTemplate(*arguments)


def test_a_resource_server_without_audience_has_to_say_so():
    with pytest.raises(SettingsError, match="audiences"):
        TokenValidationParameters(issuers={ISSUER: key_set()})

    assert TokenValidationParameters(
        issuers={ISSUER: key_set()}, accept_any_audience=True
    )


def test_keys_that_are_not_at_hand_are_not_asked_for_at_start():
    asked = []
    source = key_source(lambda: asked.append(1))

    assert parameters(issuers={ISSUER: source}, algorithms=["ES256"])
    assert not asked


def test_secrets_of_one_issuer_stand_beside_public_keys_of_another():
    issuers = {ISSUER: key_set(), "https://b.test": KeySet([SECRET])}

    assert parameters(issuers=issuers)


def test_what_is_switched_off_is_reported():
    assert () == parameters().switched_off
    off = parameters(
        accept_any_audience=True,
        accept_any_token_type=True,
        accept_missing_expiry=True,
        accept_id_tokens=True,
        accept_bound_tokens=True,
        max_lifetime=None,
    )
    assert (
        "accept_any_audience",
        "accept_any_token_type",
        "accept_missing_expiry",
        "accept_id_tokens",
        "accept_bound_tokens",
        "max_lifetime",
    ) == off.switched_off
