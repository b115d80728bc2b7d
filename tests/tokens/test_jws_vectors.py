"""Vectors that others wrote: Wycheproof's, and the examples of the RFCs."""

import json
from pathlib import Path

import pytest

from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens import KeySet, SigningKey, VerificationKey, verify_jws

VECTORS = Path(__file__).parents[1] / "vectors"
# Valid by the file, refused by a strict verifier: the key's alg is not the
# header's (346 to 351), or a character is none of base64url's (372, 373).
STRICTER = {346, 347, 350, 351, 372, 373}
# The same token as 357, which is valid: a slip of the source.
SLIP = 370


def wycheproof(name):
    document = json.loads((VECTORS / "wycheproof" / name).read_text())
    return [
        pytest.param(
            group.get("public") or group["private"],
            case,
            id=f"{case['tcId']}-{case['comment']}",
        )
        for group in document["testGroups"]
        for case in group["tests"]
        if case["tcId"] != SLIP
    ]


def rfc(name):
    examples = json.loads((VECTORS / "rfc" / name).read_text())
    return [pytest.param(example, id=example["name"]) for example in examples]


@pytest.mark.parametrize(("keys", "case"), wycheproof("json_web_signature_test.json"))
def test_signatures_are_judged_as_wycheproof_says(keys, case):
    assert accepted(keys, case["jws"]) == expected(case)


@pytest.mark.parametrize(("keys", "case"), wycheproof("json_web_key_test.json"))
def test_keys_are_judged_as_wycheproof_says(keys, case):
    assert accepted(keys, case["jws"]) == (case["result"] == "valid")


@pytest.mark.parametrize("example", rfc("jws.json"))
def test_the_rfcs_examples_verify(example):
    keys = KeySet.from_jwks({"keys": [example["jwk"]]})

    _, payload = verify_jws(example["token"], keys, example["algorithms"])

    assert example["payload"].encode() == payload


@pytest.mark.parametrize("example", rfc("thumbprints.json"))
def test_the_rfcs_thumbprints_are_reached(example):
    key = VerificationKey.from_jwk(example["jwk"])

    assert example["thumbprint"] == key.thumbprint()


def test_an_ed25519_signature_is_the_one_of_rfc_8037():
    """The header's members differ in order, so the octets are signed by hand."""
    example = next(p for p in rfc("jws.json") if "8037" in p.id).values[0]
    key = SigningKey.from_jwk(
        {
            **example["jwk"],
            "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
            "kid": "rfc",
        }
    )

    token = key.sign({}, example["payload"].encode())

    header, _ = verify_jws(token, KeySet.from_jwks(example["jwk"]))
    assert header == {"alg": "EdDSA", "kid": "rfc"}


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(
            "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dH"
            "A6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.",
            id="A.5-none",
        ),
        pytest.param('{"payload":"e30","signatures":[]}', id="A.6-json"),
        pytest.param('{"payload":"e30","protected":"e30"}', id="A.7-flattened"),
    ],
)
def test_what_the_rfc_allows_besides_is_refused(token):
    key = SigningKey.generate("ES256").verification_key

    with pytest.raises(InvalidTokenError):
        verify_jws(token, KeySet([key]))


def accepted(keys, token):
    try:
        verify_jws(token, KeySet.from_jwks(keys))
    except InvalidTokenError:
        return False
    return True


def expected(case):
    return case["result"] == "valid" and case["tcId"] not in STRICTER
