"""Encrypting an Assertion for its service provider (Core 2.3.4; XML Encryption 1.1).

A fresh AES-GCM key encrypts the Assertion, RSA-OAEP that key, and both stand in one EncryptedData. xmlsec sees
only XML of our own making, and of a certificate from outside no more than its public key.
"""

from dataclasses import dataclass

import xmlsec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from idp.saml import names
from idp.saml.elements import element
from idp.saml.errors import UnusableKey
from idp.saml.signing import SMALLEST_RSA_KEY

_XENC = f"{{{names.ENCRYPTION}}}"
_DS = f"{{{names.SIGNATURE}}}"
_SAML = f"{{{names.ASSERTION}}}"

_KEY_BITS = {names.AES128_GCM: 128, names.AES256_GCM: 256}


@dataclass(frozen=True, slots=True)
class KeyTransport:
    """How the AES key travels: RSA-OAEP by one of its two names, and its digest.

    The mask is MGF1 with SHA-1 in any case: the only one of the older name, the default of the newer.
    """

    algorithm: str = names.RSA_OAEP_MGF1P
    digest: str = names.SHA1_IN_OAEP

    def __post_init__(self) -> None:
        if self.algorithm not in names.KEY_TRANSPORT_ALGORITHMS or self.digest not in names.OAEP_DIGESTS:
            raise ValueError(f"not offered for the transport of keys: {self.algorithm} with {self.digest}")


OAEP_MGF1P = KeyTransport()


def encrypt(
    assertion: etree._Element,
    certificates: tuple[str, ...],
    *,
    algorithm: str = names.AES256_GCM,
    transport: KeyTransport = OAEP_MGF1P,
) -> etree._Element:
    """Return an EncryptedAssertion that holds the Assertion, which stays as it is.

    The first certificate (PEM) with an RSA key of 2048 bits or more is used; it merely carries the key, so its
    dates do not matter. Raises UnusableKey if there is none, ValueError for an algorithm that is denied.
    """
    if algorithm not in _KEY_BITS:
        raise ValueError(f"not offered for encryption: {algorithm}")
    public = usable_key(certificates)
    try:
        data = _encrypt(etree.tostring(assertion, with_tail=False), public, algorithm, transport)
    except xmlsec.Error as error:
        raise UnusableKey(f"wanted to encrypt by {algorithm} with {transport}, but {error}") from error
    return element(f"{_SAML}EncryptedAssertion", None, data, nsmap={"saml": names.ASSERTION})


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
    if not isinstance(public, rsa.RSAPublicKey) or public.key_size < SMALLEST_RSA_KEY:
        raise ValueError(f"it is not an RSA key of {SMALLEST_RSA_KEY} bits or more")
    return public


def _encrypt(plain: bytes, public: rsa.RSAPublicKey, algorithm: str, transport: KeyTransport) -> etree._Element:
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(
        xmlsec.constants.KeyDataAes, _KEY_BITS[algorithm], xmlsec.constants.KeyDataTypeSession
    )
    # The serialised Assertion, not the node: encrypted on its own it keeps the namespaces it was signed with.
    encrypted: etree._Element = context.encrypt_binary(_template(algorithm, transport), plain)
    return encrypted


def _template(algorithm: str, transport: KeyTransport) -> etree._Element:
    """One EncryptedKey inside EncryptedData/KeyInfo: where every reader looks for it."""
    digest = element(f"{_DS}DigestMethod", {"Algorithm": transport.digest})
    wrapped = element(f"{_XENC}EncryptedKey", None, _method(transport.algorithm, digest), _cipher_data())
    return element(
        f"{_XENC}EncryptedData",
        {"Type": names.ELEMENT},
        _method(algorithm),
        element(f"{_DS}KeyInfo", None, wrapped),
        _cipher_data(),
        nsmap={"xenc": names.ENCRYPTION, "ds": names.SIGNATURE},
    )


def _method(algorithm: str, *parameters: etree._Element) -> etree._Element:
    return element(f"{_XENC}EncryptionMethod", {"Algorithm": algorithm}, *parameters)


def _cipher_data() -> etree._Element:
    return element(f"{_XENC}CipherData", None, element(f"{_XENC}CipherValue"))
