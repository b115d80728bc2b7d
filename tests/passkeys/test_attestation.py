"""Attestation statements: verified by their format, then by the project's own hook."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from django_claimsauth.passkeys.aaguids import NAMES, authenticator_name
from tests.passkeys.authenticator import AT, UP, UV, Authenticator

HOOKED = "tests.passkeys.test_attestation.accepts_certified"


def accepts_certified(credential):
    """A hook that wants a certificate."""
    return bool(credential.trust_path)


class Maker:
    """Who makes authenticators, and certifies them."""

    def __init__(self, ends=timedelta(days=1)):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self.certify("maker", self.key, ends)

    def certify(self, name, key, ends=timedelta(days=1)):
        named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        maker = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "maker")])
        now = datetime.now(UTC)
        is_maker = x509.BasicConstraints(ca=name == "maker", path_length=None)
        return (
            x509.CertificateBuilder()
            .subject_name(named)
            .issuer_name(maker)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=9))
            .not_valid_after(now + ends)
            .add_extension(is_maker, critical=True)
            .sign(self.key, SHA256())
        )

    @property
    def pem(self):
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def statement(self, ends=timedelta(days=1)):
        """A packed statement whose certificate the maker signed."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.certify("authenticator", key, ends)
        return lambda signed: {
            "alg": -7,
            "sig": key.sign(signed, ec.ECDSA(SHA256())),
            "x5c": [certificate.public_bytes(Encoding.DER)],
        }


def self_signed(authenticator):
    return lambda signed: {"alg": -7, "sig": authenticator.key.sign(signed)}


class TestRoots:
    def test_a_chain_that_leads_to_a_root_is_accepted(self, user, registered, party):
        maker = Maker()
        party(ATTESTATION_ROOTS={"packed": [maker.pem]})

        _, passkey = registered(user, fmt="packed", statement=maker.statement())

        assert "packed" == passkey.attestation_format

    @pytest.mark.parametrize("as_bytes", [False, True])
    def test_a_chain_of_somebody_else_is_refused(
        self, user, registered, party, refused, as_bytes
    ):
        pem = Maker().pem
        party(ATTESTATION_ROOTS={"packed": [pem.encode() if as_bytes else pem]})

        with refused("attestation_invalid"):
            registered(user, fmt="packed", statement=Maker().statement())

    def test_an_expired_certificate_is_refused(self, user, registered, party, refused):
        maker = Maker()
        party(ATTESTATION_ROOTS={"packed": [maker.pem]})

        with refused("attestation_invalid"):
            expired = maker.statement(ends=-timedelta(days=1))
            registered(user, fmt="packed", statement=expired)


class TestHook:
    def test_it_sees_what_was_attested(self, user, registered, party):
        seen = []
        party(VERIFY_ATTESTATION=lambda credential: seen.append(credential) or True)

        authenticator, _ = registered(user)

        (credential,) = seen
        assert authenticator.credential_id == credential.credential_id
        assert ("none", ()) == (credential.attestation_format, credential.trust_path)
        assert "public_key" not in repr(credential)

    def test_it_may_want_a_certificate(self, user, registered, party, refused):
        """Self attestation proves possession, and says nothing of the maker."""
        party(VERIFY_ATTESTATION=HOOKED)
        authenticator = Authenticator()

        registered(user, fmt="packed", statement=Maker().statement())
        with refused("attestation_refused"):
            statement = self_signed(authenticator)
            registered(user, authenticator, fmt="packed", statement=statement)

    @pytest.mark.parametrize("answer", [False, None, 1, "yes"])
    def test_only_true_accepts(self, user, registered, party, refused, answer):
        party(VERIFY_ATTESTATION=lambda credential: answer)

        with refused("attestation_refused"):
            registered(user)

    def test_one_that_fails_refuses(self, user, registered, party, refused, caplog):
        """What a client sent made it fail; a refusal is logged, and no 500."""
        party(VERIFY_ATTESTATION=lambda credential: credential.no_such)

        with refused("attestation_refused"):
            registered(user)

        assert "VERIFY_ATTESTATION" in caplog.text


def test_self_attestation_is_accepted_where_nobody_asks(user, registered):
    authenticator = Authenticator()

    _, passkey = registered(
        user, authenticator, fmt="packed", statement=self_signed(authenticator)
    )

    assert "packed" == passkey.attestation_format


class TestNames:
    def test_a_known_aaguid_has_a_name(self):
        for aaguid, name in NAMES.items():
            assert name == authenticator_name(aaguid)
            assert aaguid == aaguid.lower()
            assert [8, 4, 4, 4, 12] == [len(each) for each in aaguid.split("-")]

    def test_an_unknown_one_is_a_passkey(self):
        assert "Passkey" == authenticator_name("00000000-0000-0000-0000-000000000000")

    @pytest.mark.parametrize(
        "names", [{"a": "Mine"}, "tests.passkeys.test_attestation.MINE"]
    )
    def test_the_names_are_replaceable(self, party, names):
        party(AAGUID_NAMES=names)

        assert "Mine" == authenticator_name("a")
        assert "Passkey" == authenticator_name(next(iter(NAMES)))


MINE = {"a": "Mine"}


def test_flags_of_the_authenticator_are_bits():
    assert (0x41, 0x45) == (AT | UP, AT | UP | UV)
