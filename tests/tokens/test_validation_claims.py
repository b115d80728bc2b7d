"""Claims of a rightly signed token: each type before its value, each failure its code."""

import json

import pytest

from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens.descriptions import CODES, DESCRIPTIONS
from tests.tokens.minted import (
    ABSENT,
    AUDIENCE,
    ISSUER,
    NOW,
    SECONDS,
    claims,
    raw_token,
    token,
    validator,
)

HEADER = {"alg": "ES256", "kid": "key-1", "typ": "at+jwt"}
DAY = 24 * 3600


def code_of(given, **changes):
    """The code with which a token is refused, None where it is accepted."""
    try:
        validator(**changes).validate(given, NOW)
    except InvalidTokenError as error:
        refusal = error
    else:
        return None
    assert refusal.code in CODES
    assert refusal.detail
    assert refusal.detail.isascii()
    return refusal.code


def test_a_good_token_gives_its_claims():
    assert claims() == validator().validate(token(), NOW)


def actors(depth):
    return {"sub": "a", "act": actors(depth - 1)} if depth else {"sub": "a"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"exp": ABSENT}, "missing_claim", id="exp-missing"),
        pytest.param({"exp": None}, "invalid_claim", id="exp-null"),
        pytest.param({"exp": True}, "invalid_claim", id="exp-true"),
        pytest.param({"exp": str(SECONDS + 60)}, "invalid_claim", id="exp-string"),
        pytest.param({"exp": [SECONDS + 60]}, "invalid_claim", id="exp-list"),
        pytest.param({"exp": {}}, "invalid_claim", id="exp-object"),
        pytest.param({"exp": 10**30}, "invalid_claim", id="exp-10e30"),
        pytest.param({"exp": 1e300}, "invalid_claim", id="exp-1e300"),
        pytest.param({"exp": -(10**30)}, "invalid_claim", id="exp-minus-10e30"),
        pytest.param({"exp": 253402300800}, "invalid_claim", id="exp-year-10000"),
        pytest.param({"exp": 253402300799}, "invalid_claim", id="exp-year-9999"),
        pytest.param({"exp": 0}, "token_expired", id="exp-0"),
        pytest.param({"exp": -1}, "token_expired", id="exp-negative"),
        pytest.param({"exp": SECONDS + 60.5}, None, id="exp-float"),
        pytest.param({"nbf": "0"}, "invalid_claim", id="nbf-string"),
        pytest.param({"nbf": False}, "invalid_claim", id="nbf-false"),
        pytest.param({"nbf": None}, "invalid_claim", id="nbf-null"),
        pytest.param({"nbf": 1e300}, "invalid_claim", id="nbf-1e300"),
        pytest.param({"nbf": 0}, None, id="nbf-0"),
        pytest.param({"nbf": -253402300799}, None, id="nbf-earliest"),
        pytest.param({"nbf": -253402300800}, "invalid_claim", id="nbf-too-early"),
        pytest.param({"nbf": 253402300799}, "token_not_yet_valid", id="nbf-latest"),
        pytest.param({"nbf": 253402300800}, "invalid_claim", id="nbf-too-late"),
        pytest.param({"nbf": SECONDS + 61}, "token_not_yet_valid", id="nbf-later"),
        pytest.param({"iat": "now"}, "invalid_claim", id="iat-string"),
        pytest.param({"iat": True}, "invalid_claim", id="iat-true"),
        pytest.param({"iat": SECONDS + DAY}, "token_not_yet_valid", id="iat-tomorrow"),
        pytest.param({"iat": ABSENT}, None, id="iat-missing"),
        pytest.param({"aud": ABSENT}, "missing_claim", id="aud-missing"),
        pytest.param({"aud": None}, "invalid_claim", id="aud-null"),
        pytest.param({"aud": ""}, "invalid_audience", id="aud-empty"),
        pytest.param({"aud": []}, "invalid_audience", id="aud-empty-list"),
        pytest.param({"aud": [None]}, "invalid_claim", id="aud-list-null"),
        pytest.param({"aud": [1]}, "invalid_claim", id="aud-list-number"),
        pytest.param({"aud": [AUDIENCE, 1]}, "invalid_claim", id="aud-list-mixed"),
        pytest.param({"aud": [[AUDIENCE]]}, "invalid_claim", id="aud-list-list"),
        pytest.param({"aud": {}}, "invalid_claim", id="aud-object"),
        pytest.param({"aud": {AUDIENCE: 1}}, "invalid_claim", id="aud-object-key"),
        pytest.param({"aud": True}, "invalid_claim", id="aud-true"),
        pytest.param({"aud": ["x"] * 99 + [AUDIENCE]}, None, id="aud-list-100"),
        pytest.param({"aud": ["x"] * 101}, "invalid_claim", id="aud-list-long"),
        pytest.param({"aud": AUDIENCE + "/"}, "invalid_audience", id="aud-slash"),
        pytest.param({"aud": AUDIENCE.upper()}, "invalid_audience", id="aud-case"),
        pytest.param({"aud": AUDIENCE[:-1]}, "invalid_audience", id="aud-prefix"),
        pytest.param({"aud": AUDIENCE + "x"}, "invalid_audience", id="aud-longer"),
        pytest.param({"aud": f"x {AUDIENCE}"}, "invalid_audience", id="aud-joined"),
        pytest.param({"aud": ["x", AUDIENCE]}, None, id="aud-list"),
        pytest.param({"iss": ABSENT}, "missing_claim", id="iss-missing"),
        pytest.param({"iss": None}, "invalid_claim", id="iss-null"),
        pytest.param({"iss": ""}, "invalid_claim", id="iss-empty"),
        pytest.param({"iss": 1}, "invalid_claim", id="iss-number"),
        pytest.param({"iss": [ISSUER]}, "invalid_claim", id="iss-list"),
        pytest.param({"iss": {}}, "invalid_claim", id="iss-object"),
        pytest.param({"iss": ISSUER + "/"}, "invalid_issuer", id="iss-slash"),
        pytest.param({"iss": ISSUER[:-1]}, "invalid_issuer", id="iss-prefix"),
        pytest.param({"iss": f"x{ISSUER}"}, "invalid_issuer", id="iss-suffix"),
        pytest.param({"iss": ISSUER.upper()}, "invalid_issuer", id="iss-case"),
        pytest.param({"iss": f" {ISSUER}"}, "invalid_issuer", id="iss-blank"),
        pytest.param({"iss": "x" * 2000}, "invalid_claim", id="iss-long"),
        pytest.param({"sub": ABSENT}, "missing_claim", id="sub-missing"),
        pytest.param({"sub": None}, "missing_claim", id="sub-null"),
        pytest.param({"sub": ""}, "invalid_claim", id="sub-empty"),
        pytest.param({"sub": 42}, "invalid_claim", id="sub-number"),
        pytest.param({"sub": 4.2}, "invalid_claim", id="sub-float"),
        pytest.param({"sub": True}, "invalid_claim", id="sub-true"),
        pytest.param({"sub": ["42"]}, "invalid_claim", id="sub-list"),
        pytest.param({"sub": {"a": 1}}, "invalid_claim", id="sub-object"),
        pytest.param({"sub": "4\x002"}, "invalid_claim", id="sub-nul"),
        pytest.param({"sub": "42\r\nSet-Cookie: a"}, "invalid_claim", id="sub-crlf"),
        pytest.param({"sub": "x" * 1024}, None, id="sub-longest"),
        pytest.param({"sub": "x" * 1025}, "invalid_claim", id="sub-long"),
        pytest.param(
            {"sub": "\N{LATIN SMALL LETTER E WITH ACUTE}"}, None, id="sub-utf-8"
        ),
        pytest.param({"jti": 1}, "invalid_claim", id="jti-number"),
        pytest.param({"jti": None}, "invalid_claim", id="jti-null"),
        pytest.param({"jti": ""}, "invalid_claim", id="jti-empty"),
        pytest.param({"jti": "x" * 2000}, "invalid_claim", id="jti-long"),
        pytest.param({"jti": ABSENT}, None, id="jti-missing"),
        pytest.param({"cnf": {"jkt": "x"}}, "invalid_claim", id="cnf"),
        pytest.param({"cnf": None}, "invalid_claim", id="cnf-null"),
        pytest.param({"act": actors(4)}, None, id="act-5"),
        pytest.param({"act": actors(5)}, "invalid_claim", id="act-6"),
        pytest.param({"act": "x"}, "invalid_claim", id="act-string"),
        pytest.param({"act": {"act": None}}, "invalid_claim", id="act-null-inside"),
        pytest.param(
            {"iss ": ISSUER, "__proto__": {}, "__class__": "x"}, None, id="odd"
        ),
        pytest.param(
            {
                "\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}ss": ISSUER,
                "iss": ABSENT,
            },
            "missing_claim",
            id="homoglyph",
        ),
    ],
)
def test_a_claim_is_judged_by_type_and_value(changes, code):
    assert code == code_of(token(**changes))


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="list"),
        pytest.param(b'"x"', id="string"),
        pytest.param(b"null", id="null"),
        pytest.param(b"1", id="number"),
        pytest.param(b"{", id="half"),
        pytest.param(b"{} {}", id="two"),
        pytest.param(b"\x0b{}\x0c", id="blanks-of-other-kinds"),
        pytest.param(b"\xc2\xa0{}", id="blank-that-does-not-break"),
        pytest.param(b'{"sub":"1","sub":"2"}', id="sub-twice"),
        pytest.param(b'{"exp":1,"exp":2}', id="exp-twice"),
        pytest.param(b'{"exp":NaN}', id="nan"),
        pytest.param(b'{"exp":Infinity}', id="infinity"),
        pytest.param(b'{"exp":-Infinity}', id="minus-infinity"),
        pytest.param(b'{"exp":1e999}', id="1e999"),
        pytest.param(b'{"exp":' + b"9" * 5000 + b"}", id="5000-digits"),
        pytest.param(b'{"sub":"\xff\xfe"}', id="no-utf-8"),
        pytest.param(b'{"sub":"\xed\xa0\x80"}', id="surrogate-octets"),
        pytest.param(b'{"sub":"\\ud800"}', id="half-a-pair"),
        pytest.param(b"\xef\xbb\xbf{}", id="bom"),
        pytest.param(b'{"sub":"a\x00b"}', id="nul"),
        pytest.param(b"[" * 5000 + b"]" * 5000, id="deep"),
        pytest.param(b'{"a":' * 33 + b"1" + b"}" * 33, id="deepish"),
        pytest.param('{"sub":"1"}'.encode("utf-16"), id="utf-16"),
    ],
)
def test_a_payload_that_is_no_plain_object_is_malformed(payload):
    assert "malformed_token" == code_of(raw_token(HEADER, payload))


