"""A keeper of passkeys in software, as a phone has one, and what a browser makes of its answers.

Every field can be bent, so that it also plays keepers, browsers and strangers that no honest one would.
"""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

from tests.pretend_service import BASE_URL

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
HOST = "localhost"


def text(octets):
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def octets(shown):
    return urlsafe_b64decode(shown + "=" * (-len(shown) % 4))


class Authenticator:
    """One passkey: `make` it from the options of a page, then `use` it with those of another."""

    def __init__(self, *, synced=False, count=0):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id, self.count, self.handle = secrets.token_bytes(32), count, None
        self.kind = ELIGIBLE | BACKED_UP if synced else 0

    def make(self, options, **bent):
        self.handle = octets(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + encode_cbor(bent.get("public", public))
        data = self._data(ATTESTED, attested, bent)
        client = self._client("webauthn.create", options["challenge"], bent)
        made = encode_cbor({"fmt": bent.get("fmt", "none"), "attStmt": {}, "authData": data})
        return self._shown(
            {"clientDataJSON": text(client), "attestationObject": text(made), "transports": ["internal", "of ours"]},
            bent,
        )

    def use(self, options, **bent):
        self.count += 1 if self.count else 0
        data = self._data(0, b"", bent)
        client = self._client("webauthn.get", options["challenge"], bent)
        signed = data + hashlib.sha256(client).digest()
        signature = bent.get("key", self.key).sign(signed, ec.ECDSA(SHA256()))
        return self._shown(
            {
                "clientDataJSON": text(client),
                "authenticatorData": text(data),
                "signature": text(bent.get("signature", signature)),
                "userHandle": text(bent.get("handle", self.handle)),
            },
            bent,
        )

    def _data(self, flags, attested, bent):
        flags |= bent.get("flags", PRESENT | VERIFIED | self.kind)
        host = hashlib.sha256(bent.get("host", HOST).encode()).digest()
        return host + bytes([flags]) + bent.get("count", self.count).to_bytes(4, "big") + attested

    def _client(self, kind, challenge, bent):
        said = {
            "type": bent.get("type", kind),
            "challenge": bent.get("challenge", challenge),
            "origin": bent.get("origin", BASE_URL),
            "crossOrigin": bent.get("frame", False),
        }
        return json.dumps(said).encode()

    def _shown(self, response, bent):
        name = text(bent.get("id", self.id))
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def options_on(page):
    """Return what a page tells the browser's script of passkeys."""
    return json.loads(page.form_with("passkey").get("data-options"))
