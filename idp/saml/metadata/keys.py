"""The certificates in a service provider's metadata (Metadata 2.4.1.1). They only carry keys, and may have expired."""

import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from idp.saml import names
from idp.saml.documents.parsing import XML_SPACE, text_of
from idp.saml.errors import UnreadableMetadata, quoted
from idp.saml.metadata import algorithms as metadata_algorithms
from idp.saml.metadata.algorithms import Encryption

_MD = f"{{{names.METADATA}}}"
_DS = f"{{{names.SIGNATURE}}}"
_ARMOUR = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True)
class EncryptionKeys:
    """The certificates to encrypt for, all by the same algorithms, and why there is none if there should be."""

    certificates: tuple[str, ...] = ()
    by: Encryption = field(default_factory=Encryption)
    objections: tuple[str, ...] = ()


def for_signing(role: etree._Element) -> tuple[str, ...]:
    """Return the certificates that it may sign with, each once. Raises UnreadableMetadata."""
    return tuple(dict.fromkeys(pem for it in _descriptors(role, "signing") for pem in _certificates(it)))


def for_encryption(role: etree._Element) -> EncryptionKeys:
    """Return the certificates to encrypt for. Those that ask for other algorithms than the first are left out.

    Raises UnreadableMetadata.
    """
    descriptors = [it for it in _descriptors(role, "encryption") if any(_certificates(it))]
    ways = [(it, metadata_algorithms.encryption(it)) for it in descriptors]
    by = next((way for _, way in ways if way.possible), None)
    if by is None:
        return EncryptionKeys(objections=_objections(descriptors))
    kept = (pem for it, way in ways if way == by for pem in _certificates(it))
    return EncryptionKeys(tuple(dict.fromkeys(kept)), by)


def _objections(descriptors: list[etree._Element]) -> tuple[str, ...]:
    algorithms = dict.fromkeys(name for it in descriptors for name in metadata_algorithms.names_of(it))
    if not algorithms:
        return ()
    wish = f"It wants Assertions encrypted by {quoted(', '.join(algorithms))}, which is not offered here"
    return (f"{wish}; Assertions for it cannot be encrypted.",)


def _descriptors(role: etree._Element, use: str) -> list[etree._Element]:
    """Return the KeyDescriptors for a use. One without a use is for both."""
    return [it for it in role.findall(f"{_MD}KeyDescriptor") if it.get("use", use).strip(XML_SPACE) == use]


def _certificates(descriptor: etree._Element) -> Iterator[str]:
    for holder in descriptor.findall(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate"):
        yield _pem(text_of(holder))


def _pem(text: str) -> str:
    for line in _ARMOUR:  # some products add these lines to what should be bare base64
        text = text.replace(line, "")
    try:
        der = binascii.a2b_base64("".join(text.split()), strict_mode=True)
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm) as error:
        raise UnreadableMetadata(f"wanted a certificate, but {error}") from error
    return certificate.public_bytes(Encoding.PEM).decode()
