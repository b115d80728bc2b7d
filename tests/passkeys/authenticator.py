"""
An authenticator in software, and the browser in front of it, for tests.

It does what WebAuthn says; every argument of `create()` and `get()` makes it do one
thing otherwise.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


def encoded(octets):
    """Base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decoded(text):
    """The octets of base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class ES256:
    """ECDSA over P-256."""

    algorithm = -7

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())

    def public(self):
        """The COSE key."""
        numbers = self.key.public_key().public_numbers()
        x, y = (each.to_bytes(32, "big") for each in (numbers.x, numbers.y))
        return {1: 2, 3: self.algorithm, -1: 1, -2: x, -3: y}

    def sign(self, data):
        """A signature in DER."""
        return self.key.sign(data, ec.ECDSA(SHA256()))


class EdDSA:
    """Ed25519."""

    algorithm = -8

    def __init__(self):
        self.key = ed25519.Ed25519PrivateKey.generate()

    def public(self):
        """The COSE key."""
        x = self.key.public_key().public_bytes_raw()
        return {1: 1, 3: self.algorithm, -1: 6, -2: x}

    def sign(self, data):
        """A signature."""
        return self.key.sign(data)


class RS256:
    """RSA with PKCS #1 v1.5."""

    algorithm = -257

    def __init__(self, bits=2048):
        self.key = rsa.generate_private_key(65537, bits)

    def public(self):
        """The COSE key."""
        numbers = self.key.public_key().public_numbers()
        n = numbers.n.to_bytes(self.key.key_size // 8, "big")
        return {1: 3, 3: self.algorithm, -1: n, -2: b"\1\0\1"}

    def sign(self, data):
        """A signature."""
        return self.key.sign(data, padding.PKCS1v15(), SHA256())


@dataclass
class Authenticator:
    """One authenticator with one credential, in one browser on one page."""

    origin: str = "https://example.org"
    key: Any = field(default_factory=ES256)
    flags: int = UP | UV
    counter: int = 0
    steps: int = 0
    aaguid: bytes = bytes(16)
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    rp_id: str = ""
    handle: bytes | None = None

    def create(self, options, *, id=None, fmt="none", statement=None, **odd):
        """Answer `navigator.credentials.create()`."""
        self.rp_id, self.handle = options["rp"]["id"], decoded(options["user"]["id"])
        client_data = self.client_data("webauthn.create", options, **odd)
        data = self.data(AT | self.flags, odd, self.attested(**odd))
        statement = {} if statement is None else statement
        if callable(statement):
            statement = statement(data + hashlib.sha256(client_data).digest())
        members = {"fmt": fmt, "attStmt": statement, "authData": data}
        octets = odd.get("attestation", cbor2.dumps(members) + odd.get("trail", b""))
        response = {
            "clientDataJSON": encoded(client_data),
            "attestationObject": encoded(octets),
            "transports": odd.get("transports", ["internal"]),
        }
        return self.credential(id or self.credential_id, response, **odd)

    def get(self, options, *, id=None, **odd):
        """Answer `navigator.credentials.get()`."""
        self.counter += self.steps
        client_data = self.client_data("webauthn.get", options, **odd)
        data = self.data(self.flags, odd)
        signed = data + hashlib.sha256(odd.get("signs", client_data)).digest()
        handle = odd.get("handle", self.handle)
        response = {
            "clientDataJSON": encoded(client_data),
            "authenticatorData": encoded(data),
            "signature": encoded(odd.get("signature", self.key.sign(signed))),
            "userHandle": handle and encoded(handle),
        }
        return self.credential(id or self.credential_id, response, **odd)

    def client_data(self, kind, options, *, members=None, client_data=None, **odd):
        """What the browser signs for: `members` change it, `client_data` replaces it."""
        said = {
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": False,
        }
        said |= members or {}
        said = {name: value for name, value in said.items() if value is not ...}
        return json.dumps(said).encode() if client_data is None else client_data

    def data(self, flags, odd, attested=b""):
        """Authenticator data."""
        rp_id_hash = hashlib.sha256(odd.get("rp_id", self.rp_id).encode()).digest()
        flags = odd.get("flags", flags)
        counter = odd.get("counter", self.counter).to_bytes(4, "big")
        octets = rp_id_hash + bytes([flags]) + counter + attested
        octets += odd.get("extensions", b"") + odd.get("left_over", b"")
        return octets[: odd.get("cut")]

    def attested(self, *, attested_id=None, public_key=None, **odd):
        """Attested credential data."""
        name = self.credential_id if attested_id is None else attested_id
        key = self.key.public() if public_key is None else public_key
        key = key if isinstance(key, bytes) else cbor2.dumps(key)
        return self.aaguid + len(name).to_bytes(2, "big") + name + key

    def credential(self, name, response, *, answer=None, response_with=None, **odd):
        """`PublicKeyCredential.toJSON()`; `answer` and `response_with` change it."""
        response |= response_with or {}
        response = {name: value for name, value in response.items() if value is not ...}
        said = {
            "id": encoded(name),
            "rawId": encoded(name),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
            "authenticatorAttachment": "platform",
        } | (answer or {})
        return {name: value for name, value in said.items() if value is not ...}
