"""Requests as service providers send them: built, encoded and signed by other means than our code."""

import base64
import zlib
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from lxml import etree
from signxml import XMLSigner
from signxml.algorithms import CanonicalizationMethod

from idp.saml.bindings import decoding
from idp.saml.names import RSA_SHA256
from idp.saml.received_message import Binding, Message, ReceivedMessage
from idp.saml.requests.authn_request import check, parse
from idp.saml.trust import SpTrust

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SKEW = timedelta(minutes=5)
SSO_URL = "https://idp.example.org/saml/sso"
SP = "https://sp.example.org/metadata"
ACS = "https://sp.example.org/acs"
ACCOUNT = "AC" + "0123456789abcdef" * 2
FLEX_SP = f"https://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2/metadata"
FLEX_ACS = f"https://iam.twilio.com/v1/Accounts/{ACCOUNT}/saml2"
FORM = "application/x-www-form-urlencoded"
DS = "http://www.w3.org/2000/09/xmldsig#"

# The shape of a recorded request of legacy Flex, with an account of our own invention.
LEGACY_FLEX = f"""<?xml version="1.0" encoding="UTF-8"?>
<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
    xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
    ID="ONELOGIN_0c1d2e3f-1111-4222-8333-444455556666" Version="2.0"
    IssueInstant="2026-11-21T09:00:00Z" ProviderName="Twilio" Destination="{SSO_URL}"
    ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    AssertionConsumerServiceURL="{FLEX_ACS}">
  <saml:Issuer>{FLEX_SP}</saml:Issuer>
  <samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress" AllowCreate="true"/>
  <samlp:RequestedAuthnContext Comparison="exact">
    <saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>
  </samlp:RequestedAuthnContext>
</samlp:AuthnRequest>""".encode()


def a_request(inner="", *, issuer=f"<saml:Issuer>{SP}</saml:Issuer>", root="AuthnRequest", **attributes):
    """Build an AuthnRequest; an attribute given as None is left out."""
    given = {"ID": "_one", "Version": "2.0", "IssueInstant": "2026-11-21T09:00:00Z", **attributes}
    written = "".join(f' {name}="{value}"' for name, value in given.items() if value is not None)
    return (
        (
            '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
            f'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"{written}>{issuer}{inner}</samlp:AuthnRequest>'
        )
        .replace("samlp:AuthnRequest", f"samlp:{root}")
        .encode()
    )


def trust(**changes):
    facts = {"entity_id": SP, "acs": ((ACS, 0, True), (f"{ACS}/two", 1, False)), **changes}
    return SpTrust(**facts)


def receive_redirect(query, message=Message.REQUEST):
    return decoding.receive_redirect(query, message)


def receive_post(body, content_type, message=Message.REQUEST):
    return decoding.receive_post(body, content_type, message)


def posted(xml, relay_state=None):
    return ReceivedMessage(Binding.POST, xml, relay_state)


def checked(received, *, now=NOW, skew=SKEW, **changes):
    """Parse and check a message (or the XML of one that was posted) as the view does."""
    message = posted(received) if isinstance(received, bytes) else received
    return check(message, parse(message.xml), trust(**changes), sso_url=SSO_URL, now=now, skew=skew)


def deflate(xml):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(xml) + packer.flush()


def a_query(xml, **others):
    return urlencode({"SAMLRequest": base64.b64encode(deflate(xml)).decode(), **others})


def a_body(xml, **others):
    return urlencode({"SAMLRequest": base64.b64encode(xml).decode(), **others}).encode()


def a_signed_query(xml, pair, *, relay_state=None, algorithm=RSA_SHA256, escape=quote):
    """Sign a query over the octets as they are sent, with the escapes that `escape` makes."""
    fields = [("SAMLRequest", base64.b64encode(deflate(xml)).decode())]
    if relay_state is not None:
        fields.append(("RelayState", relay_state))
    fields.append(("SigAlg", algorithm))
    query = "&".join(f"{name}={escape(value, safe='')}" for name, value in fields)
    signature = base64.b64encode(_sign(pair.private, query.encode(), algorithm)).decode()
    return f"{query}&Signature={escape(signature, safe='')}"


def _sign(private, octets, algorithm):
    digest = {"384": hashes.SHA384(), "512": hashes.SHA512()}.get(algorithm[-3:], hashes.SHA256())
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return private.sign(octets, ec.ECDSA(digest))
    return private.sign(octets, padding.PKCS1v15(), digest)


def signed(xml, pair, **options):
    """Sign a request by signxml, with the signature right after the Issuer."""
    root = etree.fromstring(xml)
    place = etree.Element(f"{{{DS}}}Signature", {"Id": "placeholder"}, nsmap={"ds": DS})
    root.insert(1, place)
    exclusive = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
    signer = XMLSigner(**{"c14n_algorithm": exclusive, "signature_algorithm": "rsa-sha256", **options})
    done = signer.sign(root, key=pair.private, cert=pair.certificate, reference_uri=root.get("ID"), id_attribute="ID")
    return etree.tostring(done)


def a_signed_request(pair, **attributes):
    return signed(a_request(Destination=SSO_URL, **attributes), pair)
