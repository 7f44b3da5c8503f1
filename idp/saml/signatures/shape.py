"""Checks the shape of a signature before any verifier sees it.

Verifiers do what a message says: they open files, apply style sheets, follow thousands of references. So every
part of a signature has one allowed form.
"""

from collections.abc import Collection

from lxml import etree

from idp.saml import names
from idp.saml.errors import DeniedAlgorithm, MisshapenSignature, quoted

_DS = f"{{{names.SIGNATURE}}}"
_SIGNATURE = f"{_DS}Signature"
_ISSUER = f"{{{names.ASSERTION}}}Issuer"
_INCLUSIVE_NAMESPACES = f"{{{names.EXCLUSIVE}}}InclusiveNamespaces"


def find(root: etree._Element) -> etree._Element | None:
    """Return the signature that follows the root's Issuer, or None.

    Raises MisshapenSignature if there is one anywhere else.
    """
    found = list(root.iter(_SIGNATURE))
    if not found:
        return None
    if len(found) > 1:
        raise MisshapenSignature(f"wanted one signature at most, saw {len(found)}")
    if len(root) < 2 or root[0].tag != _ISSUER or root[1] is not found[0]:  # noqa: PLR2004
        raise MisshapenSignature("wanted the signature right after the root's Issuer, saw it elsewhere")
    return found[0]


def check_shape(root: etree._Element, signature: etree._Element) -> None:
    """Check that it signs the root and nothing else, in the one way that SAML allows (Core 5.4).

    Raises MisshapenSignature or DeniedAlgorithm.
    """
    parts = _children(signature, "SignedInfo", "SignatureValue", optional="KeyInfo")
    canonical, method, reference = _children(parts[0], "CanonicalizationMethod", "SignatureMethod", "Reference")
    transforms, digest, digest_value = _children(reference, "Transforms", "DigestMethod", "DigestValue")
    enveloped, exclusive = _children(transforms, "Transform", "Transform")
    _check_bare(method, digest, enveloped)
    _check_filled(parts[1], digest_value)
    _check_prefixes(canonical, exclusive)
    check_algorithm(canonical.get("Algorithm"), {names.EXCLUSIVE_C14N})
    check_algorithm(enveloped.get("Algorithm"), {names.ENVELOPED})
    check_algorithm(exclusive.get("Algorithm"), {names.EXCLUSIVE_C14N})
    check_algorithm(method.get("Algorithm"), names.SIGNATURE_ALGORITHMS)
    check_algorithm(digest.get("Algorithm"), names.DIGEST_ALGORITHMS)
    if not root.get("ID") or reference.get("URI") != f"#{root.get('ID')}":
        raise MisshapenSignature(f"wanted a reference to the root, saw {quoted(reference.get('URI'))}")


def check_algorithm(algorithm: str | None, allowed: Collection[str]) -> None:
    """Raise DeniedAlgorithm if the algorithm is missing or not listed."""
    if algorithm not in allowed:
        raise DeniedAlgorithm(f"wanted one of {sorted(allowed)}, saw {quoted(algorithm)}")


def _children(parent: etree._Element, *wanted: str, optional: str = "") -> list[etree._Element]:
    found = list(parent)
    seen = [str(it.tag) for it in found]
    expected = [_DS + name for name in wanted]
    if seen != expected and seen != [*expected, _DS + optional]:
        raise MisshapenSignature(f"wanted {list(wanted)} in {parent.tag!s}, saw {quoted(seen)}")
    return found


def _check_bare(*elements: etree._Element) -> None:
    for element in elements:
        if len(element):
            raise MisshapenSignature(f"wanted no parameters in {element.tag!s}, saw {element[0].tag!s}")


def _check_filled(*elements: etree._Element) -> None:
    for element in elements:
        if len(element) or not (element.text or "").strip():
            raise MisshapenSignature(f"wanted a value in {element.tag!s}, saw none")


def _check_prefixes(*elements: etree._Element) -> None:
    for element in elements:
        if any(it.tag != _INCLUSIVE_NAMESPACES or len(it) for it in element) or len(element) > 1:
            raise MisshapenSignature(f"wanted at most InclusiveNamespaces in {element.tag!s}, saw more")
