"""Reads the Response that a page posts. Nothing is verified here."""

import base64
from datetime import datetime

from lxml import etree

NAMESPACES = {"p": "urn:oasis:names:tc:SAML:2.0:protocol", "a": "urn:oasis:names:tc:SAML:2.0:assertion"}
CHANGING = {"ID", "InResponseTo", "SessionIndex", "URI", "IssueInstant", "NotBefore", "NotOnOrAfter", "AuthnInstant"}
SIGNED = ("DigestValue", "SignatureValue")


class Response:
    def __init__(self, encoded):
        self.xml = base64.b64decode(encoded)
        self.root = etree.fromstring(self.xml)

    def all(self, path):
        return [str(it) for it in self.root.xpath(path, namespaces=NAMESPACES)]

    @property
    def in_response_to(self):
        return self.root.get("InResponseTo")

    @property
    def status(self):
        """The top status code and the second one, if there is one."""
        return self.all("p:Status//p:StatusCode/@Value")

    @property
    def assertions(self):
        return len(self.root.xpath("//a:Assertion | //a:EncryptedAssertion", namespaces=NAMESPACES))

    def instants(self, name):
        return [datetime.fromisoformat(it) for it in self.all(f"//@{name}")]

    def facts(self):
        """All that it says, but for ids, instants and what follows from them."""
        attributes = [
            (element.tag, name, value)
            for element in self.root.iter()
            for name, value in element.attrib.items()
            if name not in CHANGING
        ]
        texts = [(it.tag, it.text) for it in self.root.iter() if not str(it.tag).endswith(SIGNED)]
        return attributes + texts


def response_on(page):
    form = page.form_with("SAMLResponse")
    assert form is not None, f"no Response on: {page.status} {page.text}"
    return Response(form.fields["SAMLResponse"])
