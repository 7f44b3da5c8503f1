"""The IdP's own metadata, built from settings (Metadata 2.4.3, in the schema's order)."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from idp.saml import names
from idp.saml.elements import element, instant, new_id
from idp.saml.metadata.theirs import AcsDescription, Endpoint, SpDescription, read
from idp.saml.signing import SamlKey, sign_in_front

__all__ = ["AcsDescription", "Contact", "Endpoint", "IdpDescription", "SpDescription", "build", "build_signed", "read"]

_MD = f"{{{names.METADATA}}}"
_DS = f"{{{names.SIGNATURE}}}"
_UI = f"{{{names.METADATA_UI}}}"
_ALG = f"{{{names.METADATA_ALGORITHMS}}}"
_LANG = f"{{{names.XML}}}lang"
_PREFIXES = {"md": names.METADATA}
_ROLE_PREFIXES = {"mdui": names.METADATA_UI, "alg": names.METADATA_ALGORITHMS}


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a service provider's operators may write to."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class IdpDescription:
    """What is published. `certificates` are PEM: the active one first, then the next."""

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


def build(idp: IdpDescription) -> bytes:
    """Build the metadata document, unsigned. Raises ValueError for text that XML cannot hold."""
    return _written(_root(idp))


def build_signed(idp: IdpDescription, key: SamlKey, valid_until: datetime) -> bytes:
    """Build the metadata document with a last instant, signed over its root (Metadata 2.3.2, 3.1)."""
    return _written(sign_in_front(_root(idp, ID=new_id(), validUntil=instant(valid_until)), key))


def _root(idp: IdpDescription, **attributes: str) -> etree._Element:
    parts = [_role(idp), _organization(idp)]
    if idp.technical_contact is not None:
        parts.append(_contact(idp.technical_contact))
    root = element(f"{_MD}EntityDescriptor", {"entityID": idp.entity_id, **attributes}, *parts, nsmap=_PREFIXES)
    etree.indent(root)
    return root


def _written(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _role(idp: IdpDescription) -> etree._Element:
    parts = [_extensions(idp), *map(_key, idp.certificates)]
    if idp.slo_url is not None:
        parts += _endpoints("SingleLogoutService", idp.slo_url)
    parts += [element(f"{_MD}NameIDFormat", text=it) for it in idp.name_id_formats]
    parts += _endpoints("SingleSignOnService", idp.sso_url)
    attributes = {
        "protocolSupportEnumeration": names.PROTOCOL,
        "errorURL": idp.error_url,
        "WantAuthnRequestsSigned": "false",
    }
    return element(f"{_MD}IDPSSODescriptor", attributes, *parts, nsmap=_PREFIXES | _ROLE_PREFIXES)


def _extensions(idp: IdpDescription) -> etree._Element:
    digests = [element(f"{_ALG}DigestMethod", {"Algorithm": it}) for it in sorted(names.DIGEST_ALGORITHMS)]
    methods = [element(f"{_ALG}SigningMethod", {"Algorithm": it}) for it in sorted(names.SIGNATURE_ALGORITHMS)]
    shown = [element(f"{_UI}DisplayName", {_LANG: "en"}, text=idp.name)]
    if idp.logo_url is not None:
        shown.append(element(f"{_UI}Logo", {"width": "64", "height": "64"}, text=idp.logo_url))
    return element(f"{_MD}Extensions", None, *digests, *methods, element(f"{_UI}UIInfo", None, *shown))


def _key(certificate: str) -> etree._Element:
    der = x509.load_pem_x509_certificate(certificate.encode())
    lines = der.public_bytes(Encoding.PEM).decode().splitlines()[1:-1]
    data = element(f"{_DS}X509Data", None, element(f"{_DS}X509Certificate", text="".join(lines)))
    key_info = element(f"{_DS}KeyInfo", None, data, nsmap={"ds": names.SIGNATURE})
    return element(f"{_MD}KeyDescriptor", {"use": "signing"}, key_info)


def _endpoints(name: str, url: str) -> list[etree._Element]:
    bindings = (names.HTTP_REDIRECT, names.HTTP_POST)
    return [element(f"{_MD}{name}", {"Binding": it, "Location": url}) for it in bindings]


def _organization(idp: IdpDescription) -> etree._Element:
    told = {"OrganizationName": idp.name, "OrganizationDisplayName": idp.name, "OrganizationURL": idp.url}
    parts = (element(f"{_MD}{tag}", {_LANG: "en"}, text=text) for tag, text in told.items())
    return element(f"{_MD}Organization", None, *parts)


def _contact(contact: Contact) -> etree._Element:
    return element(
        f"{_MD}ContactPerson",
        {"contactType": "technical"},
        element(f"{_MD}GivenName", text=contact.name),
        element(f"{_MD}EmailAddress", text=f"mailto:{contact.email}"),
    )
