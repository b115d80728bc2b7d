"""The W3C's own vectors: the pairs of WebAuthn Level 3, through the whole flow."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from django_claimsauth.authentication.digests import digest
from django_claimsauth.passkeys import flows
from django_claimsauth.passkeys.errors import PasskeyError
from django_claimsauth.passkeys.models import Passkey, PasskeyChallenge, UserHandle
from django_claimsauth.passkeys.verification import supported_algorithms
from tests.passkeys.authenticator import decoded
from tests.passkeys.conftest import BROWSER

FILE = Path(__file__).parents[1] / "vectors" / "webauthn" / "vectors.json"
VECTORS = {
    each["name"]: each
    for each in json.loads(FILE.read_text(encoding="utf-8"))["vectors"]
}
#: ES384 is none of what `webauthn` verifies.
UNSUPPORTED = {"packed-es384"}
SUPPORTED = sorted(VECTORS.keys() - UNSUPPORTED)


@pytest.fixture(name="user")
def _user(db):
    user = get_user_model().objects.create_user("ada")
    UserHandle.objects.create(user=user)
    return user


@pytest.fixture(name="party", autouse=True)
def _party(party):
    """Everything allowed that the vectors use."""
    party(
        USER_VERIFICATION="discouraged",
        ALLOW_CROSS_ORIGIN=True,
        ALGORITHMS=sorted(supported_algorithms()),
    )
    return party


def waiting(vector, part, ceremony, user):
    """The vector's challenge, as if it had been minted here."""
    PasskeyChallenge.objects.create(
        digest=hashlib.sha256(decoded(vector[part]["challenge"])).hexdigest(),
        ceremony=ceremony,
        browser=digest(BROWSER),
        user=user,
        expires_at=timezone.now() + timedelta(minutes=1),
    )


def registered(vector, user):
    waiting(vector, "registration", "registration", user)
    answer = {
        "id": vector["credentialId"],
        "type": "public-key",
        "response": {
            name: vector["registration"][name]
            for name in ("clientDataJSON", "attestationObject")
        },
    }
    return flows.register(user, answer, browsers=(BROWSER,))


def authenticated(vector, user, **changed):
    waiting(vector, "authentication", "authentication", user)
    answer = {
        "id": vector["credentialId"],
        "type": "public-key",
        "response": {
            name: vector["authentication"][name]
            for name in ("clientDataJSON", "authenticatorData", "signature")
        }
        | changed,
    }
    return flows.authenticate(answer, browsers=(BROWSER,))


@pytest.mark.parametrize("name", SUPPORTED)
def test_a_valid_pair_registers_and_authenticates(name, user):
    vector = VECTORS[name]

    passkey = registered(vector, user)
    found = authenticated(vector, user)

    assert passkey == found.passkey
    assert vector["credentialId"] == passkey.credential_id
    assert decoded(vector["publicKeyCose"]) == bytes(passkey.public_key)
    assert vector["coseAlgorithm"] == passkey.algorithm
    assert decoded(vector["aaguid"]).hex() == passkey.aaguid.replace("-", "")
    assert vector["attestationFormat"] == passkey.attestation_format


@pytest.mark.parametrize("name", SUPPORTED)
def test_a_signature_of_another_pair_is_refused(name, user):
    vector = VECTORS[name]
    registered(vector, user)
    other = VECTORS["none-es256" if name != "none-es256" else "packed-es256"]

    with pytest.raises(PasskeyError) as refusal:
        authenticated(vector, user, signature=other["authentication"]["signature"])

    assert "signature_invalid" == refusal.value.code


@pytest.mark.parametrize("name", sorted(UNSUPPORTED))
@pytest.mark.parametrize("allowed", [[-7], [-7, -35, -53]])
def test_an_algorithm_that_is_not_verified_is_refused(name, allowed, user, party):
    """Also where an operator allows it: no exception of the library gets out."""
    party(ALGORITHMS=allowed)

    with pytest.raises(PasskeyError) as refusal:
        registered(VECTORS[name], user)

    assert "algorithm_not_allowed" == refusal.value.code
    assert not Passkey.objects.exists()


def test_embedding_is_refused_unless_it_is_allowed(user, party):
    party(ALLOW_CROSS_ORIGIN=False)

    with pytest.raises(PasskeyError) as refusal:
        registered(VECTORS["none-es256-crossOrigin"], user)

    assert "cross_origin_not_allowed" == refusal.value.code


def test_a_key_that_cannot_be_verified_any_more_is_refused(user):
    """A key of ES384 that was stored by hand: `UnsupportedAlgorithm` stays inside."""
    vector = VECTORS["packed-es384"]
    Passkey.objects.create(
        user=user,
        name="ES384",
        credential_id=vector["credentialId"],
        digest=hashlib.sha256(decoded(vector["credentialId"])).hexdigest(),
        public_key=decoded(vector["publicKeyCose"]),
        algorithm=-35,
        aaguid="",
        attestation_format="packed",
        backup_eligible=vector["authentication"]["flags"]["be"],
        backed_up=False,
        user_verified=True,
    )

    with pytest.raises(PasskeyError) as refusal:
        authenticated(vector, user)

    assert "signature_invalid" == refusal.value.code
