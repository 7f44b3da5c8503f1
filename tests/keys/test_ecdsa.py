"""Services that take ECDSA: what they get is verified by signxml, python3-saml and cryptography."""

import base64
from urllib.parse import parse_qs

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree
from signxml.verifier import SignatureConfiguration, XMLVerifier

from idp.keys.models import SigningKey, Use
from idp.saml import names, signing_keys
from idp.saml.bindings.encoding import redirect_url
from idp.saml.connecting import registration
from idp.saml.documents.elements import element, new_id
from idp.saml.metadata import published
from idp.saml.models import ServiceProvider
from tests.conftest import NOW
from tests.web.seeded import a_service

SIGNED_BY = "string(//*[local-name()='SignatureMethod']/@Algorithm)"


def want_ecdsa(sp):
    ServiceProvider.objects.filter(pk=sp.pk).update(profile="generic", signature_algorithm=names.ECDSA_SHA256)
    registration.release_basics(sp)
    signing_keys.ensure(NOW)


def test_an_agent_signs_in_to_a_service_that_uses_ecdsa(phone):
    want_ecdsa(ServiceProvider.objects.get(slug="flex"))
    assert phone.sign_in()["attributes"]["full_name"] == ["Ana García"]


def test_both_signatures_of_a_response_verify_with_the_published_certificate(phone):
    want_ecdsa(ServiceProvider.objects.get(slug="flex"))
    phone.sign_in()
    form = phone.ask_flex().form_with("SAMLResponse")
    response = etree.fromstring(base64.b64decode(form.fields["SAMLResponse"]))
    certificate = published.certificates(NOW)[1]
    for signed in (response, response.find(f"{{{names.ASSERTION}}}Assertion")):
        alone = etree.fromstring(etree.tostring(signed))
        assert alone.xpath(SIGNED_BY) == names.ECDSA_SHA256
        config = SignatureConfiguration(location="./")
        XMLVerifier().verify(alone, x509_cert=certificate, id_attribute="ID", expect_config=config)


@pytest.fixture
def redirect(db, keys):
    """A LogoutRequest on its way by redirect: the octets that are signed, the signature, and the key to check by."""
    sp = a_service(profile="generic", signature_algorithm=names.ECDSA_SHA256)
    issuer = element("saml:Issuer", text="us")
    given = {"ID": new_id(), "Destination": "https://sp.example/slo"}
    message = element("samlp:LogoutRequest", given, issuer)
    query = redirect_url(message, signing_keys.key_for(sp, NOW), "a state").partition("?")[2]
    signature = base64.b64decode(parse_qs(query)["Signature"][0])
    certificate = SigningKey.objects.get(use=Use.SAML_EC).certificate
    return query.partition("&Signature=")[0].encode(), signature, x509.load_pem_x509_certificate(certificate.encode())


def test_the_signature_of_a_redirect_is_r_and_s_concatenated(redirect):
    octets, signature, certificate = redirect
    assert len(signature) == 64
    numbers = (int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    certificate.public_key().verify(encode_dss_signature(*numbers), octets, ECDSA(SHA256()))


def test_the_signature_of_a_redirect_covers_every_octet(redirect):
    octets, signature, certificate = redirect
    numbers = (int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    with pytest.raises(InvalidSignature):
        certificate.public_key().verify(encode_dss_signature(*numbers), octets + b"x", ECDSA(SHA256()))
