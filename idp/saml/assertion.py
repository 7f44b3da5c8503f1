"""The answer: an Assertion, the Response around it, both signed and written once (Core 2.3, 3.3.3).

Every value comes typed from one service provider's row, so Issuer, audience, recipient and destination agree.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from idp.saml import names
from idp.saml.elements import Element, element, instant, new_id, writable
from idp.saml.encryption import OAEP_MGF1P, KeyTransport, encrypt
from idp.saml.errors import SamlStatus
from idp.saml.signing import SamlKey, sign

__all__ = [
    "Answer",
    "Attribute",
    "Authenticated",
    "Encryption",
    "Envelope",
    "Sent",
    "Sign",
    "Subject",
    "answer",
    "answer_with_status",
    "build_assertion",
    "build_error_response",
    "build_response",
    "writable",
]

LIFETIME = timedelta(minutes=5)
BACKDATED = timedelta(minutes=5)  # some service providers allow no clock skew at all

_SIGNATURE_VALUE = re.compile(b"<ds:SignatureValue>[^<]*")  # in canonical text every < begins a tag


class Sign(StrEnum):
    """What carries a signature. A Response without Assertion is signed in any case."""

    BOTH = "both"
    RESPONSE = "response"
    ASSERTION = "assertion"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Between whom: our entity ID, the service provider's, its registered ACS, the request if any."""

    issuer: str
    audience: str
    acs_url: str
    in_response_to: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Who, by the name the service provider knows."""

    name_id: str
    name_id_format: str = names.UNSPECIFIED


@dataclass(frozen=True, slots=True)
class Authenticated:
    """When and how it was proved, and in which session. No end is stated unless an operator opted in."""

    at: datetime
    context_class: str
    session_index: str
    session_not_on_or_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attribute:
    """One statement about the subject: a Name and its values, in order."""

    name: str
    values: tuple[str, ...]
    name_format: str = names.BASIC


@dataclass(frozen=True, slots=True)
class Encryption:
    """For whom an Assertion is encrypted, certificates in PEM, and by which algorithms."""

    certificates: tuple[str, ...]
    algorithm: str = names.AES256_GCM
    transport: KeyTransport = OAEP_MGF1P


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes out, and what is kept of it: readable, and with every signature value blank."""

    octets: bytes
    kept: str


@dataclass(frozen=True, slots=True)
class Answer:
    """All that an Assertion says. `assertion_id` is fresh unless given; the caller keeps it on record."""

    envelope: Envelope
    subject: Subject
    authenticated: Authenticated
    attributes: tuple[Attribute, ...] = ()
    assertion_id: str = field(default_factory=new_id)


def answer(
    content: Answer,
    *,
    key: SamlKey,
    now: datetime,
    signed: str = Sign.BOTH,
    encryption: Encryption | None = None,
) -> Sent:
    """Build and sign a Response with one Assertion. Nothing may touch the octets afterwards.

    `signed` is a value of Sign. With `encryption` the Assertion, signed already, is encrypted for the first
    usable certificate. Raises ValueError for content that build_assertion refuses, UnusableKey if it cannot be
    encrypted: it is never sent in the clear instead.
    """
    signed = Sign(signed)
    plain = build_assertion(content, now=now)
    if signed is not Sign.RESPONSE:
        plain = sign(plain, key)
    sent = plain
    if encryption:
        sent = encrypt(plain, encryption.certificates, algorithm=encryption.algorithm, transport=encryption.transport)
    response = build_response(content.envelope, SamlStatus(names.SUCCESS), now=now, assertion=sent)
    if signed is not Sign.ASSERTION:
        response = sign(response, key)
    octets = response.octets()
    readable = response.with_children(*response.children[:-1], plain).octets() if encryption else octets
    return Sent(octets, _SIGNATURE_VALUE.sub(b"<ds:SignatureValue>", readable).decode())


def answer_with_status(envelope: Envelope, status: SamlStatus, *, key: SamlKey, now: datetime) -> bytes:
    """Build and sign a Response that tells only a status."""
    return sign(build_error_response(envelope, status, now=now), key).octets()


