"""Which algorithms a service provider declares, and the first of ours among them.

Signatures and digests are in the extensions of the role, or else of the entity ("Metadata Profile for Algorithm
Support" 1.0). Encryption is declared with each key (Metadata 2.4.1.1). Without a declaration our defaults apply.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from idp.saml import names
from idp.saml.documents.parsing import XML_SPACE
from idp.saml.encryption import CIPHERS, TRANSPORTS, KeyTransport
from idp.saml.signatures.signing import SCHEMES

_MD = f"{{{names.METADATA}}}"
_DS = f"{{{names.SIGNATURE}}}"
_ALG = f"{{{names.METADATA_ALGORITHMS}}}"
_MGF = "{http://www.w3.org/2009/xmlenc11#}MGF"
_MGF1_SHA1 = "http://www.w3.org/2009/xmlenc11#mgf1sha1"  # XML Encryption 1.1 section 5.5.2

SIGNING = {algorithm: digest for algorithm, (_, digest) in SCHEMES.items()}


@dataclass(frozen=True, slots=True)
class Encryption:
    """How to encrypt for a key: cipher and key transport, each as declared, or None if all are accepted."""

    ciphers: tuple[str, ...] | None = None
    transports: tuple[KeyTransport, ...] | None = None

    @property
    def possible(self) -> bool:
        """Whether it accepts one of our ciphers and one of our key transports."""
        return self.ciphers != () and self.transports != ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """The algorithms of a declaration, as it spells them."""

    signatures: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()

    @property
    def ours(self) -> tuple[str, ...] | None:
        """The signature algorithms of ours that it accepts, in our order; None if it accepts all."""
        if not self.signatures and not self.digests:
            return None
        return tuple(
            signature
            for signature, digest in SIGNING.items()
            if signature in (self.signatures or SIGNING) and digest in (self.digests or SIGNING.values())
        )


def wanted(root: etree._Element, role: etree._Element) -> Wanted:
    """Read the signature algorithms: those of the role, and those of the entity that the role does not state."""
    return Wanted(
        signatures=_declared("SigningMethod", role) or _declared("SigningMethod", root),
        digests=_declared("DigestMethod", role) or _declared("DigestMethod", root),
    )


def encryption(descriptor: etree._Element) -> Encryption:
    """Read the encryption algorithms of a KeyDescriptor."""
    methods = descriptor.findall(f"{_MD}EncryptionMethod")
    named = [_algorithm(it) for it in methods]
    transports = [it for it in methods if _transports_keys(_algorithm(it))]
    return Encryption(
        ciphers=_chosen(CIPHERS, named) if len(transports) < len(methods) else None,
        transports=tuple(it for it in TRANSPORTS.values() if any(_fits(it, method) for method in transports))
        if transports
        else None,
    )


def names_of(descriptor: etree._Element) -> tuple[str, ...]:
    """Return the names of the methods of a KeyDescriptor, as it spells them."""
    return tuple(_algorithm(it) for it in descriptor.findall(f"{_MD}EncryptionMethod"))


def _declared(name: str, holder: etree._Element) -> tuple[str, ...]:
    return tuple(_algorithm(it) for it in holder.findall(f"{_MD}Extensions/{_ALG}{name}"))


def _algorithm(method: etree._Element) -> str:
    return method.get("Algorithm", "").strip(XML_SPACE)


def _transports_keys(algorithm: str) -> bool:
    """Whether an algorithm transports keys, including those that we deny. All are RSA or key wraps."""
    short = algorithm.rpartition("#")[2]
    return short.startswith(("rsa", "kw-"))


def _chosen(ours: Iterable[str], declared: list[str]) -> tuple[str, ...]:
    return tuple(it for it in ours if it in declared)


def _fits(transport: KeyTransport, method: etree._Element) -> bool:
    """Whether a declared method is this transport. Without a digest it means any, without a mask ours."""
    digest, mask = method.find(f"{_DS}DigestMethod"), method.find(_MGF)
    return (
        transport.algorithm == _algorithm(method)
        and (digest is None or _algorithm(digest) == transport.digest)
        and (mask is None or _algorithm(mask) == _MGF1_SHA1)
    )
