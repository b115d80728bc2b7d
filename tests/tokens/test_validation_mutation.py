"""Whatever is done to a good token, it is refused with a code, and nothing else."""

import contextlib
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django_claimsauth.authentication.encoding import (
    decode_base64url,
    decode_json,
    encode_base64url,
    encode_json,
)
from django_claimsauth.errors import InvalidTokenError
from django_claimsauth.tokens import VerificationKey, verify_jws
from django_claimsauth.tokens.descriptions import CODES
from django_claimsauth.tokens.jwks import KeySet
from django_claimsauth.tokens.strength import UnusableKeyError
from tests.tokens.minted import NOW, claims, key_set, raw_token, token, validator

GOOD = token()
JUDGE = validator()
HEADER = {"alg": "ES256", "kid": "key-1", "typ": "at+jwt"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
REGISTERED = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "act", "cnf", "typ"]


def outcome(judged):
    """The claims, or the code of the refusal; any other error fails the test."""
    try:
        return JUDGE.validate(judged, NOW)
    except InvalidTokenError as error:
        refusal = error
    assert refusal.code in CODES
    assert str(refusal).isascii()
    return refusal.code


@given(st.integers(0, len(GOOD) - 1), st.characters())
def test_any_other_character_at_any_place_is_refused(place, character):
    changed = GOOD[:place] + character + GOOD[place + 1 :]

    if changed != GOOD:
        assert isinstance(outcome(changed), str)


@given(st.integers(0, len(GOOD)), st.text(min_size=1, max_size=5))
def test_anything_put_in_is_refused(place, text):
    assert isinstance(outcome(GOOD[:place] + text + GOOD[place:]), str)


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 40))
def test_anything_left_out_is_refused(place, count):
    assert isinstance(outcome(GOOD[:place] + GOOD[place + count :]), str)


@given(st.text(alphabet=string.printable, max_size=200) | st.text(max_size=50))
def test_any_text_is_refused(text):
    assert isinstance(outcome(text), str)


@given(st.binary(max_size=100), st.binary(max_size=100), st.binary(max_size=100))
def test_any_octets_in_three_segments_are_refused(header, payload, signature):
    segments = [encode_base64url(each) for each in (header, payload, signature)]

    assert isinstance(outcome(b".".join(segments).decode()), str)


@given(st.sampled_from(REGISTERED) | st.text(max_size=10), JSON)
def test_any_claim_of_any_type_rightly_signed_is_judged(name, value):
    try:
        payload = encode_json({**claims(), name: value})
    except (ValueError, UnicodeEncodeError):
        return

    result = outcome(raw_token(HEADER, payload))

    if isinstance(result, dict):
        assert isinstance(result["sub"], str)
        assert isinstance(result["exp"], int | float)
        assert not isinstance(result["exp"], bool)


@given(JSON)
def test_any_payload_rightly_signed_is_refused(payload):
    try:
        octets = encode_json(payload)
    except ValueError:
        return

    assert isinstance(outcome(raw_token(HEADER, octets)), str)


@given(st.binary(max_size=60))
def test_any_octets_as_payload_are_refused(octets):
    assert isinstance(outcome(raw_token(HEADER, octets)), str)


@given(st.sampled_from(["alg", "kid", "typ", "crit", "jwk", "x"]), JSON)
def test_any_header_member_of_any_type_is_judged(name, value):
    try:
        header = encode_json({**HEADER, name: value})
    except ValueError:
        return

    result = outcome(raw_token(header, claims()))

    if isinstance(result, dict):
        assert name in {"jwk", "x"} or value == HEADER.get(name) or name == "typ"


@given(JSON)
def test_any_json_as_header_is_refused(header):
    try:
        octets = encode_json(header)
    except ValueError:
        return

    assert isinstance(outcome(raw_token(octets, claims())), str)


@given(JSON)
def test_any_json_as_a_key_is_refused(jwk):
    with pytest.raises(UnusableKeyError):
        VerificationKey.from_jwk(jwk)


@settings(max_examples=200)
@given(
    st.sampled_from(["kty", "crv", "x", "y", "alg", "use", "key_ops", "kid", "d"]), JSON
)
def test_a_key_with_any_member_changed_verifies_or_is_left_out(name, value):
    jwk = {**key_set().keys[0].public_jwk(), name: value}

    keys = KeySet.from_jwks({"keys": [jwk]})

    with contextlib.suppress(InvalidTokenError):
        verify_jws(GOOD, keys)


@given(st.binary(max_size=50))
def test_base64url_has_one_text_for_one_value(octets):
    assert octets == decode_base64url(encode_base64url(octets))


@given(st.text(alphabet=string.ascii_letters + string.digits + "-_=+/ \n", max_size=20))
def test_what_base64url_reads_is_what_it_writes(text):
    try:
        octets = decode_base64url(text.encode())
    except ValueError:
        return

    assert text.encode() == encode_base64url(octets)


@given(st.binary(max_size=40))
def test_json_is_read_or_refused(octets):
    try:
        decode_json(octets)
    except ValueError:
        return