def build_assertion(content: Answer, *, now: datetime) -> Element:
    """Build the unsigned Assertion.

    Raises ValueError for a character XML cannot hold, an empty or padded NameID or Issuer, or an attribute
    Name given twice.
    """
    envelope, ends = content.envelope, instant(now + LIFETIME)
    parts = [
        _issuer(envelope.issuer),
        _subject(content.subject, envelope, ends),
        _conditions(envelope.audience, instant(now - BACKDATED), ends),
        _authn_statement(content.authenticated),
    ]
    if content.attributes:
        parts.append(_attribute_statement(content.attributes))
    attributes = {"ID": content.assertion_id, "Version": "2.0", "IssueInstant": instant(now)}
    return element("saml:Assertion", attributes, *parts)


def build_response(
    envelope: Envelope,
    status: SamlStatus,
    *,
    now: datetime,
    assertion: Element | None = None,
    response_id: str | None = None,
) -> Element:
    """Build the unsigned Response around an Assertion, which may be signed and encrypted. Raises ValueError."""
    attributes = {
        "ID": response_id or new_id(),
        "Version": "2.0",
        "IssueInstant": instant(now),
        "Destination": envelope.acs_url,
        "InResponseTo": envelope.in_response_to,
    }
    parts = [_issuer(envelope.issuer), _status(status), *([] if assertion is None else [assertion])]
    return element("samlp:Response", attributes, *parts)


def build_error_response(envelope: Envelope, status: SamlStatus, *, now: datetime) -> Element:
    """Build the unsigned Response that tells only a status. Raises ValueError if that is Success."""
    if status.top == names.SUCCESS:
        raise ValueError("Success comes with an Assertion")
    return build_response(envelope, status, now=now)


def _whole(value: str) -> str:
    if not value or value != value.strip():
        raise ValueError(f"empty or padded with white space: {value!r}")
    return value


def _subject(subject: Subject, envelope: Envelope, ends: str) -> Element:
    data = {
        "NotOnOrAfter": ends,
        "Recipient": envelope.acs_url,
        "InResponseTo": envelope.in_response_to,
    }
    confirmation = element(
        "saml:SubjectConfirmation",
        {"Method": names.BEARER},
        element("saml:SubjectConfirmationData", data),
    )
    name_id = element("saml:NameID", {"Format": subject.name_id_format}, text=_whole(subject.name_id))
    return element("saml:Subject", None, name_id, confirmation)


def _conditions(audience: str, begins: str, ends: str) -> Element:
    return element("saml:Conditions", {"NotBefore": begins, "NotOnOrAfter": ends}, _restriction(audience))


def _authn_statement(authenticated: Authenticated) -> Element:
    end = authenticated.session_not_on_or_after
    attributes = {
        "AuthnInstant": instant(authenticated.at),
        "SessionIndex": authenticated.session_index,
        "SessionNotOnOrAfter": None if end is None else instant(end),
    }
    return element("saml:AuthnStatement", attributes, _context(authenticated.context_class))


def _attribute_statement(attributes: Sequence[Attribute]) -> Element:
    if len({it.name for it in attributes}) < len(attributes):
        raise ValueError(f"an attribute Name twice among {[it.name for it in attributes]}")
    return element("saml:AttributeStatement", None, *map(_attribute, attributes))


def _attribute(attribute: Attribute) -> Element:
    values = (element("saml:AttributeValue", text=value) for value in attribute.values)
    return element("saml:Attribute", {"Name": attribute.name, "NameFormat": attribute.name_format}, *values)


# What many answers say in the same words is built once: nothing of it is about a person.


@lru_cache
def _issuer(entity_id: str) -> Element:
    return element("saml:Issuer", text=_whole(entity_id))


@lru_cache
def _restriction(audience: str) -> Element:
    return element("saml:AudienceRestriction", None, element("saml:Audience", text=audience))


@lru_cache
def _context(class_ref: str) -> Element:
    return element("saml:AuthnContext", None, element("saml:AuthnContextClassRef", text=class_ref))


@lru_cache
def _status(status: SamlStatus) -> Element:
    second = [] if status.second is None else [element("samlp:StatusCode", {"Value": status.second})]
    return element("samlp:Status", None, element("samlp:StatusCode", {"Value": status.top}, *second))
