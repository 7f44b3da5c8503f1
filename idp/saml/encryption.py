"""Encrypts an Assertion for its service provider (Core 2.3.4; XML Encryption 1.1).

A new AES-GCM key encrypts the Assertion, RSA-OAEP encrypts that key, and both are in one EncryptedData. Only the public
key of a certificate from outside is used.
"""

import secrets
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

from idp.keys.certificates import FEWEST_RSA_BITS
from idp.saml import names
from idp.saml.documents.elements import Element, element
from idp.saml.errors import UnusableKey

CIPHERS: Final = {names.AES256_GCM: 256, names.AES128_GCM: 128}
"""What we encrypt by, in our order, with the bits of its key."""
_NONCE: Final = 12  # octets, in front of the ciphertext (XML Encryption 1.1, 5.2.4)
_DIGESTS: dict[str, HashAlgorithm] = {
    names.SHA1_IN_OAEP: SHA1(),  # noqa: S303 - lawful here alone
    names.SHA256: SHA256(),
}


@dataclass(frozen=True, slots=True)
class KeyTransport:
    """How the AES key is transported: RSA-OAEP, by one of its two names, and its digest.

    The mask is always MGF1 with SHA-1: the only one of the older name, and the default of the newer one.
    """

    algorithm: str = names.RSA_OAEP_MGF1P
    digest: str = names.SHA1_IN_OAEP

    def __post_init__(self) -> None:
        if self.algorithm not in names.KEY_TRANSPORT_ALGORITHMS or self.digest not in names.OAEP_DIGESTS:
            raise ValueError(f"not offered for the transport of keys: {self.algorithm} with {self.digest}")


OAEP_MGF1P = KeyTransport()
TRANSPORTS: Final = {
    "mgf1p": OAEP_MGF1P,
    "mgf1p-sha256": KeyTransport(names.RSA_OAEP_MGF1P, names.SHA256),
    "oaep": KeyTransport(names.RSA_OAEP, names.SHA1_IN_OAEP),
    "oaep-sha256": KeyTransport(names.RSA_OAEP, names.SHA256),
}
"""How we transport a key, in our order, by the names that a service's row has for it."""


def encrypt(
    assertion: Element,
    certificates: tuple[str, ...],
    *,
    algorithm: str = names.AES256_GCM,
    transport: KeyTransport = OAEP_MGF1P,
) -> Element:
    """Return an EncryptedAssertion that holds the Assertion.

    Uses the first certificate (PEM) with an RSA key of at least 2048 bits. It only carries the key, so it may have
    expired. Raises UnusableKey if there is none, and ValueError for a denied algorithm.
    """
    if algorithm not in CIPHERS:
        raise ValueError(f"not offered for encryption: {algorithm}")
    public = usable_key(certificates)
    key, nonce = AESGCM.generate_key(CIPHERS[algorithm]), secrets.token_bytes(_NONCE)
    # The octets of the Assertion as its own document, so that its signature is valid after decryption.
    sealed = nonce + AESGCM(key).encrypt(nonce, assertion.octets(), None)
    return element("saml:EncryptedAssertion", None, _data(algorithm, sealed, _wrapped(key, public, transport)))


def usable_key(certificates: tuple[str, ...]) -> rsa.RSAPublicKey:
    """Return the first key that can be encrypted for. Raises UnusableKey naming what is wrong with each."""
    faults = []
    for certificate in certificates:
        try:
            return _public_key(certificate)
        except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
            faults.append(str(error))
    raise UnusableKey(f"wanted a certificate to encrypt for, but {'; '.join(faults) or 'there is none'}")


def _public_key(certificate: str) -> rsa.RSAPublicKey:
    public = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    if not isinstance(public, rsa.RSAPublicKey) or public.key_size < FEWEST_RSA_BITS:
        raise ValueError(f"it is not an RSA key of {FEWEST_RSA_BITS} bits or more")
    return public


def _wrapped(key: bytes, public: rsa.RSAPublicKey, transport: KeyTransport) -> Element:
    carried = public.encrypt(key, OAEP(MGF1(SHA1()), _DIGESTS[transport.digest], None))  # noqa: S303
    digest = element("ds:DigestMethod", {"Algorithm": transport.digest})
    return element("xenc:EncryptedKey", None, _method(transport.algorithm, digest), _cipher_data(carried))


def _data(algorithm: str, sealed: bytes, wrapped: Element) -> Element:
    """Put one EncryptedKey inside EncryptedData/KeyInfo, where every reader looks for it."""
    return element(
        "xenc:EncryptedData",
        {"Type": names.ELEMENT},
        _method(algorithm),
        element("ds:KeyInfo", None, wrapped),
        _cipher_data(sealed),
    )


def _method(algorithm: str, *parameters: Element) -> Element:
    return element("xenc:EncryptionMethod", {"Algorithm": algorithm}, *parameters)


def _cipher_data(octets: bytes) -> Element:
    return element("xenc:CipherData", None, element("xenc:CipherValue", text=b64encode(octets).decode()))
