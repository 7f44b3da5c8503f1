"""Verifies the signature of a message: its shape first, then by the registered keys. Only what was signed is returned.

KeyInfo is never read (Core 5.4, Bindings 3.4.4.1; docs/explanation/security.md, rules D4 and D5).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from idp.keys import certificates
from idp.saml import names
from idp.saml.errors import (
    MisshapenSignature,
    MissingSignature,
    UnknownSigningKey,
    quoted,
)
from idp.saml.received_message import Binding, QuerySignature, ReceivedMessage
from idp.saml.signatures.shape import check_algorithm, check_shape, find
from idp.saml.trust import RequestSignature, SpTrust

_KEY_INFO = f"{{{names.SIGNATURE}}}KeyInfo"
_HASHES: dict[str, HashAlgorithm] = {"sha256": SHA256(), "sha384": SHA384(), "sha512": SHA512()}


@dataclass(frozen=True, slots=True)
class Believed:
    """The root to read from, and whether a registered key has signed it."""

    root: etree._Element
    signed: bool


def believe(received: ReceivedMessage, root: etree._Element, trust: SpTrust) -> Believed:
    """Verify the signature of a message with this root, as the service provider's row requires.

    Raises MissingSignature, MisshapenSignature, DeniedAlgorithm or UnknownSigningKey.
    """
    enveloped = find(root)
    query = received.query_signature
    if enveloped is not None and received.binding is Binding.REDIRECT:
        raise MisshapenSignature("wanted the signature of a redirect in its query, saw one in the message")
    if enveloped is not None:
        check_shape(root, enveloped)
    if query is not None:
        check_algorithm(query.algorithm, names.SIGNATURE_ALGORITHMS)
    if trust.request_signature == RequestSignature.IGNORE:
        return Believed(root, signed=False)
    if query is not None:
        _verify_query(query, trust.signing_certificates)
        return Believed(root, signed=True)
    if enveloped is not None:
        return Believed(verify_enveloped(root, enveloped, trust.signing_certificates), signed=True)
    if trust.request_signature == RequestSignature.REQUIRE:
        raise MissingSignature(f"wanted a signed request of {quoted(trust.entity_id)}, saw none")
    return Believed(root, signed=False)


def verify_enveloped(root: etree._Element, signature: etree._Element, pems: Iterable[str]) -> etree._Element:
    """Return the root that one of these certificates' keys has signed. The caller has checked the shape.

    Raises UnknownSigningKey, or MisshapenSignature if another element is signed.
    """
    if (key_info := signature.find(_KEY_INFO)) is not None:
        signature.remove(key_info)
    tried = 0
    for certificate in _usable(pems):
        tried += 1
        signed = _signed_by(certificate, root)
        if signed is not None:
            return _the_root(signed, root)
    raise UnknownSigningKey(f"wanted a signature by one of {tried} registered keys, saw another or none")


def _signed_by(certificate: x509.Certificate, root: etree._Element) -> etree._Element | None:
    """Return the element that this certificate's key has signed, or None. The certificate may have expired."""
    config = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=frozenset(map(SignatureMethod, names.SIGNATURE_ALGORITHMS)),
        digest_algorithms=frozenset(map(DigestAlgorithm, names.DIGEST_ALGORITHMS)),
        verification_time=certificate.not_valid_before_utc,
    )
    try:
        result = XMLVerifier().verify(root, x509_cert=certificate, id_attribute="ID", expect_config=config)
    except (SignXMLException, InvalidSignature, ValueError, etree.LxmlError):
        return None
    return None if isinstance(result, list) else result.signed_xml


def _the_root(signed: etree._Element, root: etree._Element) -> etree._Element:
    if signed.tag != root.tag or signed.get("ID") != root.get("ID"):
        raise MisshapenSignature(f"wanted the root to be signed, saw {signed.tag!s} signed")
    return signed


def _verify_query(query: QuerySignature, pems: Iterable[str]) -> None:
    tried = 0
    for certificate in _usable(pems):
        tried += 1
        if _made_by(certificate, query):
            return
    raise UnknownSigningKey(f"wanted a query signed by one of {tried} registered keys, saw another or none")


def _made_by(certificate: x509.Certificate, query: QuerySignature) -> bool:
    family, _, digest = query.algorithm.rpartition("#")[2].partition("-")
    key = certificate.public_key()
    try:
        if family == "rsa" and isinstance(key, rsa.RSAPublicKey):
            key.verify(query.value, query.octets, padding.PKCS1v15(), _HASHES[digest])
            return True
        if family == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_der(query.value, key.key_size), query.octets, ec.ECDSA(_HASHES[digest]))
            return True
    except InvalidSignature:
        return False
    return False


def _der(value: bytes, key_size: int) -> bytes:
    """Return an ECDSA signature as DER. XML Signature concatenates r and s, but some products send DER."""
    half = (key_size + 7) // 8
    if len(value) != 2 * half:
        return value
    return utils.encode_dss_signature(int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))


def _usable(pems: Iterable[str]) -> Iterable[x509.Certificate]:
    for pem in pems:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        if certificates.can_verify(certificate.public_key()):
            yield certificate
