"""Reads one of our Responses into plain values, to explain and check it (Core 2.3, 3.3.3).

It may be the Response as sent, or the stored copy with blank signature values. Texts are kept as they are, including
instants, which `moment` reads.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from idp.keys import certificates
from idp.saml import names
from idp.saml.documents import parsing
from idp.saml.documents.parsing import child, text_of
from idp.saml.errors import UnreadableRequest

LARGEST = 1024 * 1024

_SAML = f"{{{names.ASSERTION}}}"
_SAMLP = f"{{{names.PROTOCOL}}}"
_DS = f"{{{names.SIGNATURE}}}"
_INSTANTS = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True)
class SignatureRead:
    """A signature: on which element, over what, by which algorithms and whose certificate.

    `fingerprint` is of the certificate that came along, SHA-256; empty if none can be read.
    """

    on: str
    on_id: str
    references: tuple[str, ...]
    algorithm: str
    digests: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class ConfirmationRead:
    """How the bearer is recognised (Core 2.4.1.1). None if nothing is stated."""

    method: str
    recipient: str | None
    in_response_to: str | None
    not_before: str | None
    not_on_or_after: str | None


@dataclass(frozen=True, slots=True)
class ConditionsRead:
    """When and for which audiences an Assertion is valid (Core 2.5). One tuple of audiences for each restriction."""

    not_before: str | None
    not_on_or_after: str | None
    audiences: tuple[tuple[str, ...], ...]
    one_time_use: bool


@dataclass(frozen=True, slots=True)
class AuthnRead:
    """When and how it was proved (Core 2.7.2)."""

    instant: str
    context_class: str
    session_index: str
    session_not_on_or_after: str | None


@dataclass(frozen=True, slots=True)
class AttributeRead:
    """One statement about the subject."""

    name: str
    name_format: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssertionRead:
    """What an Assertion says. `name_id` is None if there is none; `sealed` counts its EncryptedAttributes."""

    id: str
    version: str
    issue_instant: str
    issuer: str
    name_id: str | None
    name_id_format: str
    sp_name_qualifier: str | None
    confirmations: tuple[ConfirmationRead, ...]
    conditions: tuple[ConditionsRead, ...]
    statements: tuple[AuthnRead, ...]
    attributes: tuple[AttributeRead, ...]
    sealed: int


@dataclass(frozen=True, slots=True)
class ResponseRead:
    """What a Response says. `encrypted` counts the Assertions that only the service can read."""

    id: str
    version: str
    issue_instant: str
    issuer: str
    destination: str
    in_response_to: str | None
    status: tuple[str, ...]
    assertions: tuple[AssertionRead, ...]
    encrypted: int
    signatures: tuple[SignatureRead, ...]


def read(xml: str) -> ResponseRead:
    """Read a Response. Raises UnreadableRequest for anything else, RequestTooLarge beyond a megabyte."""
    root = parsing.parse(xml.encode("utf-8", "surrogatepass"), limit=LARGEST)
    if root.tag != f"{_SAMLP}Response":
        raise UnreadableRequest(f"wanted a Response, saw {root.tag!s}")
    return ResponseRead(
        id=root.get("ID", ""),
        version=root.get("Version", ""),
        issue_instant=root.get("IssueInstant", ""),
        issuer=_text(root, f"{_SAML}Issuer"),
        destination=root.get("Destination", ""),
        in_response_to=root.get("InResponseTo"),
        status=tuple(it.get("Value", "") for it in root.iterfind(f"{_SAMLP}Status//{_SAMLP}StatusCode")),
        assertions=tuple(_assertion(it) for it in root.iterfind(f"{_SAML}Assertion")),
        encrypted=len(root.findall(f"{_SAML}EncryptedAssertion")),
        signatures=tuple(_signatures(root)),
    )


def moment(text: str | None) -> datetime | None:
    """Return the instant that a text states in UTC, with Z (Core 1.3.3), or None if it states none."""
    for form in _INSTANTS:
        try:
            return datetime.strptime(text or "", form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _assertion(found: etree._Element) -> AssertionRead:
    subject = child(found, f"{_SAML}Subject")
    name_id = None if subject is None else child(subject, f"{_SAML}NameID")
    return AssertionRead(
        id=found.get("ID", ""),
        version=found.get("Version", ""),
        issue_instant=found.get("IssueInstant", ""),
        issuer=_text(found, f"{_SAML}Issuer"),
        name_id=None if name_id is None else text_of(name_id),
        name_id_format="" if name_id is None else name_id.get("Format", ""),
        sp_name_qualifier=None if name_id is None else name_id.get("SPNameQualifier"),
        confirmations=tuple(_confirmation(it) for it in found.iterfind(f"{_SAML}Subject/{_SAML}SubjectConfirmation")),
        conditions=tuple(_conditions(it) for it in found.iterfind(f"{_SAML}Conditions")),
        statements=tuple(_statement(it) for it in found.iterfind(f"{_SAML}AuthnStatement")),
        attributes=tuple(_attribute(it) for it in found.iterfind(f"{_SAML}AttributeStatement/{_SAML}Attribute")),
        sealed=len(found.findall(f"{_SAML}AttributeStatement/{_SAML}EncryptedAttribute")),
    )


def _confirmation(found: etree._Element) -> ConfirmationRead:
    data = child(found, f"{_SAML}SubjectConfirmationData")
    attributes = {} if data is None else dict(data.attrib)
    return ConfirmationRead(
        method=found.get("Method", ""),
        recipient=attributes.get("Recipient"),
        in_response_to=attributes.get("InResponseTo"),
        not_before=attributes.get("NotBefore"),
        not_on_or_after=attributes.get("NotOnOrAfter"),
    )


def _conditions(found: etree._Element) -> ConditionsRead:
    restrictions = found.iterfind(f"{_SAML}AudienceRestriction")
    return ConditionsRead(
        not_before=found.get("NotBefore"),
        not_on_or_after=found.get("NotOnOrAfter"),
        audiences=tuple(tuple(text_of(it) for it in one.iterfind(f"{_SAML}Audience")) for one in restrictions),
        one_time_use=found.find(f"{_SAML}OneTimeUse") is not None,
    )


def _statement(found: etree._Element) -> AuthnRead:
    context = child(found, f"{_SAML}AuthnContext")
    return AuthnRead(
        instant=found.get("AuthnInstant", ""),
        context_class="" if context is None else _text(context, f"{_SAML}AuthnContextClassRef"),
        session_index=found.get("SessionIndex", ""),
        session_not_on_or_after=found.get("SessionNotOnOrAfter"),
    )


def _attribute(found: etree._Element) -> AttributeRead:
    values = tuple(text_of(it) for it in found.iterfind(f"{_SAML}AttributeValue"))
    return AttributeRead(found.get("Name", ""), found.get("NameFormat", ""), values)


def _signatures(root: etree._Element) -> Iterator[SignatureRead]:
    info = f"{_DS}SignedInfo"
    for parent, found in ((holder, it) for holder in root.iter() for it in holder.iterfind(f"{_DS}Signature")):
        yield SignatureRead(
            on=etree.QName(parent).localname,
            on_id=parent.get("ID", ""),
            references=tuple(it.get("URI", "") for it in found.iterfind(f"{info}/{_DS}Reference")),
            algorithm=_algorithm(found.find(f"{info}/{_DS}SignatureMethod")),
            digests=tuple(_algorithm(it) for it in found.iterfind(f"{info}/{_DS}Reference/{_DS}DigestMethod")),
            fingerprint=_fingerprint(found.findtext(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate") or ""),
        )


def _algorithm(method: etree._Element | None) -> str:
    return "" if method is None else method.get("Algorithm", "")


def _fingerprint(encoded: str) -> str:
    try:
        return certificates.fingerprint(certificates.from_base64(encoded))
    except ValueError:
        return ""


def _text(parent: etree._Element, tag: str) -> str:
    found = child(parent, tag)
    return "" if found is None else text_of(found)
