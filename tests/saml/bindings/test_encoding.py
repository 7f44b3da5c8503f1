"""Sending logout messages: the octets that are signed are the octets that are sent."""

import base64
import zlib
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from signxml.verifier import SignatureConfiguration, XMLVerifier

from idp.saml import names
from idp.saml.bindings.encoding import form_value, parameter_of, redirect_url
from idp.saml.documents.elements import element
from idp.saml.errors import SamlStatus
from idp.saml.logout import request as logout_request
from idp.saml.logout import response as logout_response
from idp.saml.received_message import Message
from idp.saml.responses.assertion import Subject
from idp.saml.signatures.signing import sign
from tests.saml.keys import a_pair
from tests.saml.logout.peer import IDP, SP_SLO, a_peer, query_of
from tests.saml.messages import FORM, NOW, receive_post, receive_redirect


def a_request(destination=SP_SLO, **changes):
    facts = {"issuer": IDP, "destination": destination, "now": NOW, **changes}
    return logout_request.build(Subject("ann7"), ["s1"], **facts)


def an_answer():
    status = SamlStatus(names.SUCCESS)
    return logout_response.build(status, issuer=IDP, destination=SP_SLO, in_response_to="_x", now=NOW)


KINDS = pytest.mark.parametrize(
    ("make", "kind"), [(a_request, Message.REQUEST), (an_answer, Message.RESPONSE)], ids=["request", "response"]
)


def verified(url, certificate):
    """Verify by hand what was sent: everything up to the signature, as it stands."""
    octets, _, value = query_of(url).partition("&Signature=")
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    signature = base64.b64decode(dict(parse_qsl(f"v={value}"))["v"])
    key.verify(signature, octets[octets.index("SAML") :].encode(), padding.PKCS1v15(), SHA256())


@KINDS
def test_the_query_holds_by_hand(idp_key, make, kind):
    message = make()
    url = redirect_url(message, idp_key, "r&s=t ü/")
    fields = dict(parse_qsl(query_of(url)))
    assert list(fields) == [kind, "RelayState", "SigAlg", "Signature"]
    assert zlib.decompress(base64.b64decode(fields[kind]), -15) == message.octets()
    assert (fields["RelayState"], fields["SigAlg"]) == ("r&s=t ü/", names.RSA_SHA256)
    verified(url, idp_key.certificate)


def test_another_key_does_not_hold(idp_key):
    with pytest.raises(InvalidSignature):
        verified(redirect_url(a_request(), idp_key), a_pair("stranger").certificate)


@KINDS
def test_the_query_is_received_again(idp_key, make, kind):
    message = make()
    received = receive_redirect(query_of(redirect_url(message, idp_key, "r")), None)
    assert (received.message, received.relay_state, received.xml) == (kind, "r", message.octets())
    assert received.query_signature is not None
    assert received.query_signature.algorithm == names.RSA_SHA256


@KINDS
def test_the_form_is_received_again_and_verifies_by_another_library(idp_key, make, kind):
    message = make()
    value = form_value(message, idp_key)
    body = f"{parameter_of(message)}={value}".replace("+", "%2B").encode()
    received = receive_post(body, FORM, None)
    config = SignatureConfiguration(location="./", verification_time=NOW)
    result = XMLVerifier().verify(received.xml, x509_cert=idp_key.certificate, id_attribute="ID", expect_config=config)
    assert received.message is kind
    assert result.signed_xml.get("ID") == message.get("ID")


LOCATIONS = {
    "plain": (SP_SLO, f"{SP_SLO}?SAML"),
    "with a query": (f"{SP_SLO}?tenant=a%20b&x", f"{SP_SLO}?tenant=a%20b&x&SAML"),
    "with an empty query": (f"{SP_SLO}?", f"{SP_SLO}?SAML"),
    "with an open query": (f"{SP_SLO}?a=1&", f"{SP_SLO}?a=1&SAML"),
    "with odd letters": (f"{SP_SLO}/é?ü=1", f"{SP_SLO}/é?ü=1&SAML"),
}


@pytest.mark.parametrize(("location", "start"), LOCATIONS.values(), ids=LOCATIONS)
def test_an_address_keeps_its_own_query(idp_key, location, start):
    url = redirect_url(a_request(location), idp_key)
    assert url.startswith(start)
    verified(url, idp_key.certificate)
    received = receive_redirect(urlsplit(url).query.encode(), None)
    assert logout_request.parse(received.xml).destination == location


@pytest.mark.parametrize("from_query_string", [True, False])
def test_another_library_accepts_it_at_an_address_with_a_query(idp_key, sp_pair, from_query_string):
    url = redirect_url(a_request(f"{SP_SLO}?tenant=a%20b", now=datetime.now(UTC)), idp_key, "r")
    peer = a_peer(idp_key, sp_pair, query_of(url), from_query_string=from_query_string)
    peer.process_slo(keep_local_session=True)
    assert (peer.get_errors(), peer.get_last_error_reason()) == ([], None)


REFUSED = {
    "none": "",
    "a fragment": f"{SP_SLO}#x",
    "a request of its own": f"{SP_SLO}?SAMLRequest=x",
    "a state of its own": f"{SP_SLO}?a=b&RelayState=x",
    "a bare signature": f"{SP_SLO}?Signature",
    "a request with a question mark": f"{SP_SLO}?SAMLRequest=x?y",
}


@pytest.mark.parametrize("location", REFUSED.values(), ids=REFUSED)
def test_an_address_that_cannot_take_a_query_is_refused(idp_key, location):
    with pytest.raises(ValueError, match="no address"):
        redirect_url(a_request(location), idp_key)


@pytest.mark.parametrize("relay_state", [None, ""])
def test_no_relay_state_is_neither_sent_nor_signed(idp_key, relay_state):
    url = redirect_url(a_request(), idp_key, relay_state)
    assert "RelayState" not in url
    verified(url, idp_key.certificate)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\n"), min_size=1, max_size=200))
@settings(deadline=None)
def test_any_relay_state_comes_back_exactly(idp_key, state):
    url = redirect_url(a_request(), idp_key, state)
    assert receive_redirect(query_of(url)).relay_state == state
    assert url.isascii()


def test_a_message_signed_inside_is_not_redirected(idp_key):
    with pytest.raises(ValueError, match="in the query"):
        redirect_url(sign(a_request(), idp_key), idp_key)


def test_a_message_is_signed_once(idp_key):
    with pytest.raises(ValueError, match="once"):
        form_value(sign(a_request(), idp_key), idp_key)


def test_only_logout_messages_are_sent_this_way(idp_key):
    response = element("samlp:Response", {"ID": "_a", "Destination": SP_SLO})
    for send in (redirect_url, form_value):
        with pytest.raises(ValueError, match="no logout message"):
            send(response, idp_key)


def test_a_peer_inflates_it_without_a_zlib_head(idp_key):
    fields = dict(parse_qsl(query_of(redirect_url(an_answer(), idp_key))))
    assert OneLogin_Saml2_Utils.decode_base64_and_inflate(fields["SAMLResponse"]).startswith(b"<samlp:LogoutResponse")


def test_a_raw_signature_is_that_of_the_published_certificate(idp_key):
    key = x509.load_pem_x509_certificate(idp_key.certificate.encode()).public_key()
    key.verify(idp_key.signature_over(b"octets"), b"octets", padding.PKCS1v15(), SHA256())
