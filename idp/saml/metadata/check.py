"""Checks our own metadata against Kantara's SAML V2.0 Deployment Profile ("saml2int")."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from lxml import etree

from idp.keys import certificates
from idp.saml import names
from idp.saml.documents.schemas import Schema, validate
from idp.saml.errors import UnreadableRequest

LONGEST_ENTITY_ID = 256
BINDINGS = {names.HTTP_REDIRECT, names.HTTP_POST}

_MD = f"{{{names.METADATA}}}"
_UI = f"{{{names.METADATA_UI}}}"
_ALG = f"{{{names.METADATA_ALGORITHMS}}}"
_CERTIFICATE = f"{_MD}KeyDescriptor/{{{names.SIGNATURE}}}KeyInfo//{{{names.SIGNATURE}}}X509Certificate"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist. A failed line with `must` keeps service providers out; the others are advice."""

    sentence: str
    holds: bool
    must: bool = True
    advice: str = ""


def checklist(xml: bytes, now: datetime) -> list[Check]:
    """Check one of our metadata documents against the list."""
    root = etree.fromstring(xml)
    role = root.find(f"{_MD}IDPSSODescriptor")
    if role is None:
        return [Check("There is an IDPSSODescriptor", holds=False)]
    return [_valid(root), *_entity(root), *_endpoints(role), *_keys(role, now), *_offered(role), *_people(root, role)]


def _valid(root: etree._Element) -> Check:
    try:
        validate(root, Schema.METADATA)
    except UnreadableRequest as error:
        return Check("Valid by the standard's schema", holds=False, advice=error.detail)
    return Check("Valid by the standard's schema", holds=True)


def _entity(root: etree._Element) -> Iterator[Check]:
    entity_id = root.get("entityID", "")
    yield Check(
        f"The entity ID is an https address of at most {LONGEST_ENTITY_ID} characters",
        holds=entity_id.startswith("https://") and len(entity_id) <= LONGEST_ENTITY_ID,
        must=False,
        advice="Set LATCHKEY_ENTITY_ID once, before any service knows another.",
    )


def _endpoints(role: etree._Element) -> Iterator[Check]:
    for name, sentence in (("SingleSignOnService", "Sign-in"), ("SingleLogoutService", "Logout")):
        found = role.findall(f"{_MD}{name}")
        yield Check(
            f"{sentence} is offered by HTTP-Redirect and HTTP-POST", {it.get("Binding") for it in found} >= BINDINGS
        )
        yield Check(
            f"{sentence} is at an https address",
            all(it.get("Location", "").startswith("https://") for it in found),
            advice="LATCHKEY_BASE_URL begins with http:// in the demo only.",
        )


def _keys(role: etree._Element, now: datetime) -> Iterator[Check]:
    found = [_certificate(it) for it in role.findall(_CERTIFICATE)]
    yield Check("A signing certificate is published", bool(found))
    yield Check(
        f"Each key is RSA of {certificates.FEWEST_RSA_BITS} bits or more, or on the curve P-256, P-384 or P-521",
        all(map(_strong, found)),
    )
    yield Check(
        "No certificate is over",
        all(it.not_valid_after_utc > now for it in found),
        must=False,
        advice="It still signs, but some services mind: change the key.",
    )


def _certificate(holder: etree._Element) -> x509.Certificate:
    return x509.load_pem_x509_certificate(certificates.from_base64(holder.text or "").encode())


def _strong(certificate: x509.Certificate) -> bool:
    return certificates.can_verify(certificate.public_key())


def _offered(role: etree._Element) -> Iterator[Check]:
    formats = {it.text for it in role.findall(f"{_MD}NameIDFormat")}
    yield Check("Persistent and transient names are offered", formats >= {names.PERSISTENT, names.TRANSIENT})
    methods = {it.get("Algorithm") for it in role.findall(f"{_MD}Extensions/{_ALG}SigningMethod")}
    yield Check("RSA-SHA256 is announced", names.RSA_SHA256 in methods)
    yield Check("No algorithm is announced that we refuse", methods <= names.SIGNATURE_ALGORITHMS)


def _people(root: etree._Element, role: etree._Element) -> Iterator[Check]:
    shown = f"{_MD}Extensions/{_UI}UIInfo/{_UI}"
    yield Check("There is a name for people", role.find(f"{shown}DisplayName") is not None)
    yield Check("There is a page for errors", bool(role.get("errorURL")))
    yield Check("There is a logo", role.find(f"{shown}Logo") is not None, must=False, advice="Set LATCHKEY_LOGO.")
    yield Check(
        "There is a technical contact",
        root.find(f"{_MD}ContactPerson[@contactType='technical']") is not None,
        must=False,
        advice="Set LATCHKEY_CONTACT.",
    )