def test_json_s_own_blanks_around_the_payload_say_nothing():
    padded = b" \t\r\n" + json.dumps(claims()).encode() + b" \t\r\n"

    assert code_of(raw_token(HEADER, padded)) is None


def test_brackets_in_strings_are_not_depth_and_pairs_are_characters():
    good = claims(note="[{" * 50, smile="\N{GRINNING FACE}")

    assert code_of(raw_token(HEADER, good)) is None


@pytest.mark.parametrize("count", [1, 10_000])
def test_many_claims_are_too_large(count):
    many = {f"claim-{n}": "x" * (900_000 // count) for n in range(count)}

    assert "token_too_large" == code_of(token(**many))


def test_required_claims_are_required_and_null_is_none():
    asked = {"required_claims": ["client_id", "scope"]}

    assert "missing_claim" == code_of(token(client_id="a"), **asked)
    assert "missing_claim" == code_of(token(client_id="a", scope=None), **asked)
    assert code_of(token(client_id="a", scope="", sub=ABSENT), **asked) is None


@pytest.mark.parametrize(
    ("switch", "changes"),
    [
        ("accept_any_audience", {"aud": ABSENT}),
        ("accept_any_audience", {"aud": "https://other.test"}),
        ("accept_missing_expiry", {"exp": ABSENT}),
        ("accept_bound_tokens", {"cnf": {"jkt": "x"}}),
    ],
)
def test_a_check_is_switched_off_by_a_name_that_says_so(switch, changes):
    assert code_of(token(**changes)) is not None
    assert code_of(token(**changes), **{switch: True}) is None


def test_every_description_is_a_sentence_that_fits_in_a_header():
    assert CODES - set(DESCRIPTIONS) == {
        "invalid_claim",
        "malformed_token",
        "token_too_large",
    }
    for sentence in DESCRIPTIONS.values():
        assert sentence.isascii()
        assert not {'"', "\\", "\r", "\n"} & set(sentence)
        assert sentence.endswith(".")
