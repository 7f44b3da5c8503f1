"""Reads a service provider's metadata (Metadata 2.4.4).

Some products write elements in the wrong order, so the document is not validated against the schema. Each field is read
by its path from the root, and checked by itself.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lxml import etree

from idp.outgoing.addresses import address_fault
from idp.saml import names
from idp.saml.documents import parsing
from idp.saml.documents.parsing import XML_SPACE, boolean, text_of
from idp.saml.encryption import KeyTransport
from idp.saml.errors import UnreadableMetadata, UnreadableRequest, quoted
from idp.saml.metadata import algorithms as metadata_algorithms
from idp.saml.metadata import keys as metadata_keys

MAX_METADATA = 256 * 1024
LONGEST_ENTITY_ID = 1024
LARGEST_INDEX = 0xFFFF
LONGEST_NAME = 100

_INDEX = re.compile(r"\d{1,5}", re.ASCII)
_MD = f"{{{names.METADATA}}}"
_UI = f"{{{names.METADATA_UI}}}"
_LANG = f"{{{names.XML}}}lang"


@dataclass(frozen=True, slots=True)
class AcsDescription:
    """An ACS that takes Responses by POST. Exactly one of a service provider's is the default."""

    url: str
    index: int | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A logout address and its binding. Answers go to `response_location`, if there is one."""

    binding: str
    location: str
    response_location: str | None = None


@dataclass(frozen=True, slots=True)
class SpDescription:
    """What a service provider says about itself. Certificates are PEM. None of it is authenticated.

    Algorithms are those of ours that it accepts, in our order, or None if it does not say. `objections` are sentences
    about what it asks for but cannot have.
    """

    entity_id: str
    acs: tuple[AcsDescription, ...]
    signing_certificates: tuple[str, ...]
    encryption_certificates: tuple[str, ...]
    authn_requests_signed: bool
    want_assertions_signed: bool
    name_id_formats: tuple[str, ...]
    slo: tuple[Endpoint, ...]
    valid_until: datetime | None
    display_name: str = ""
    signature_algorithms: tuple[str, ...] | None = None
    encryption_algorithms: tuple[str, ...] | None = None
    key_transports: tuple[KeyTransport, ...] | None = None
    objections: tuple[str, ...] = ()


def read(xml: bytes) -> SpDescription:
    """Read an EntityDescriptor with an SPSSODescriptor for SAML 2.0, or the only one in an aggregate.

    Raises UnreadableMetadata, also for an ACS that `address_fault` rejects.
    """
    return describe(parse(xml))


def parse(xml: bytes) -> etree._Element:
    """Parse a metadata document and return its root. Raises UnreadableMetadata."""
    try:
        return parsing.parse(xml, limit=MAX_METADATA)
    except UnreadableRequest as error:
        raise UnreadableMetadata(error.detail) from error


def describe(root: etree._Element) -> SpDescription:
    """Read what a parsed document says. Raises UnreadableMetadata."""
    try:
        return _describe(root)
    except UnreadableRequest as error:
        raise UnreadableMetadata(error.detail) from error


def _describe(root: etree._Element) -> SpDescription:
    entity = _entity(root)
    role = _role(entity)
    if role is None:
        raise UnreadableMetadata("wanted an SPSSODescriptor for SAML 2.0, saw none")
    encryption = metadata_keys.for_encryption(role)
    return SpDescription(
        entity_id=_entity_id(entity),
        acs=_acs(role),
        signing_certificates=metadata_keys.for_signing(role),
        encryption_certificates=encryption.certificates,
        authn_requests_signed=boolean(role, "AuthnRequestsSigned"),
        want_assertions_signed=boolean(role, "WantAssertionsSigned"),
        name_id_formats=tuple(text_of(it).strip(XML_SPACE) for it in role.findall(f"{_MD}NameIDFormat")),
        slo=tuple(_slo(it) for it in role.findall(f"{_MD}SingleLogoutService")),
        valid_until=min(filter(None, map(_valid_until, {root, entity, role})), default=None),
        display_name=_display_name(entity, role),
        signature_algorithms=_signature_algorithms(entity, role),
        encryption_algorithms=encryption.by.ciphers,
        key_transports=encryption.by.transports,
        objections=encryption.objections,
    )


def _entity(root: etree._Element) -> etree._Element:
    """Return the entity a document is about. An aggregate is read only if it holds one service provider."""
    if root.tag == f"{_MD}EntityDescriptor":
        return root
    if root.tag != f"{_MD}EntitiesDescriptor":
        raise UnreadableMetadata(f"wanted an EntityDescriptor, saw {quoted(root.tag)}")
    found = [it for it in root.iter(f"{_MD}EntityDescriptor") if _role(it) is not None]
    if len(found) != 1 or found[0].getparent() is not root:
        raise UnreadableMetadata(
            f"it is an aggregate with {len(found)} service providers; wanted the EntityDescriptor of a single one"
        )
    return found[0]


def _role(entity: etree._Element) -> etree._Element | None:
    for role in entity.findall(f"{_MD}SPSSODescriptor"):
        if names.PROTOCOL in role.get("protocolSupportEnumeration", "").split():
            return role
    return None


def _entity_id(entity: etree._Element) -> str:
    entity_id = entity.get("entityID", "")
    if not 0 < len(entity_id) <= LONGEST_ENTITY_ID or entity_id != entity_id.strip():
        raise UnreadableMetadata(f"wanted an entityID of 1 to {LONGEST_ENTITY_ID}, saw {quoted(entity_id)}")
    return entity_id


def _acs(role: etree._Element) -> tuple[AcsDescription, ...]:
    services = [
        it
        for it in role.findall(f"{_MD}AssertionConsumerService")
        if it.get("Binding", "").strip(XML_SPACE) == names.HTTP_POST
    ]
    if not services:
        raise UnreadableMetadata("wanted an AssertionConsumerService by HTTP-POST, saw none")
    found = [AcsDescription(_location(it, "Location"), _index(it)) for it in services]
    default = found[services.index(_default(services))].url
    once: dict[str, AcsDescription] = {}
    for it in found:  # of an address that occurs twice, the first one counts
        once.setdefault(it.url, it)
    return tuple(replace(it, is_default=url == default) for url, it in once.items())


def _default(services: list[etree._Element]) -> etree._Element:
    """Return the first marked as default, else the first not marked as non-default, else the first (Metadata 2.2.3)."""
    for service in services:
        if boolean(service, "isDefault"):
            return service
    unmarked = (it for it in services if it.get("isDefault") is None)
    return next(unmarked, services[0])


def _index(service: etree._Element) -> int | None:
    text = service.get("index", "").strip(XML_SPACE)
    if not text:
        return None
    if not _INDEX.fullmatch(text) or int(text) > LARGEST_INDEX:
        raise UnreadableMetadata(f"wanted an index from 0 to 65535, saw {quoted(text)}")
    return int(text)


def _location(service: etree._Element, name: str) -> str:
    url = service.get(name, "").strip(XML_SPACE)
    if fault := address_fault(url):
        raise UnreadableMetadata(f"wanted an address to send to, saw {quoted(url)}: {fault}")
    return url


def _slo(service: etree._Element) -> Endpoint:
    answers = _location(service, "ResponseLocation") if service.get("ResponseLocation") else None
    return Endpoint(service.get("Binding", "").strip(XML_SPACE), _location(service, "Location"), answers)


def _signature_algorithms(entity: etree._Element, role: etree._Element) -> tuple[str, ...] | None:
    wanted = metadata_algorithms.wanted(entity, role)
    if wanted.ours == ():
        algorithms = ", ".join(wanted.signatures + wanted.digests)
        raise UnreadableMetadata(f"it takes only signatures that are not made here: {quoted(algorithms)}")
    return wanted.ours


def _display_name(entity: etree._Element, role: etree._Element) -> str:
    """The name for people, in English if there is one ("Metadata Extensions for Login and Discovery" 2.1.2)."""
    shown = role.findall(f"{_MD}Extensions/{_UI}UIInfo/{_UI}DisplayName")
    shown += entity.findall(f"{_MD}Organization/{_MD}OrganizationDisplayName")
    texts = [(it.get(_LANG, ""), " ".join("".join(it.itertext()).split())) for it in shown]
    named = [(language, text) for language, text in texts if text]
    english = (text for language, text in named if language.lower().startswith("en"))
    return next(english, named[0][1] if named else "")[:LONGEST_NAME]


def _valid_until(element: etree._Element) -> datetime | None:
    """Return the last instant of an element, in UTC."""
    text = element.get("validUntil", "").strip(XML_SPACE)
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableMetadata(f"wanted an instant in validUntil, saw {quoted(text)}") from error
