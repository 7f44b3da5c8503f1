"""Builds Latchkey's own metadata (Metadata 2.4.3, in the order of the schema)."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography import x509
from lxml import etree

from idp.saml import names
from idp.saml.documents import elements
from idp.saml.documents.elements import Element, element, instant, new_id
from idp.saml.signatures.signing import SamlKey, key_info, sign_in_front

_PREFIXES = {it: elements.PREFIXES[it] for it in ("md", "mdui", "alg", "ds")}


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact for the operators of service providers."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class IdpDescription:
    """What the metadata says. `certificates` are PEM: the active one first, then the next."""

    entity_id: str
    sso_url: str
    certificates: tuple[str, ...]
    name: str
    url: str
    name_id_formats: tuple[str, ...]
    error_url: str | None = None
    logo_url: str | None = None
    slo_url: str | None = None
    technical_contact: Contact | None = None


@lru_cache(maxsize=4)
def build(idp: IdpDescription) -> bytes:
    """Build the unsigned metadata document, indented for people to read. The result is cached.

    Raises ValueError for text that XML cannot hold.
    """
    root = etree.fromstring(_root(idp).octets())
    etree.cleanup_namespaces(root, top_nsmap=_PREFIXES)
    etree.indent(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def build_signed(idp: IdpDescription, key: SamlKey, valid_until: datetime) -> bytes:
    """Build the metadata document with an expiry, and sign its root (Metadata 2.3.2, 3.1)."""
    return sign_in_front(_root(idp, ID=new_id(), validUntil=instant(valid_until)), key).octets()


def _root(idp: IdpDescription, **attributes: str) -> Element:
    parts = [_role(idp), _organization(idp)]
    if idp.technical_contact is not None:
        parts.append(_contact(idp.technical_contact))
    return element("md:EntityDescriptor", {"entityID": idp.entity_id, **attributes}, *parts)


def _role(idp: IdpDescription) -> Element:
    parts = [_extensions(idp), *map(_key, idp.certificates)]
    if idp.slo_url is not None:
        parts += _endpoints("SingleLogoutService", idp.slo_url)
    parts += [element("md:NameIDFormat", text=it) for it in idp.name_id_formats]
    parts += _endpoints("SingleSignOnService", idp.sso_url)
    attributes = {
        "protocolSupportEnumeration": names.PROTOCOL,
        "errorURL": idp.error_url,
        "WantAuthnRequestsSigned": "false",
    }
    return element("md:IDPSSODescriptor", attributes, *parts)


def _extensions(idp: IdpDescription) -> Element:
    digests = [element("alg:DigestMethod", {"Algorithm": it}) for it in sorted(names.DIGEST_ALGORITHMS)]
    methods = [element("alg:SigningMethod", {"Algorithm": it}) for it in sorted(names.SIGNATURE_ALGORITHMS)]
    shown = [element("mdui:DisplayName", {"xml:lang": "en"}, text=idp.name)]
    if idp.logo_url is not None:
        shown.append(element("mdui:Logo", {"width": "64", "height": "64"}, text=idp.logo_url))
    return element("md:Extensions", None, *digests, *methods, element("mdui:UIInfo", None, *shown))


def _key(certificate: str) -> Element:
    return element(
        "md:KeyDescriptor", {"use": "signing"}, key_info(x509.load_pem_x509_certificate(certificate.encode()))
    )


def _endpoints(name: str, url: str) -> list[Element]:
    bindings = (names.HTTP_REDIRECT, names.HTTP_POST)
    return [element(f"md:{name}", {"Binding": it, "Location": url}) for it in bindings]


def _organization(idp: IdpDescription) -> Element:
    texts = {"OrganizationName": idp.name, "OrganizationDisplayName": idp.name, "OrganizationURL": idp.url}
    parts = (element(f"md:{tag}", {"xml:lang": "en"}, text=text) for tag, text in texts.items())
    return element("md:Organization", None, *parts)


def _contact(contact: Contact) -> Element:
    return element(
        "md:ContactPerson",
        {"contactType": "technical"},
        element("md:GivenName", text=contact.name),
        element("md:EmailAddress", text=f"mailto:{contact.email}"),
    )
