"""Reading a service provider's metadata (Metadata 2.4.4).

Products write elements in the wrong order, so the schema is not held against them: each field is read by its
path from the root and judged by itself.
"""

import binascii
import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from idp.saml import documents, names
from idp.saml.documents import XML_SPACE, boolean, text_of
from idp.saml.errors import UnreadableMetadata, UnreadableRequest, quoted

MAX_METADATA = 256 * 1024
LONGEST_ENTITY_ID = 1024
LARGEST_INDEX = 0xFFFF

_INDEX = re.compile(r"\d{1,5}", re.ASCII)
_MD = f"{{{names.METADATA}}}"
_DS = f"{{{names.SIGNATURE}}}"


@dataclass(frozen=True, slots=True)
class AcsDescription:
    """An ACS that takes Responses by POST. Exactly one of a service provider's is the default."""

    url: str
    index: int | None = None
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where logout messages go, by which binding; answers elsewhere if `response_location` is given."""

    binding: str
    location: str
    response_location: str | None = None


@dataclass(frozen=True, slots=True)
class SpDescription:
    """What a service provider says of itself. Certificates are PEM; nothing here is authenticated."""

    entity_id: str
    acs: tuple[AcsDescription, ...]
    signing_certificates: tuple[str, ...]
    encryption_certificates: tuple[str, ...]
    authn_requests_signed: bool
    want_assertions_signed: bool
    name_id_formats: tuple[str, ...]
    slo: tuple[Endpoint, ...]
    valid_until: datetime | None


def read(xml: bytes) -> SpDescription:
    """Read an EntityDescriptor with an SPSSODescriptor for SAML 2.0.

    Raises UnreadableMetadata, also for an ACS whose address acs_fault objects to.
    """
    try:
        return _read(documents.parse(xml, limit=MAX_METADATA))
    except UnreadableRequest as error:
        raise UnreadableMetadata(error.detail) from error


def acs_fault(url: str) -> str:
    """Say why an address cannot be an ACS, or return an empty string.

    It must be https with a host; http only to this very machine. User names, fragments and white space are
    refused, as one address could be taken for another by them.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        return f"it is not a URL ({error})"
    if any(it <= " " or it in {"\x7f", "\\"} for it in url):
        return "it holds white space, a control character or a backslash"
    if parts.scheme not in {"https", "http"} or not host:
        return "it is not an https URL with a host"
    if parts.scheme == "http" and not _is_loopback(host):
        return "http is taken only to this very machine"
    if "@" in parts.netloc or "#" in url:
        return "it holds a user name or a fragment"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read(root: etree._Element) -> SpDescription:
    if root.tag != f"{_MD}EntityDescriptor":
        raise UnreadableMetadata(f"wanted an EntityDescriptor, saw {quoted(root.tag)}")
    role = _role(root)
    return SpDescription(
        entity_id=_entity_id(root),
        acs=_acs(role),
        signing_certificates=tuple(_certificates(role, "signing")),
        encryption_certificates=tuple(_certificates(role, "encryption")),
        authn_requests_signed=boolean(role, "AuthnRequestsSigned"),
        want_assertions_signed=boolean(role, "WantAssertionsSigned"),
        name_id_formats=tuple(text_of(it).strip(XML_SPACE) for it in role.findall(f"{_MD}NameIDFormat")),
        slo=tuple(_slo(it) for it in role.findall(f"{_MD}SingleLogoutService")),
        valid_until=min(filter(None, map(_valid_until, (root, role))), default=None),
    )


def _role(root: etree._Element) -> etree._Element:
    for role in root.findall(f"{_MD}SPSSODescriptor"):
        if names.PROTOCOL in role.get("protocolSupportEnumeration", "").split():
            return role
    raise UnreadableMetadata("wanted an SPSSODescriptor for SAML 2.0, saw none")


def _entity_id(root: etree._Element) -> str:
    entity_id = root.get("entityID", "")
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
    default = services.index(_default(services))
    return tuple(replace(it, is_default=at == default) for at, it in enumerate(found))


def _default(services: list[etree._Element]) -> etree._Element:
    """The first marked as default, else the first not marked as none, else the first (Metadata 2.2.3)."""
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
    if fault := acs_fault(url):
        raise UnreadableMetadata(f"wanted an address to send to, saw {quoted(url)}: {fault}")
    return url


def _slo(service: etree._Element) -> Endpoint:
    answers = _location(service, "ResponseLocation") if service.get("ResponseLocation") else None
    return Endpoint(service.get("Binding", "").strip(XML_SPACE), _location(service, "Location"), answers)


def _certificates(role: etree._Element, use: str) -> Iterator[str]:
    """Yield the certificates for a use, each once; a KeyDescriptor that names none serves both."""
    seen = set()
    for descriptor in role.findall(f"{_MD}KeyDescriptor"):
        if descriptor.get("use", use).strip(XML_SPACE) != use:
            continue
        for holder in descriptor.findall(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate"):
            pem = _pem(text_of(holder))
            if pem not in seen:
                seen.add(pem)
                yield pem


def _pem(text: str) -> str:
    try:
        der = binascii.a2b_base64("".join(text.split()), strict_mode=True)
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
    except (ValueError, x509.InvalidVersion) as error:
        raise UnreadableMetadata(f"wanted a certificate, but {error}") from error
    return certificate.public_bytes(Encoding.PEM).decode()


def _valid_until(element: etree._Element) -> datetime | None:
    text = element.get("validUntil", "").strip(XML_SPACE)
    if not text:
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableMetadata(f"wanted an instant in validUntil, saw {quoted(text)}") from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)
