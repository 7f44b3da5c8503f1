"""Checks what every measured product must deliver: Response and Assertion signed, RSA 2048 with SHA-256."""

import base64
import re

from cryptography import x509
from lxml import etree

PAGE = re.compile(r'name="SAMLResponse"\s+value="([^"]{1000,})"')
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
NAMES = {"ds": "http://www.w3.org/2000/09/xmldsig#", "saml": "urn:oasis:names:tc:SAML:2.0:assertion"}


def check(page, certificate):
    """Verify both signatures on a page that posts a Response, by signxml. `certificate`: the signer's, as PEM."""
    from tests.pretend_service import verified

    known = x509.load_pem_x509_certificate(certificate.encode())
    found = PAGE.search(page)
    assert found, page[:800]
    response = etree.fromstring(base64.b64decode(found[1]))
    assertion = response.find("saml:Assertion", NAMES)
    for element in (response, assertion):
        how = element.find("ds:Signature/ds:SignedInfo/ds:SignatureMethod", NAMES)
        assert how is not None, f"{element.tag} is not signed"
        assert how.get("Algorithm") == RSA_SHA256
        signed = verified(etree.tostring(element, with_tail=False), known)
        assert signed.get("ID") == element.get("ID")
    assert known.public_key().key_size == 2048
