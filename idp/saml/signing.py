"""Signing what we built, by RSA or ECDSA: enveloped in exclusive canonical form (Core 5.4), or over plain octets.

xmlsec sees only elements of our own making, never a message from outside.
"""

from dataclasses import dataclass, field
from typing import Any

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from idp.saml import names
from idp.saml.elements import element, new_id
from idp.saml.errors import UnusableKey

SMALLEST_RSA_KEY = 2048
_HALF = 32  # octets of each number of a signature on P-256

_SIGNATURE = f"{{{names.SIGNATURE}}}Signature"
_SCHEMES: dict[str, tuple[Any, Any, HashAlgorithm]] = {  # xmlsec's constants have no public type
    names.RSA_SHA256: (xmlsec.constants.TransformRsaSha256, xmlsec.constants.TransformSha256, SHA256()),
    names.RSA_SHA384: (xmlsec.constants.TransformRsaSha384, xmlsec.constants.TransformSha384, SHA384()),
    names.RSA_SHA512: (xmlsec.constants.TransformRsaSha512, xmlsec.constants.TransformSha512, SHA512()),
    names.ECDSA_SHA256: (xmlsec.constants.TransformEcdsaSha256, xmlsec.constants.TransformSha256, SHA256()),
}
_ISSUER = f"{{{names.ASSERTION}}}Issuer"


@dataclass(frozen=True, slots=True)
class SamlKey:
    """A private key, the certificate that publishes its other half, and the algorithm to sign by, loaded once."""

    certificate: str
    algorithm: str
    _key: xmlsec.Key = field(repr=False, compare=False)
    _private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False, compare=False)

    @classmethod
    def load(cls, private_key: str, certificate: str, algorithm: str = names.RSA_SHA256) -> "SamlKey":
        """Load a pair of PEM texts.

        Raises UnusableKey if they do not belong together, are too weak, or cannot sign by that algorithm.
        """
        try:
            private = _private_half(private_key, certificate, algorithm)
            key = xmlsec.Key.from_memory(private_key, xmlsec.constants.KeyDataFormatPem)
            key.load_cert_from_memory(certificate, xmlsec.constants.KeyDataFormatPem)
        except (ValueError, TypeError, xmlsec.Error) as error:
            raise UnusableKey(f"wanted a SAML key with its certificate, but {error}") from error
        return cls(certificate, algorithm, key, private)

    def signature_over(self, octets: bytes) -> bytes:
        """Return the signature that a redirect carries in its query: RFC 8017 section 8.2, or r and s side by side."""
        digest = _SCHEMES[self.algorithm][2]
        if isinstance(self._private, rsa.RSAPrivateKey):
            return self._private.sign(octets, padding.PKCS1v15(), digest)
        numbers = utils.decode_dss_signature(self._private.sign(octets, ec.ECDSA(digest)))
        return b"".join(it.to_bytes(_HALF, "big") for it in numbers)


def sign(target: etree._Element, key: SamlKey) -> etree._Element:
    """Put a signature right after the Issuer of an element that carries an ID, and return the element.

    Raises ValueError if the element has no ID, no Issuer in front, or is signed already.
    """
    if not target.get("ID") or not len(target) or target[0].tag != _ISSUER:
        raise ValueError("only an element with an ID and an Issuer in front can be signed")
    return _sign(target, key, at=1)


def sign_in_front(target: etree._Element, key: SamlKey) -> etree._Element:
    """Put a signature in front of all that an element with an ID holds, as metadata wants it, and return the element.

    Raises ValueError if the element has no ID or is signed already.
    """
    return _sign(target, key, at=0)


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


def _private_half(private_key: str, certificate: str, algorithm: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    private = load_pem_private_key(private_key.encode(), password=None)
    if algorithm == names.ECDSA_SHA256:
        if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
            raise ValueError("it is not a key on the curve P-256")
    elif not isinstance(private, rsa.RSAPrivateKey) or private.key_size < SMALLEST_RSA_KEY:
        raise ValueError(f"it is not an RSA key of {SMALLEST_RSA_KEY} bits or more")
    if x509.load_pem_x509_certificate(certificate.encode()).public_key() != private.public_key():
        raise ValueError("the certificate is of another key")
    return private


def _sign(target: etree._Element, key: SamlKey, *, at: int) -> etree._Element:
    if not target.get("ID"):
        raise ValueError("only an element with an ID can be signed")
    if target.find(_SIGNATURE) is not None:
        raise ValueError("an element is signed once")
    signature = _template(target, key.algorithm)
    target.insert(at, signature)
    context = xmlsec.SignatureContext()
    context.key = key._key
    context.register_id(target, "ID")
    context.sign(signature)
    return target


def _template(target: etree._Element, algorithm: str) -> etree._Element:
    constants = xmlsec.constants
    method, digest, _ = _SCHEMES[algorithm]
    signature = xmlsec.template.create(target, constants.TransformExclC14N, method, ns="ds")
    reference = xmlsec.template.add_reference(signature, digest, uri=f"#{target.get('ID')}")
    xmlsec.template.add_transform(reference, constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, constants.TransformExclC14N)
    data = xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature))
    xmlsec.template.x509_data_add_certificate(data)
    return signature
