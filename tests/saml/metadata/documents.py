"""Metadata of service providers, written by us in the shapes that eight products give theirs."""

import base64

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml import XMLSigner
from signxml.algorithms import CanonicalizationMethod

from idp.saml import names
from tests.saml.keys import a_pair

ENTITY = "https://app.example.org/saml"
ACS = "https://app.example.org/saml/acs"
SLO = "https://app.example.org/saml/slo"
POST, REDIRECT = names.HTTP_POST, names.HTTP_REDIRECT
DS = names.SIGNATURE
CBC, RSA_15 = "http://www.w3.org/2001/04/xmlenc#aes256-cbc", "http://www.w3.org/2001/04/xmlenc#rsa-1_5"


def bare(name):
    """A certificate as metadata holds it, in lines."""
    certificate = x509.load_pem_x509_certificate(a_pair(name).certificate.encode())
    return base64.encodebytes(certificate.public_bytes(Encoding.DER)).decode()


def key(name="sp", use=None, inner="", prefix="md"):
    used = f' use="{use}"' if use else ""
    return (
        f'<{prefix}:KeyDescriptor{used}><ds:KeyInfo xmlns:ds="{DS}"><ds:X509Data><ds:X509Certificate>{bare(name)}'
        f"</ds:X509Certificate></ds:X509Data></ds:KeyInfo>{inner}</{prefix}:KeyDescriptor>"
    )


def methods(*algorithms):
    return "".join(f'<md:EncryptionMethod Algorithm="{it}"/>' for it in algorithms)


def takes(*, signing=(), digests=()):
    """The extension for algorithm support."""
    alg = f'xmlns:alg="{names.METADATA_ALGORITHMS}"'
    inner = "".join(f'<alg:DigestMethod {alg} Algorithm="{it}"/>' for it in digests)
    inner += "".join(f'<alg:SigningMethod {alg} Algorithm="{it}"/>' for it in signing)
    return f"<md:Extensions>{inner}</md:Extensions>"


def acs(url=ACS, index=0, default=""):
    return f'<md:AssertionConsumerService Binding="{POST}" Location="{url}" index="{index}"{default}/>'


def an_entity(inner="", *, role="", entity="", root="", entity_id=ENTITY):
    """An EntityDescriptor; with nothing more said it has one ACS and no keys."""
    inner = inner if "AssertionConsumerService" in inner else inner + acs()
    return (
        f'<md:EntityDescriptor xmlns:md="{names.METADATA}" entityID="{entity_id}" {root}>{entity}'
        f'<md:SPSSODescriptor protocolSupportEnumeration="{names.PROTOCOL}" {role}>{inner}'
        "</md:SPSSODescriptor></md:EntityDescriptor>"
    ).encode()


def signed(xml, pair=None, **options):
    """Sign a document over its root, by other means than our code; the signature stands in front."""
    pair = pair or a_pair("publisher")
    root = etree.fromstring(xml)
    if root.get("ID") is None:
        root.set("ID", "_document")
    root.insert(0, etree.Element(f"{{{DS}}}Signature", {"Id": "placeholder"}, nsmap={"ds": DS}))
    exclusive = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    signer = XMLSigner(**{"c14n_algorithm": exclusive, "signature_algorithm": "rsa-sha256", **options})
    done = signer.sign(root, key=pair.private, cert=pair.certificate, reference_uri=root.get("ID"), id_attribute="ID")
    return etree.tostring(done)


def _mellon():
    return f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<EntityDescriptor entityID="{ENTITY}" xmlns="{names.METADATA}" xmlns:ds="{DS}">
 <SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true"
   protocolSupportEnumeration="{names.PROTOCOL}">
   <KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{bare("sp")}</ds:X509Certificate>
   </ds:X509Data></ds:KeyInfo></KeyDescriptor>
   <KeyDescriptor use="encryption"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{bare("sp")}</ds:X509Certificate>
   </ds:X509Data></ds:KeyInfo></KeyDescriptor>
   <SingleLogoutService Binding="{names.SOAP}" Location="{SLO}"/>
   <SingleLogoutService Binding="{REDIRECT}" Location="{SLO}"/>
   <NameIDFormat>{names.TRANSIENT}</NameIDFormat>
   <AssertionConsumerService index="0" isDefault="true" Binding="{POST}" Location="{ACS}"/>
   <AssertionConsumerService index="1" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact"
     Location="{ACS}/artifact"/>
   <AssertionConsumerService index="2" Binding="urn:oasis:names:tc:SAML:2.0:bindings:PAOS" Location="{ACS}/paos"/>
 </SPSSODescriptor>
