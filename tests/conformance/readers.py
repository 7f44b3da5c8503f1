"""Readers of sent messages that share no code with what built them: python3-saml, signxml, xmlsec, `cryptography`."""

import base64

import requests
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from signxml import XMLVerifier
from signxml.exceptions import InvalidSignature
from signxml.verifier import SignatureConfiguration

from idp.saml import names
from tests.pretend_service import BASE_URL

PREFIXES = {
    "md": names.METADATA,
    "saml": names.ASSERTION,
    "samlp": names.PROTOCOL,
    "ds": names.SIGNATURE,
    "xenc": names.ENCRYPTION,
}


def found(root, path):
    return root.xpath(path, namespaces=PREFIXES)


def posted(page):
    """Return the Response that a page is about to post, as it is on the wire."""
    form = page.form_with("SAMLResponse")
    assert form is not None, f"no Response on: {page.status} {page.text}"
    return base64.b64decode(form.fields["SAMLResponse"])


def our_metadata(**query):
    with requests.Session() as http:
        http.trust_env = False
        return http.get(f"{BASE_URL}/saml/metadata", params=query, timeout=30).content


def our_certificates():
    """The certificates in our metadata, in its order."""
    held = etree.fromstring(our_metadata()).iter(f"{{{names.SIGNATURE}}}X509Certificate")
    return [x509.load_der_x509_certificate(base64.b64decode(it.text)) for it in held]


def strictly_read(page, peer, **security):
    """Read a Response as python3-saml does at its strictest, with our metadata as all it knows of us."""
    octets = posted(page)
    response = OneLogin_Saml2_Response(_settings(peer, security), base64.b64encode(octets))
    host, _, path = peer.acs.removeprefix("https://").partition("/")
    received = {"https": "on", "http_host": host, "script_name": f"/{path}", "get_data": {}, "post_data": {}}
    response.is_valid(received, etree.fromstring(octets).get("InResponseTo"), raise_exceptions=True)
    return response


def _settings(peer, security):
    wanted = {"wantMessagesSigned": True, "wantAssertionsSigned": True, "wantAttributeStatement": False, **security}
    return OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {
                "entityId": peer.entity_id,
                "assertionConsumerService": {"url": peer.acs},
                "x509cert": peer.pair.certificate,
                "privateKey": peer.pair.private_pem,
            },
            "idp": OneLogin_Saml2_IdPMetadataParser.parse(our_metadata())["idp"],
            "security": {"rejectDeprecatedAlgorithm": True, "requestedAuthnContext": False, **wanted},
        }
    )


def signed_by(certificate, octets, path="."):
    """Have signxml check the signature of the element at that path, and return what it covers, or None."""
    (element,) = found(etree.fromstring(octets), path)
    if element.find(f"{{{names.SIGNATURE}}}Signature") is None:
        return None
    config = SignatureConfiguration(location="./", verification_time=certificate.not_valid_before_utc)
    try:
        read = XMLVerifier().verify(element, x509_cert=certificate, id_attribute="ID", expect_config=config)
    except InvalidSignature:
        return None
    return read.signed_xml


def decrypted_by_xmlsec(octets, pair):
    """Return the Assertion that xmlsec finds in a Response with the service's private key."""
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(pair.private_pem, xmlsec.constants.KeyDataFormatPem))
    (data,) = found(etree.fromstring(octets), "saml:EncryptedAssertion/xenc:EncryptedData")
    return xmlsec.EncryptionContext(manager).decrypt(data)


def decrypted_by_the_book(octets, pair):
    """Decrypt as XML Encryption says: OAEP for the key, then 12 octets of IV before the text."""
    root = etree.fromstring(octets)
    wrapped, data = (base64.b64decode(it.text) for it in found(root, "//xenc:CipherValue"))
    (digest,) = found(root, "//xenc:EncryptedKey//ds:DigestMethod/@Algorithm")
    algorithm = hashes.SHA256() if digest == names.SHA256 else hashes.SHA1()
    key = pair.private.decrypt(wrapped, OAEP(MGF1(hashes.SHA1()), algorithm, None))
    return etree.fromstring(AESGCM(key).decrypt(data[:12], data[12:], None))
