"""The head of every protocol message: ID, Issuer, instant, Destination (Core 3.2.1, 3.2.2).

It is read and checked for requests and responses alike, and built for our own messages.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from lxml import etree

from idp.saml import names
from idp.saml.documents import parsing
from idp.saml.documents.elements import Element, element, instant, new_id
from idp.saml.documents.parsing import Document, child, text_of
from idp.saml.documents.schemas import Schema, validate
from idp.saml.errors import (
    MisshapenSignature,
    StaleRequest,
    UnknownServiceProvider,
    UnreadableRequest,
    WrongDestination,
    quoted,
)
from idp.saml.received_message import Message, ReceivedMessage
from idp.saml.signatures.verifying import believe
from idp.saml.trust import SpTrust
from idp.values import value

LONGEST_ID = 256

_SAML = f"{{{names.ASSERTION}}}"
_SAMLP = f"{{{names.PROTOCOL}}}"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII)

Parsed = TypeVar("Parsed")


@value
class Head:
    """The attributes of a message's root element. They are not trusted yet."""

    id: str
    issuer: str
    issue_instant: datetime
    destination: str | None


class Addressed(Protocol):
    """Any message as `check_head` sees it."""

    @property
    def issuer(self) -> str:
        """The claimed sender."""

    @property
    def issue_instant(self) -> datetime:
        """The claimed time of issue."""

    @property
    def destination(self) -> str | None:
        """The claimed destination."""


def read_head(root: etree._Element, name: str) -> Head:
    """Read the head of a schema-valid message 2.0 of that name.

    Raises UnreadableRequest, and StaleRequest if its instant is not in UTC with Z.
    """
    if root.tag != f"{_SAMLP}{name}" or root.get("Version") != "2.0":
        raise UnreadableRequest(f"wanted {name} 2.0, saw {quoted(root.tag)} {quoted(root.get('Version'))}")
    validate(root, Schema.PROTOCOL)
    return Head(_id(root), _issuer(root), read_instant(root, "IssueInstant"), root.get("Destination"))


def read_instant(root: etree._Element, name: str) -> datetime:
    """Read an instant in UTC with Z, fractions of a second allowed (Core 1.3.3). Raises StaleRequest."""
    text = root.get(name, "")
    if not _INSTANT.fullmatch(text):
        raise StaleRequest(f"wanted {name} in UTC with Z, saw {quoted(text)}")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise StaleRequest(f"wanted {name} of the calendar, saw {quoted(text)}") from error


def read_believed(
    received: ReceivedMessage,
    parsed: Parsed,
    trust: SpTrust,
    read: Callable[[etree._Element], Parsed],
    *,
    message: Message,
    document: Document | None = None,
) -> tuple[Parsed, bool]:
    """Judge the signature, `read` again what it covers, and return that, and whether a registered key made it.

    `document` is what was parsed. If it came so, it is not taken apart again; nor is it read again, unless there is a
    signature inside.
    Raises UnreadableRequest if it came as another kind of message, BadSignature or one of its kinds, and
    MisshapenSignature if what was parsed before is not what was signed.
    """
    if received.message is not message:
        raise UnreadableRequest(f"wanted it in {message}, saw it in {received.message}")
    as_read = document is not None and document.octets is received.xml
    root = document.root if document and as_read else parsing.parse(received.xml)
    believed = believe(received, root, trust)
    if as_read and believed.root is root:
        return parsed, believed.signed
    again = read(believed.root)
    if again != parsed:
        raise MisshapenSignature("wanted the signed content to be the content read, saw a difference")
    return again, believed.signed


def check_head(head: Addressed, trust: SpTrust, *, url: str, signed: bool, now: datetime, skew: timedelta) -> None:
    """Check who sent a message, to which address (none is fine if unsigned), and when; exactly `skew` passes.

    Raises UnknownServiceProvider, WrongDestination or StaleRequest.
    """
    if head.issuer != trust.entity_id:
        raise UnknownServiceProvider(f"wanted the issuer {quoted(trust.entity_id)}, saw {quoted(head.issuer)}")
    if head.destination != url and (signed or head.destination is not None):
        raise WrongDestination(f"wanted {quoted(url)}, saw {quoted(head.destination)}")
    if abs(now - head.issue_instant) > skew:
        raise StaleRequest(f"wanted an IssueInstant within {skew} of {now}, saw {head.issue_instant}")


def build_message(
    name: str,
    *parts: Element,
    issuer: str,
    destination: str,
    now: datetime,
    attributes: Mapping[str, str | None] | None = None,
) -> Element:
    """Build an unsigned message with a fresh ID, the Issuer in front of its parts.

    Raises ValueError for text that XML cannot hold, or an Issuer that is empty or padded.
    """
    head = {"ID": new_id(), "Version": "2.0", "IssueInstant": instant(now), "Destination": destination}
    sender = element("saml:Issuer", text=whole(issuer))
    return element(f"samlp:{name}", {**head, **(attributes or {})}, sender, *parts)


def whole(value: str) -> str:
    """Return a value that peers compare exactly. Raises ValueError if it is empty or padded with white space."""
    if not value or value != value.strip():
        raise ValueError(f"empty or padded with white space: {value!r}")
    return value


def _id(root: etree._Element) -> str:
    value = root.get("ID", "")
    if not 0 < len(value) <= LONGEST_ID or value != value.strip():
        raise UnreadableRequest(f"wanted an ID of 1 to {LONGEST_ID} characters, saw {quoted(value)}")
    return value


def _issuer(root: etree._Element) -> str:
    issuer = child(root, f"{_SAML}Issuer")
    if issuer is None or not text_of(issuer):
        raise UnreadableRequest("wanted an Issuer, saw none")
    if issuer.get("Format", names.ENTITY) != names.ENTITY:
        raise UnreadableRequest(f"wanted an entity as Issuer, saw {quoted(issuer.get('Format'))}")
    return text_of(issuer)