</EntityDescriptor>"""


def _shibboleth():
    algorithms = takes(
        signing=(names.ECDSA_SHA512, names.RSA_SHA512, names.RSA_SHA256, "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        digests=(names.SHA512, names.SHA256, "http://www.w3.org/2000/09/xmldsig#sha1"),
    )
    role = (
        '<md:Extensions><init:RequestInitiator xmlns:init="urn:oasis:names:tc:SAML:profiles:SSO:request-init" '
        f'Binding="urn:oasis:names:tc:SAML:profiles:SSO:request-init" Location="{ENTITY}/Login"/></md:Extensions>'
        + key(inner=methods(names.AES256_GCM, CBC, names.RSA_OAEP, names.RSA_OAEP_MGF1P, RSA_15))
        + f'<md:SingleLogoutService Binding="{REDIRECT}" Location="{SLO}"/>'
        + acs(f"{ACS}/POST", 1)
        + f'<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST-SimpleSign" '
        f'Location="{ACS}/SimpleSign" index="2"/>'
    )
    supported = f"{names.PROTOCOL} urn:oasis:names:tc:SAML:1.1:protocol"
    return an_entity(role, entity=algorithms, root='ID="_0f"').decode().replace(f'"{names.PROTOCOL}"', f'"{supported}"')


def _pysaml2():
    ui = (
        f'<ns0:Extensions><ns1:UIInfo xmlns:ns1="{names.METADATA_UI}"><ns1:DisplayName xml:lang="sv">Appen'
        '</ns1:DisplayName><ns1:DisplayName xml:lang="en">The\n  App</ns1:DisplayName></ns1:UIInfo></ns0:Extensions>'
    )
    return f"""<ns0:EntityDescriptor xmlns:ns0="{names.METADATA}" entityID="{ENTITY}"><ns0:Extensions>
<ns2:EntityAttributes xmlns:ns2="urn:oasis:names:tc:SAML:metadata:attribute"><ns3:Attribute
 xmlns:ns3="{names.ASSERTION}" Name="http://macedir.org/entity-category"><ns3:AttributeValue>x</ns3:AttributeValue>
</ns3:Attribute></ns2:EntityAttributes></ns0:Extensions><ns0:SPSSODescriptor AuthnRequestsSigned="1"
 WantAssertionsSigned="1" protocolSupportEnumeration="{names.PROTOCOL}">{ui}{key(use="signing", prefix="ns0")}
<ns0:NameIDFormat>{names.PERSISTENT}</ns0:NameIDFormat><ns0:AssertionConsumerService Binding="{POST}"
 Location="{ACS}" index="1"/><ns0:AttributeConsumingService index="1">
