"""Builds a Response with its Assertion, signs both, and writes them once (Core 2.3, 3.3.3).

All values come from the row of one service provider, so Issuer, audience, recipient and destination agree.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from idp.saml import names
from idp.saml.attributes.attribute import Attribute
from idp.saml.documents.elements import Element, element, instant, new_id
from idp.saml.documents.stencil import Stencil, place
from idp.saml.encryption import OAEP_MGF1P, KeyTransport, encrypt
from idp.saml.errors import SamlStatus
from idp.saml.protocol_message import whole
from idp.saml.signatures.signing import SamlKey, Sign, sign
from idp.values import value

LIFETIME = timedelta(minutes=5)
BACKDATED = timedelta(minutes=5)  # some service providers allow no clock skew at all
SHAPES_KEPT = 256
"""Templates that are cached: services times name formats times numbers of values, 3 KB each, without personal data."""

_SIGNATURE_VALUE = re.compile(b"<ds:SignatureValue>[^<]*")  # in canonical XML every < begins a tag


@value
class Envelope:
    """The two sides: our entity ID, that of the service provider, its registered ACS, and the request, if any."""

    issuer: str
    audience: str
    acs_url: str
    in_response_to: str | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """Who signs in, by the name that the service provider knows."""

    name_id: str
    name_id_format: str = names.UNSPECIFIED


@value
class Authenticated:
    """When and how the agent was authenticated, and in which session. Its end is stated only if operators want it."""

    at: datetime
    context_class: str
    session_index: str
    session_not_on_or_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Encryption:
    """The certificates, in PEM, that an Assertion is encrypted for, and the algorithms."""

    certificates: tuple[str, ...]
    algorithm: str = names.AES256_GCM
    transport: KeyTransport = OAEP_MGF1P


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent, and the readable copy that is kept, with every signature value blank."""

    octets: bytes
    kept: str


@value
class ResponseContent:
    """Everything that an Assertion says. `assertion_id` is new unless given; the caller records it."""

    envelope: Envelope
    subject: Subject
    authenticated: Authenticated
    attributes: tuple[Attribute, ...] = ()
    assertion_id: str = field(default_factory=new_id)


