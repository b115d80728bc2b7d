"""Every wrong answer to a registration is one refusal; nothing is stored."""

import json

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from django_claimsauth.passkeys import flows
from django_claimsauth.passkeys.models import PasskeyChallenge, UserHandle
from tests.passkeys.authenticator import (
    AT,
    BE,
    BS,
    ED,
    ES256,
    RS256,
    UP,
    UV,
    Authenticator,
    encoded,
)
from tests.passkeys.conftest import BROWSER

KEY = ES256()
DEEP = b"\x81" * 40 + b"\x00"


def nested(levels):
    return json.dumps({"a": 1})[:-1].encode() + b"," + b"[" * levels + b"]" * levels


def off_the_curve():
    return KEY.public() | {-3: bytes(31) + b"\1"}


def of_p384():
    numbers = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
    x, y = (each.to_bytes(48, "big") for each in (numbers.x, numbers.y))
    return {1: 2, 3: -7, -1: 2, -2: x, -3: y}


CASES = {
    # What the browser says.
    "another origin": ("origin_not_allowed", {"members": {"origin": "https://a.org"}}),
    "a prefix of the origin": (
        "origin_not_allowed",
        {"members": {"origin": "https://example.org.evil"}},
    ),
    "a subdomain": (
        "origin_not_allowed",
        {"members": {"origin": "https://a.example.org"}},
    ),
    "plain http": ("origin_not_allowed", {"members": {"origin": "http://example.org"}}),
    "no origin": ("malformed_answer", {"members": {"origin": ...}}),
    "an origin that is a list": (
        "malformed_answer",
        {"members": {"origin": ["https://example.org"]}},
    ),
    "a get": ("wrong_type", {"members": {"type": "webauthn.get"}}),
    "no type": ("malformed_answer", {"members": {"type": ...}}),
    "embedded": ("cross_origin_not_allowed", {"members": {"crossOrigin": True}}),
    "embedded, as text": ("malformed_answer", {"members": {"crossOrigin": "true"}}),
    "a top origin alone": (
        "malformed_answer",
        {"members": {"topOrigin": "https://example.org"}},
    ),
    "a token binding of no kind": (
        "malformed_answer",
        {"members": {"tokenBinding": {"status": "bound"}}},
    ),
    "an unknown challenge": ("challenge_unknown", {"members": {"challenge": "AAAA"}}),
    "an empty challenge": ("challenge_unknown", {"members": {"challenge": ""}}),
    "no challenge": ("malformed_answer", {"members": {"challenge": ...}}),
    "a number as challenge": ("malformed_answer", {"members": {"challenge": 7}}),
    "a padded challenge": ("malformed_answer", {"members": {"challenge": "AAA="}}),
    "a long challenge": ("malformed_answer", {"members": {"challenge": "A" * 172}}),
    "client data that is a list": ("malformed_answer", {"client_data": b"[]"}),
    "client data that is no JSON": ("malformed_answer", {"client_data": b"{"}),
    "client data that is no UTF-8": (
        "malformed_answer",
        {"client_data": b'{"a":"\xff"}'},
    ),
    "client data that is too deep": ("malformed_answer", {"client_data": nested(9999)}),
    "client data that is huge": ("malformed_answer", {"client_data": b" " * 5000}),
    "client data that is empty": ("malformed_answer", {"client_data": b""}),
    # What the authenticator says.
    "another site": ("relying_party_mismatch", {"rp_id": "evil.example"}),
    "nobody there": ("user_not_present", {"flags": AT | UV}),
    "nobody verified": ("user_not_verified", {"flags": AT | UP}),
    "synced and not to be synced": (
        "backup_flags_invalid",
        {"flags": AT | UP | UV | BS},
    ),
    "no credential": ("malformed_answer", {"flags": UP | UV}),
    "no credential, and no flag for one": (
        "malformed_answer",
        {"flags": UP | UV, "cut": 37},
    ),
    "a flag for what is not there": ("malformed_answer", {"flags": AT | UP | UV | ED}),
    "bytes left over": ("malformed_answer", {"left_over": b"\0"}),
    "extensions without a flag": ("malformed_answer", {"extensions": b"\xa0"}),
    "deep extensions": (
        "malformed_answer",
        {"flags": AT | UP | UV | ED, "extensions": DEEP},
    ),
    "cut in its head": ("malformed_answer", {"cut": 36}),
    "cut in the AAGUID": ("malformed_answer", {"cut": 40}),
    "cut in the id": ("malformed_answer", {"cut": 60}),
    "cut in the key": ("malformed_answer", {"cut": -1}),
    # The credential.
    "an id that is not the attested one": (
        "credential_id_invalid",
        {"attested_id": b"another one"},
    ),
    "an id of 0 bytes": ("credential_id_invalid", {"attested_id": b""}),
    "an id of 1024 bytes": ("credential_id_invalid", {"attested_id": bytes(1024)}),
    "a key that is no map": ("malformed_answer", {"public_key": b"\x01"}),
    "an uncompressed U2F key": ("malformed_answer", {"public_key": b"\x04"}),
    "a key without a curve": ("public_key_invalid", {"public_key": {1: 2, 3: -7}}),
    "a point off the curve": ("public_key_invalid", {"public_key": off_the_curve()}),
    "ES256 over P-384": ("public_key_invalid", {"public_key": of_p384()}),
    "RSA of 1024 bits": (
        "public_key_invalid",
        {"public_key": {1: 3, 3: -257, -1: b"\xff" * 128, -2: b"\1\0\1"}},
    ),
    "an algorithm that was not offered": (
        "algorithm_not_allowed",
        {"public_key": KEY.public() | {3: -36, -1: 3}},
    ),
    "SHA-1": (
        "algorithm_not_allowed",
        {"public_key": RS256().public() | {3: -65535}},
    ),
    "an algorithm that is a float": (
        "algorithm_not_allowed",
        {"public_key": KEY.public() | {3: -7.0}},
    ),
    "an unknown key type": ("public_key_invalid", {"public_key": {1: 9, 3: -7}}),
    "a key of no type": ("public_key_invalid", {"public_key": {}}),
    "a deep key": ("malformed_answer", {"public_key": DEEP}),
    "a key with a member twice": (
        "public_key_invalid",
        {"public_key": b"\xa2\x01\x02\x01\x02"},
    ),
    # The attestation.
    "none with a statement": ("attestation_invalid", {"statement": {"x": 1}}),
    "an unknown format": ("attestation_invalid", {"fmt": "mine"}),
    "packed without a signature": ("attestation_invalid", {"fmt": "packed"}),
    "packed with a wrong signature": (
        "attestation_invalid",
        {"fmt": "packed", "statement": {"alg": -7, "sig": KEY.sign(b"")}},
    ),
    "packed with bad certificates": (
        "attestation_invalid",
        {"fmt": "packed", "statement": {"alg": -7, "sig": b"1", "x5c": [b"1"]}},
    ),
    "a TPM's with nothing in it": ("attestation_invalid", {"fmt": "tpm"}),
    "Android's with nothing in it": ("attestation_invalid", {"fmt": "android-key"}),
    "Apple's with nothing in it": ("attestation_invalid", {"fmt": "apple"}),
    "U2F's with nothing in it": ("attestation_invalid", {"fmt": "fido-u2f"}),
    "SafetyNet's with nothing in it": (
        "attestation_invalid",
        {"fmt": "android-safetynet"},
    ),
    "a format that is a number": ("malformed_answer", {"fmt": 5}),
    "a statement that is a list": ("malformed_answer", {"statement": [1]}),
    "an object with bytes left over": ("malformed_answer", {"trail": b"\0"}),
    "an object that is empty": ("malformed_answer", {"attestation": b""}),
    "an object that is a list": ("malformed_answer", {"attestation": b"\x80"}),
    "an object with a member twice": (
        "malformed_answer",
        {"attestation": b"\xa2\x63fmt\x01\x63fmt\x02"},
    ),
    "an object with members of its own": (
        "malformed_answer",
        {"attestation": cbor2.dumps({"fmt": "none", "attStmt": {}, "a": b""})},
    ),
    "an object that is too deep": ("malformed_answer", {"attestation": DEEP}),
    "an object of indefinite length": (
        "malformed_answer",
        {"attestation": b"\xbf\xff"},
    ),
    "an object with a tag": ("malformed_answer", {"attestation": b"\xc1\x00"}),
    "an object that claims 2^64 members": (
        "malformed_answer",
        {"attestation": b"\xbb" + b"\xff" * 8},
    ),
    "an object that is cut": ("malformed_answer", {"attestation": b"\xa3\x63fm"}),
    "an object cut in a length": ("malformed_answer", {"attestation": b"\x59\x01"}),
    "a huge attestation": ("malformed_answer", {"attestation": bytes(40_000)}),
    # The JSON around it.
    "no id": ("malformed_answer", {"answer": {"id": ...}}),
    "an empty id": ("credential_id_invalid", {"answer": {"id": "", "rawId": ""}}),
    "an id of 1024 bytes in JSON": (
        "credential_id_invalid",
        {"answer": {"id": encoded(bytes(1024)), "rawId": encoded(bytes(1024))}},
    ),
    "an id that is no base64url": ("malformed_answer", {"answer": {"id": "a+/="}}),
    "an id that is a number": ("malformed_answer", {"answer": {"id": 5, "rawId": 5}}),
    "an id that is not ASCII": (
        "malformed_answer",
        {"answer": {"id": "é", "rawId": "é"}},
    ),
    "an id that is a lone surrogate": (
        "malformed_answer",
        {"answer": {"id": "\ud800", "rawId": "\ud800"}},
    ),
    "another raw id": ("malformed_answer", {"answer": {"rawId": "AAAA"}}),
    "another type": ("malformed_answer", {"answer": {"type": "password"}}),
    "no type of credential": ("malformed_answer", {"answer": {"type": ...}}),
    "no response": ("malformed_answer", {"answer": {"response": ...}}),
    "a response that is text": ("malformed_answer", {"answer": {"response": "x"}}),
    "no client data": ("malformed_answer", {"response_with": {"clientDataJSON": ...}}),
    "client data that is null": (
        "malformed_answer",
        {"response_with": {"clientDataJSON": None}},
    ),
    "no attestation object": (
        "malformed_answer",
        {"response_with": {"attestationObject": ...}},
    ),
    "an attestation object with padding": (
        "malformed_answer",
        {"response_with": {"attestationObject": "oA=="}},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_answer_is_refused(case, user, refused):
    code, odd = CASES[case]
    options = flows.registration_options(user, browser=BROWSER)
    answer = Authenticator().create(options, **odd)

    with refused(code):
        flows.register(user, answer, browsers=(BROWSER,))

    unseen = "client data" in case or "challenge" in case or "response" in case
    if code != "malformed_answer" and not unseen:
        assert not PasskeyChallenge.objects.exists()


@pytest.mark.parametrize("answer", [None, [], "text", 5, {}, {"response": None}])
def test_what_is_no_answer_is_refused(answer, user, refused):
    with refused("malformed_answer"):
        flows.register(user, answer, browsers=(BROWSER,))


def test_the_right_answer_is_the_control(user, registered):
    """Without a fault the same path ends in a passkey."""
    _, passkey = registered(user, flags=AT | UP | UV | BE)

    assert passkey.pk


def test_a_registered_id_is_refused_for_anybody(user, other, registered, refused):
    """Whoever registers another's credential would share the account's door."""
    authenticator, _ = registered(user)

    for each in (user, other):
        options = flows.registration_options(each, browser=BROWSER)
        with refused("credential_taken"):
            answer = authenticator.create(options)
            flows.register(each, answer, browsers=(BROWSER,))


def test_there_are_as_many_as_the_setting_says(user, registered, refused, party):
    waiting = flows.registration_options(user, browser=BROWSER)
    party(MAX_PER_USER=2)
    registered(user)
    registered(user)

    with refused("too_many_passkeys"):
        flows.registration_options(user, browser=BROWSER)
    with refused("too_many_passkeys"):
        answer = Authenticator().create(waiting)
        flows.register(user, answer, browsers=(BROWSER,))


@pytest.mark.parametrize("name", ["x" * 101, "a\0b", "a\nb", "\ud800", "a\u2028b"])
def test_a_name_that_nobody_can_read_is_refused(name, user, refused):
    options = flows.registration_options(user, browser=BROWSER)
    answer = Authenticator().create(options)

    with refused("name_invalid"):
        flows.register(user, answer, browsers=(BROWSER,), name=name)

    assert flows.register(user, answer, browsers=(BROWSER,), name=" ok ").name == "ok"


def test_a_user_who_is_gone_gets_none(user, refused):
    options = flows.registration_options(user, browser=BROWSER)
    UserHandle.objects.all().delete()

    with refused("account_unavailable"):
        flows.register(user, Authenticator().create(options), browsers=(BROWSER,))
