"""Signing what we built by RSA-SHA256: enveloped in exclusive canonical form (Core 5.4), or over plain octets.

xmlsec sees only elements of our own making, never a message from outside.
"""

from dataclasses import dataclass, field

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from idp.saml import names
from idp.saml.elements import element, new_id
from idp.saml.errors import UnusableKey

SMALLEST_RSA_KEY = 2048

_SIGNATURE = f"{{{names.SIGNATURE}}}Signature"
_ISSUER = f"{{{names.ASSERTION}}}Issuer"


@dataclass(frozen=True, slots=True)
class SamlKey:
    """A private key and the certificate that publishes its other half, loaded once."""

    certificate: str
    _key: xmlsec.Key = field(repr=False, compare=False)
    _private: rsa.RSAPrivateKey = field(repr=False, compare=False)

    @classmethod
    def load(cls, private_key: str, certificate: str) -> "SamlKey":
        """Load a pair of PEM texts. Raises UnusableKey if they do not belong together or are too weak."""
        try:
            private = _private_half(private_key, certificate)
            key = xmlsec.Key.from_memory(private_key, xmlsec.constants.KeyDataFormatPem)
            key.load_cert_from_memory(certificate, xmlsec.constants.KeyDataFormatPem)
        except (ValueError, TypeError, xmlsec.Error) as error:
            raise UnusableKey(f"wanted a SAML key with its certificate, but {error}") from error
        return cls(certificate, key, private)

    def signature_over(self, octets: bytes) -> bytes:
        """Return the raw RSA-SHA256 signature (RFC 8017 section 8.2) that a redirect carries in its query."""
        return self._private.sign(octets, padding.PKCS1v15(), SHA256())


def sign(target: etree._Element, key: SamlKey) -> etree._Element:
    """Put a signature right after the Issuer of an element that carries an ID, and return the element.

    Raises ValueError if the element has no ID, no Issuer in front, or is signed already.
    """
    if not target.get("ID") or not len(target) or target[0].tag != _ISSUER:
        raise ValueError("only an element with an ID and an Issuer in front can be signed")
    if target.find(_SIGNATURE) is not None:
        raise ValueError("an element is signed once")
    signature = _template(target)
    target.insert(1, signature)
    context = xmlsec.SignatureContext()
    context.key = key._key
    context.register_id(target, "ID")
    context.sign(signature)
    return target


def verify(target: etree._Element, key: SamlKey) -> None:
    """Check the signature right after the Issuer of an element of our own. Raises UnusableKey."""
    context = xmlsec.SignatureContext()
    context.key = key._key
    try:
        context.register_id(target, "ID")
        context.verify(target[1])
    except xmlsec.Error as error:
        raise UnusableKey(f"wanted a signature that holds, but {error}") from error


def self_test(key: SamlKey) -> None:
    """Sign, serialise, read and verify a small element: lxml and xmlsec work together, and the pair fits.

    Raises UnusableKey.
    """
    issuer = element(_ISSUER, text="self-test")
    probe = element(f"{{{names.ASSERTION}}}Assertion", {"ID": new_id()}, issuer)
    verify(etree.fromstring(etree.tostring(sign(probe, key))), key)


def _private_half(private_key: str, certificate: str) -> rsa.RSAPrivateKey:
    private = load_pem_private_key(private_key.encode(), password=None)
    if not isinstance(private, rsa.RSAPrivateKey) or private.key_size < SMALLEST_RSA_KEY:
        raise ValueError(f"it is not an RSA key of {SMALLEST_RSA_KEY} bits or more")
    if x509.load_pem_x509_certificate(certificate.encode()).public_key() != private.public_key():
        raise ValueError("the certificate is of another key")
    return private


def _template(target: etree._Element) -> etree._Element:
    constants = xmlsec.constants
    signature = xmlsec.template.create(target, constants.TransformExclC14N, constants.TransformRsaSha256, ns="ds")
    reference = xmlsec.template.add_reference(signature, constants.TransformSha256, uri=f"#{target.get('ID')}")
    xmlsec.template.add_transform(reference, constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, constants.TransformExclC14N)
    data = xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    xmlsec.template.x509_data_add_certificate(data)
    return signature