def signed_response(
    content: ResponseContent,
    *,
    key: SamlKey,
    now: datetime,
    signed: str = Sign.BOTH,
    encryption: Encryption | None = None,
) -> Sent:
    """Build and sign a Response with one Assertion. The octets must not be changed afterwards.

    `signed` is a value of Sign. With `encryption`, the signed Assertion is encrypted for the first usable certificate.
    Raises ValueError for content that build_assertion refuses. Raises UnusableKey if it cannot be encrypted; it is
    never sent in clear text instead.
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


def signed_error_response(envelope: Envelope, status: SamlStatus, *, key: SamlKey, now: datetime) -> bytes:
    """Build and sign a Response with only a status."""
    return sign(build_error_response(envelope, status, now=now), key).octets()


def build_assertion(content: ResponseContent, *, now: datetime) -> Element:
    """Build the unsigned Assertion.

    Raises ValueError for a character that XML cannot hold, for an empty or padded NameID or Issuer, and for a
    repeated attribute Name.
    """
    envelope, proved, over = content.envelope, content.authenticated, content.authenticated.session_not_on_or_after
    shape = _Shape(
        envelope.audience,
        envelope.acs_url,
        content.subject.name_id_format,
        proved.context_class,
        has_request=envelope.in_response_to is not None,
        ends=over is not None,
        attributes=tuple([(it.name, it.name_format, len(it.values)) for it in content.attributes]),
    )
    own = [
        whole(content.subject.name_id),
        envelope.in_response_to or "",
        instant(now - BACKDATED),
        instant(now + LIFETIME),
        instant(proved.at),
        proved.session_index,
        "" if over is None else instant(over),
        *[value for it in content.attributes for value in it.values],
    ]
    attributes = {"ID": content.assertion_id, "Version": "2.0", "IssueInstant": instant(now)}
    return element("saml:Assertion", attributes, _issuer(envelope.issuer), _statements(shape).filled(own))


def build_response(
    envelope: Envelope,
    status: SamlStatus,
    *,
    now: datetime,
    assertion: Element | None = None,
) -> Element:
    """Build the unsigned Response around an Assertion, which may be signed and encrypted. Raises ValueError."""
    attributes = {
        "ID": new_id(),
        "Version": "2.0",
        "IssueInstant": instant(now),
        "Destination": envelope.acs_url,
        "InResponseTo": envelope.in_response_to,
    }
    parts = [_issuer(envelope.issuer), _status(status), *([] if assertion is None else [assertion])]
    return element("samlp:Response", attributes, *parts)


def build_error_response(envelope: Envelope, status: SamlStatus, *, now: datetime) -> Element:
    """Build the unsigned Response with only a status. Raises ValueError if the status is Success."""
    if status.top == names.SUCCESS:
        raise ValueError("Success comes with an Assertion")
    return build_response(envelope, status, now=now)


# The parts that are the same in many Assertions are built once. They say nothing about a person.


class _Shape(NamedTuple):
    """What Assertions with one template share. `ends`: it states the end of the session.

    For each attribute: its Name, its NameFormat, and the number of its values.
    """

    audience: str
    acs_url: str
    name_id_format: str
    context_class: str
    has_request: bool
    ends: bool
    attributes: tuple[tuple[str, str, int], ...]


_NAME, _REQUEST, _BEGIN, _END, _PROVED, _SESSION, _OVER, _VALUES = range(8)
"""The placeholders of an Assertion. The values of attributes come last."""


@lru_cache(maxsize=SHAPES_KEPT)
def _statements(shape: _Shape) -> Stencil:
    """Write everything after the Issuer, with placeholders for one agent's own values. Raises ValueError."""
    begin, end, nth = place(_BEGIN), place(_END), count(_VALUES)
    data = {
        "NotOnOrAfter": end,
        "Recipient": shape.acs_url,
        "InResponseTo": place(_REQUEST) if shape.has_request else None,
    }
    confirmation = element(
        "saml:SubjectConfirmation",
        {"Method": names.BEARER},
        element("saml:SubjectConfirmationData", data),
    )
    name_id = element("saml:NameID", {"Format": shape.name_id_format}, text=place(_NAME))
    proved = {
        "AuthnInstant": place(_PROVED),
        "SessionIndex": place(_SESSION),
        "SessionNotOnOrAfter": place(_OVER) if shape.ends else None,
    }
    context = element("saml:AuthnContext", None, element("saml:AuthnContextClassRef", text=shape.context_class))
    restriction = element("saml:AudienceRestriction", None, element("saml:Audience", text=shape.audience))
    parts = [
        element("saml:Subject", None, name_id, confirmation),
        element("saml:Conditions", {"NotBefore": begin, "NotOnOrAfter": end}, restriction),
        element("saml:AuthnStatement", proved, context),
    ]
    if shape.attributes:
        called = [name for name, _, _ in shape.attributes]
        if len(set(called)) < len(called):
            raise ValueError(f"an attribute Name twice among {called}")
        attributes = [_attribute(*it, nth) for it in shape.attributes]
        parts.append(element("saml:AttributeStatement", None, *attributes))
    return Stencil(*parts)


def _attribute(name: str, name_format: str, values: int, nth: Iterator[int]) -> Element:
    given = [element("saml:AttributeValue", text=place(next(nth))) for _ in range(values)]
    return element("saml:Attribute", {"Name": name, "NameFormat": name_format}, *given)


@lru_cache
def _issuer(entity_id: str) -> Element:
    return element("saml:Issuer", text=whole(entity_id))


@lru_cache
def _status(status: SamlStatus) -> Element:
    second = [] if status.second is None else [element("samlp:StatusCode", {"Value": status.second})]
    return element("samlp:Status", None, element("samlp:StatusCode", {"Value": status.top}, *second))
