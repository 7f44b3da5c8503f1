"""Signs what we built, with RSA or ECDSA: an enveloped signature (Core 5.4), or one over plain octets.

`saml.documents.elements` builds elements in canonical form, so the octets digested here are the octets sent.
"""

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from idp.keys.certificates import FEWEST_RSA_BITS
from idp.saml import names
from idp.saml.documents import parsing
from idp.saml.documents.elements import Element, as_value, element, new_id
from idp.saml.errors import UnknownSigningKey, UnusableKey
from idp.saml.signatures.verifying import verify_enveloped

_HALF = 32  # octets of each number of a signature on P-256
_SIGNATURE = "ds:Signature"
_PLACE = "%b"  # for a value inserted later; nothing else in a key's KeyInfo contains a percent sign

SCHEMES: dict[str, tuple[HashAlgorithm, str]] = {
    names.RSA_SHA256: (SHA256(), names.SHA256),
    names.RSA_SHA384: (SHA384(), names.SHA384),
    names.RSA_SHA512: (SHA512(), names.SHA512),
    names.ECDSA_SHA256: (SHA256(), names.SHA256),
}
"""What we sign by, in our order: the hash, and the digest method that goes with it."""


class Sign(StrEnum):
    """What is signed. A Response without an Assertion is always signed."""

    BOTH = "both"
    RESPONSE = "response"
    ASSERTION = "assertion"


@dataclass(frozen=True, slots=True)
class SamlKey:
    """A loaded private key, its certificate, and the signature algorithm."""

    certificate: str
    algorithm: str
    _private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False, compare=False)
    _signed_info: bytes = field(repr=False, compare=False)
    """The canonical SignedInfo of everything that this key signs, with places for ID and digest."""
    _signature: bytes = field(repr=False, compare=False)
    """The marked Signature, with places for ID, digest and value."""

    @classmethod
    def load(cls, private_key: str, certificate: str, algorithm: str = names.RSA_SHA256) -> "SamlKey":
        """Load a pair of PEM texts.

        Raises UnusableKey if they do not belong together, are too weak, or cannot sign by that algorithm.
        """
        try:
            published = x509.load_pem_x509_certificate(certificate.encode())
            private = _private_half(private_key, published, algorithm)
        except (ValueError, TypeError) as error:
            raise UnusableKey(f"wanted a SAML key with its certificate, but {error}") from error
        signed_info = _signed_info(algorithm)
        value = element("ds:SignatureValue", text=_PLACE)
        signature = element(_SIGNATURE, None, signed_info, value, key_info(published))
        return cls(certificate, algorithm, private, signed_info.octets(), signature.marked)

    def signature_over(self, octets: bytes) -> bytes:
        """Return the signature over octets: RFC 8017 section 8.2, or r and s concatenated."""
        digest, _ = SCHEMES[self.algorithm]
        if isinstance(self._private, rsa.RSAPrivateKey):
            return self._private.sign(octets, padding.PKCS1v15(), digest)
        numbers = utils.decode_dss_signature(self._private.sign(octets, ec.ECDSA(digest)))
        return b"".join(it.to_bytes(_HALF, "big") for it in numbers)

    def signature(self, target: Element) -> Element:
        """Return the Signature for an element with an ID (XML Signature 4.4, 6.6.4)."""
        hashed, _ = SCHEMES[self.algorithm]
        digest = getattr(hashlib, hashed.name)(target.octets()).digest()
        said = (as_value(target.get("ID")), b64encode(digest))
        value = b64encode(self.signature_over(self._signed_info % said))
        return Element(_SIGNATURE, None, (), self._signature % (*said, value))


def sign(target: Element, key: SamlKey) -> Element:
    """Return an element with a signature right after its Issuer.

    Raises ValueError if the element has no ID, does not start with an Issuer, or is signed already.
    """
    if not target.get("ID") or not target.children or target.children[0].tag != "saml:Issuer":
        raise ValueError("only an element with an ID and an Issuer in front can be signed")
    return _sign(target, key, at=1)


def sign_in_front(target: Element, key: SamlKey) -> Element:
    """Return an element with a signature before its other children, as metadata requires.

    Raises ValueError if the element has no ID, or is signed already.
    """
    return _sign(target, key, at=0)


def is_signed(target: Element) -> bool:
    """Tell whether an element has a signature of its own."""
    return _SIGNATURE in [it.tag for it in target.children]


def key_info(certificate: x509.Certificate) -> Element:
    """Return the KeyInfo that publishes a certificate (XML Signature 4.5)."""
    der = b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return element("ds:KeyInfo", None, element("ds:X509Data", None, element("ds:X509Certificate", text=der)))


def self_test(key: SamlKey) -> None:
    """Sign a small element, and verify it with other code: lxml's canonicaliser and signxml. Raises UnusableKey."""
    probe = element("saml:Assertion", {"ID": new_id()}, element("saml:Issuer", text="self-test"))
    root = parsing.parse(sign(probe, key).octets())
    try:
        verify_enveloped(root, root[1], [key.certificate])
    except UnknownSigningKey as error:
        raise UnusableKey("wanted a signature that holds, but another library finds that it does not") from error


def _private_half(
    private_key: str, certificate: x509.Certificate, algorithm: str
) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    # To try the numbers of an RSA key takes as long as fifty signatures. `self_test` signs and verifies instead.
    private = load_pem_private_key(private_key.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    if algorithm == names.ECDSA_SHA256:
        if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
            raise ValueError("it is not a key on the curve P-256")
    elif not isinstance(private, rsa.RSAPrivateKey) or private.key_size < FEWEST_RSA_BITS:
        raise ValueError(f"it is not an RSA key of {FEWEST_RSA_BITS} bits or more")
    if certificate.public_key() != private.public_key():
        raise ValueError("the certificate is of another key")
    return private


def _signed_info(algorithm: str) -> Element:
    """Return the SignedInfo of an element: its ID, its digest, and the algorithms."""
    _, digest_method = SCHEMES[algorithm]
    transforms = (_by("ds:Transform", it) for it in (names.ENVELOPED, names.EXCLUSIVE_C14N))
    reference = element(
        "ds:Reference",
        {"URI": f"#{_PLACE}"},
        element("ds:Transforms", None, *transforms),
        _by("ds:DigestMethod", digest_method),
        element("ds:DigestValue", text=_PLACE),
    )
    canonical = _by("ds:CanonicalizationMethod", names.EXCLUSIVE_C14N)
    return element("ds:SignedInfo", None, canonical, _by("ds:SignatureMethod", algorithm), reference)


def _by(tag: str, algorithm: str) -> Element:
    return element(tag, {"Algorithm": algorithm})


def _sign(target: Element, key: SamlKey, *, at: int) -> Element:
    if not target.get("ID"):
        raise ValueError("only an element with an ID can be signed")
    if is_signed(target):
        raise ValueError("an element is signed once")
    return target.with_children(*target.children[:at], key.signature(target), *target.children[at:])
