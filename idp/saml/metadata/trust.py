"""Verifies a service provider's metadata: it must not have expired, and must be signed with the registered key.

The rules are those for signed requests: shape first, then the registered key, then only what was signed. KeyInfo is
never read, and only the key of the certificate counts (IIP-MD03, IIP-MD04).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from idp.saml import names
from idp.saml.errors import BadSignature
from idp.saml.metadata import sp_description
from idp.saml.metadata.errors import UntrustedMetadata
from idp.saml.metadata.sp_description import SpDescription
from idp.saml.signatures.shape import check_shape
from idp.saml.signatures.verifying import verify_enveloped

CHECK, REQUIRE, IGNORE = "check", "require", "ignore"

_UNSIGNED = "This metadata is not signed, and it must be."
_MISPLACED = "This metadata must carry exactly one signature, in front of all else."
_OTHER_KEY = "The signature of this metadata does not hold with the certificate registered for it."
_SIGNATURE = f"{{{names.SIGNATURE}}}Signature"


@dataclass(frozen=True, slots=True)
class Demands:
    """The demands on a document. `signing_certificate` is PEM; without one, no signature is verified.

    `valid_until_rule` is CHECK, REQUIRE (then at most `longest_days` away) or IGNORE.
    `clock_skew` is how far its writer's clock may be from ours.
    """

    signing_certificate: str = ""
    valid_until_rule: str = CHECK
    longest_days: int = 30
    clock_skew: timedelta = timedelta(minutes=5)


def read(xml: bytes, demands: Demands, now: datetime) -> SpDescription:
    """Read a document, and verify that it meets the demands. Raises UnreadableMetadata or UntrustedMetadata."""
    root = sp_description.parse(xml)
    if demands.signing_certificate:
        root = _signed(root, demands.signing_certificate)
    described = sp_description.describe(root)
    if fault := valid_until_fault(described.valid_until, demands, now):
        raise UntrustedMetadata(fault, sentence=fault)
    return described


def valid_until_fault(valid_until: datetime | None, demands: Demands, now: datetime) -> str:
    """Return what is wrong with a document's expiry, or an empty string."""
    if demands.valid_until_rule == IGNORE:
        return ""
    strict = demands.valid_until_rule == REQUIRE
    if valid_until is None:
        return "This metadata does not say until when it is valid, and it must." if strict else ""
    if valid_until <= now - demands.clock_skew:
        return f"This metadata was valid until {valid_until:%Y-%m-%d %H:%M} UTC only."
    if strict and valid_until > now + timedelta(days=demands.longest_days) + demands.clock_skew:
        return f"This metadata is valid until {valid_until:%Y-%m-%d}, more than {demands.longest_days} days away."
    return ""


def _signed(root: etree._Element, certificate: str) -> etree._Element:
    """Return what the key of that certificate has signed, which is the root."""
    signature = _signature(root)
    try:
        check_shape(root, signature)
        return verify_enveloped(root, signature, [certificate])
    except BadSignature as error:
        raise UntrustedMetadata(error.detail, sentence=_OTHER_KEY) from error


def _signature(root: etree._Element) -> etree._Element:
    """Return the one signature, before all other children (Metadata 2.3, 3.1)."""
    found = list(root.iter(_SIGNATURE))
    if not found:
        raise UntrustedMetadata(_UNSIGNED, sentence=_UNSIGNED)
    if len(found) > 1 or found[0] is not root[0]:
        raise UntrustedMetadata(f"{len(found)} signatures, the first not in front or not alone", sentence=_MISPLACED)
    return found[0]
