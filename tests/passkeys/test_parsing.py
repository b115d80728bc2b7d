"""What walks over hostile bytes: a value or a refusal, never anything else."""

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django_claimsauth.passkeys.answers import (
    client_data_of,
    parse_assertion,
    parse_attestation,
)
from django_claimsauth.passkeys.authenticator_data import parse_authenticator_data
from django_claimsauth.passkeys.cbor import MAX_DEPTH, check_item, end_of_item
from django_claimsauth.passkeys.client_data import parse_client_data
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.verification import (
    parse_attestation_object,
    public_key_algorithm,
)
from tests.passkeys.authenticator import ES256, UP, UV, encoded

LEAVES = st.one_of(
    st.integers(-(2**64), 2**64 - 1),
    st.binary(max_size=300),
    st.text(max_size=300),
    st.booleans(),
    st.none(),
    st.floats(allow_nan=False),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.integers(0, 9), inner)
    ),
    max_leaves=20,
)
KEY = cbor2.dumps(ES256().public())
HEAD = bytes(32) + bytes([UP | UV | 0xC0]) + bytes(4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def depth_of(value):
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return 0
    return 1 + max(map(depth_of, inner), default=0)


@settings(deadline=None)
@given(VALUES, st.binary(max_size=20))
def test_what_is_written_is_walked_to_its_end(value, trail):
    octets = cbor2.dumps(value)
    if depth_of(value) > MAX_DEPTH:
        return

    assert len(octets) == end_of_item(octets + trail)
    check_item(octets)


@settings(deadline=None)
@given(VALUES)
def test_what_is_cut_short_is_refused(value):
    with pytest.raises(ValueError, match=r"cut short"):
        check_item(cbor2.dumps(value)[:-1])


@pytest.mark.parametrize(("depth", "fits"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
def test_depth_has_a_limit(depth, fits):
    octets = b"\x81" * depth + b"\x00"

    if fits:
        check_item(octets)
        return
    with pytest.raises(ValueError, match="deeper than 16"):
        check_item(octets)


def refusable(parse, *arguments):
    """Parse; a refusal is as good as a value."""
    try:
        return parse(*arguments)
    except PasskeyError as refusal:
        return refusal.code


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_authenticator_data_or_refused(octets):
    refusable(parse_authenticator_data, octets)
    refusable(parse_authenticator_data, HEAD + octets)
    refusable(parse_authenticator_data, HEAD + bytes(16) + b"\0\1\1" + KEY + octets)


@settings(deadline=None)
@given(st.binary(max_size=200) | VALUES.map(cbor2.dumps))
def test_any_bytes_are_an_attestation_object_or_refused(octets):
    refusable(parse_attestation_object, octets)
    refusable(public_key_algorithm, octets, [-7])


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_client_data_or_refused(octets):
    assert "malformed_answer" == refusable(parse_client_data, octets)


@pytest.mark.parametrize("parse", [parse_assertion, parse_attestation])
def test_what_is_no_object_is_refused(parse):
    assert "malformed_answer" == refusable(parse, [], object())


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["id", "rawId", "type", "response"]), JSON))
def test_any_json_is_an_answer_or_refused(answer):
    client_data = object()

    assert refusable(client_data_of, answer) == "malformed_answer"
    refusable(parse_attestation, answer, client_data)
    refusable(parse_assertion, answer, client_data)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["clientDataJSON", "attestationObject", "signature", "userHandle"]
        ),
        JSON | st.binary(max_size=99).map(encoded),
    ),
    JSON,
)
def test_any_response_is_one_or_refused(response, transports):
    response |= {"transports": transports}
    answer = {"id": "AAAA", "type": "public-key", "response": response}

    refusable(client_data_of, answer)
    refusable(parse_attestation, answer, object())
    refusable(parse_assertion, answer, object())