<ns0:ServiceName xml:lang="en">App</ns0:ServiceName>
<ns0:RequestedAttribute Name="mail" isRequired="true"/></ns0:AttributeConsumingService></ns0:SPSSODescriptor>
</ns0:EntityDescriptor>"""


def _node_saml():
    return (
        f'<?xml version="1.0"?><EntityDescriptor xmlns="{names.METADATA}" xmlns:ds="{DS}" entityID="{ENTITY}" '
        f'ID="https___app_example_org"><SPSSODescriptor protocolSupportEnumeration="{names.PROTOCOL}">'
        f'<KeyDescriptor use="encryption"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{bare("sp")}'
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        f'<EncryptionMethod Algorithm="{names.AES256_GCM}"/><EncryptionMethod Algorithm="{names.AES128_GCM}"/>'
        f'<EncryptionMethod Algorithm="{CBC}"/></KeyDescriptor><SingleLogoutService Binding="{POST}" '
        f'Location="{SLO}"/><NameIDFormat>{names.EMAIL_ADDRESS}</NameIDFormat><AssertionConsumerService index="1" '
        f'isDefault="true" Binding="{POST}" Location="{ACS}"/></SPSSODescriptor></EntityDescriptor>'
    )


def _samlify():
    """Wrong order: the ACS before keys and formats."""
    return (
        f'<EntityDescriptor entityID="{ENTITY}" xmlns="{names.METADATA}" xmlns:assertion="{names.ASSERTION}">'
        f'<SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" '
        f'protocolSupportEnumeration="{names.PROTOCOL}"><AssertionConsumerService isDefault="true" index="0" '
        f'Binding="{POST}" Location="{ACS}"></AssertionConsumerService><NameIDFormat>{names.EMAIL_ADDRESS}'
        f'</NameIDFormat><KeyDescriptor use="signing"><KeyInfo xmlns="{DS}"><X509Data><X509Certificate>{bare("sp")}'
        "</X509Certificate></X509Data></KeyInfo></KeyDescriptor></SPSSODescriptor></EntityDescriptor>"
    )


def _simplesamlphp():
    people = (
        '<md:Organization><md:OrganizationName xml:lang="en">app</md:OrganizationName><md:OrganizationDisplayName '
        'xml:lang="en">The App</md:OrganizationDisplayName><md:OrganizationURL xml:lang="en">https://app.example.org'
        '</md:OrganizationURL></md:Organization><md:ContactPerson contactType="technical">'
        "<md:GivenName>A</md:GivenName><md:EmailAddress>mailto:a@example.org</md:EmailAddress></md:ContactPerson>"
    )
    inner = key("sp", "signing") + key("next", "signing") + key("sp", "encryption")
    inner += f'<md:SingleLogoutService Binding="{REDIRECT}" Location="{SLO}"/>' + acs()
    inner += acs(f"{ACS}", 2)  # the same address once more
    whole = an_entity(inner, root='validUntil="2026-12-21T09:00:00.000Z" cacheDuration="PT604800S"').decode()
    return whole.replace("</md:EntityDescriptor>", f"{people}</md:EntityDescriptor>")


def _ruby_saml():
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<md:EntityDescriptor ID='_b7' entityID='{ENTITY}' xmlns:md='{names.METADATA}' xmlns:saml='{names.ASSERTION}'>
  <md:SPSSODescriptor AuthnRequestsSigned='true' WantAssertionsSigned='false'
    protocolSupportEnumeration='{names.PROTOCOL}'>{key(use="signing")}{key(use="encryption")}
    <md:NameIDFormat>{names.UNSPECIFIED}</md:NameIDFormat>
    <md:AssertionConsumerService Binding='{POST}' Location='{ACS}' index='0' isDefault='true'/>
  </md:SPSSODescriptor>
</md:EntityDescriptor>"""


def _adfs():
    """A signed document of several roles; the signature is of no interest unless a key is registered."""
    federation = (
        '<RoleDescriptor xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:fed='
        '"http://docs.oasis-open.org/wsfed/federation/200706" xsi:type="fed:ApplicationServiceType" '
        'protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706"><fed:TokenTypesOffered>'
        '<fed:TokenType Uri="urn:oasis:names:tc:SAML:2.0:assertion"/></fed:TokenTypesOffered></RoleDescriptor>'
    )
    sp = (
        f'<SPSSODescriptor WantAssertionsSigned="true" protocolSupportEnumeration="{names.PROTOCOL}">'
        f'<KeyDescriptor use="encryption"><KeyInfo xmlns="{DS}"><X509Data><X509Certificate>{bare("sp")}'
        "</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
        f'<SingleLogoutService Binding="{REDIRECT}" Location="{SLO}"/><NameIDFormat>{names.PERSISTENT}</NameIDFormat>'
        f'<AssertionConsumerService Binding="{POST}" Location="{ACS}" index="0" isDefault="true"/></SPSSODescriptor>'
    )
    idp = f'<IDPSSODescriptor protocolSupportEnumeration="{names.PROTOCOL}"><SingleSignOnService Binding="{POST}" '
    idp += f'Location="{ENTITY}"/></IDPSSODescriptor>'
    root = f'<EntityDescriptor ID="_6e" entityID="{ENTITY}" xmlns="{names.METADATA}">{federation}{sp}{idp}'
    return signed(f"{root}</EntityDescriptor>".encode()).decode()


PRODUCTS = {
    "mellon": _mellon,
    "Shibboleth": _shibboleth,
    "pysaml2": _pysaml2,
    "node-saml": _node_saml,
    "samlify": _samlify,
    "SimpleSAMLphp": _simplesamlphp,
    "ruby-saml": _ruby_saml,
    "ADFS": _adfs,
}


def of_product(name):
    return PRODUCTS[name]().encode()
