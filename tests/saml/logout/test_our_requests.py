"""Our LogoutRequests, as a service provider sees them."""

import base64
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from onelogin.saml2.logout_request import OneLogin_Saml2_Logout_Request
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from idp.saml import names
from idp.saml.bindings.encoding import form_value, redirect_url
from idp.saml.documents.schemas import Schema, validate
from idp.saml.errors import UnknownSigningKey
from idp.saml.logout.request import build, parse
from idp.saml.responses.assertion import LIFETIME, Authenticated, Envelope, ResponseContent, Subject, build_assertion
from tests.saml.logout.peer import IDP, SLO_URL, SP_SLO, a_peer, a_signed_redirect, query_of
from tests.saml.logout.requests import ANN, XML, checked
from tests.saml.messages import NOW, SP, receive_redirect

SAML = f"{{{names.ASSERTION}}}"


def ours(**changes):
    facts = {"issuer": IDP, "destination": SP_SLO, "now": NOW, **changes}
    return build(facts.pop("subject", ANN), facts.pop("session_indexes", ["s1", "s2"]), **facts)


@pytest.mark.parametrize("reason", [None, names.LOGOUT_BY_USER, names.LOGOUT_BY_ADMIN])
def test_ours_is_valid_by_the_schema(idp_key, reason):
    message = ours(reason=reason)
    for octets in (message.octets(), base64.b64decode(form_value(message, idp_key))):
        root = etree.fromstring(octets)
        validate(root, Schema.PROTOCOL)
        assert root.get("Reason") == reason


def test_ours_names_the_subject_and_the_sessions_as_the_assertion_did():
    authenticated = Authenticated(NOW, names.PREVIOUS_SESSION, "s1")
    assertion = build_assertion(ResponseContent(Envelope(IDP, SP, SP_SLO), ANN, authenticated), now=NOW)
    message, assertion = (etree.fromstring(it.octets()) for it in (ours(session_indexes=["s1"]), assertion))
    told, given = (it.find(f".//{SAML}NameID") for it in (message, assertion))
    assert etree.tostring(told, method="c14n", exclusive=True) == etree.tostring(given, method="c14n", exclusive=True)
    assert message.findtext("{*}SessionIndex") == assertion.find(f"{SAML}AuthnStatement").get("SessionIndex")


def test_ours_lasts_as_long_as_any_assertion_issued_before():
    assert parse(ours().octets()).not_on_or_after == NOW + LIFETIME


@pytest.mark.parametrize("from_query_string", [True, False])
def test_ours_is_accepted_by_another_library(idp_key, sp_pair, from_query_string):
    url = redirect_url(ours(now=datetime.now(UTC)), idp_key, "r/ä b")
    peer = a_peer(idp_key, sp_pair, query_of(url), from_query_string=from_query_string)
    answer = peer.process_slo(keep_local_session=True)
    assert (peer.get_errors(), peer.get_last_error_reason()) == ([], None)
    assert answer.startswith(f"{SLO_URL}?SAMLResponse=")
    xml = peer.get_last_request_xml()
    data = {"Value": "ann7", "Format": names.PERSISTENT}
    assert OneLogin_Saml2_Logout_Request.get_nameid_data(xml) == data
    assert OneLogin_Saml2_Logout_Request.get_session_indexes(xml) == ["s1", "s2"]


def test_ours_posted_verifies_by_another_library(idp_key):
    xml = base64.b64decode(form_value(ours(), idp_key))
    options = {"xpath": "/samlp:LogoutRequest/ds:Signature", "validatecert": False, "raise_exceptions": True}
    assert OneLogin_Saml2_Utils.validate_sign(xml, idp_key.certificate, **options)


def test_python3_saml_refuses_a_request_that_was_changed_on_the_way(idp_key, sp_pair):
    query = query_of(redirect_url(ours(now=datetime.now(UTC)), idp_key, "r"))
    peer = a_peer(idp_key, sp_pair, query.replace("RelayState=r", "RelayState=s"))
    peer.process_slo(keep_local_session=True)
    assert "invalid_logout_request_signature" in peer.get_errors()


@pytest.mark.parametrize("wrong", [{"subject": Subject("")}, {"subject": Subject(" a")}, {"issuer": ""}])
def test_an_empty_or_padded_name_is_not_sent(wrong):
    with pytest.raises(ValueError, match="empty or padded"):
        ours(**wrong)


def test_a_name_that_xml_cannot_hold_is_not_sent():
    with pytest.raises(ValueError, match="cannot hold"):
        ours(session_indexes=["\x00"])


def test_every_message_has_an_id_of_its_own():
    assert ours().get("ID") != ours().get("ID")


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=50).filter(lambda it: it == it.strip())
)
@settings(deadline=None)
def test_any_name_that_we_send_comes_back_equal(name):
    read = parse(ours(subject=Subject(name), session_indexes=[name]).octets())
    assert (read.name_id, read.session_indexes) == (name, (name,))


@pytest.mark.parametrize("escape", [quote, quote_plus])
def test_a_request_holds_over_the_escapes_as_sent_and_no_others(sp_pair, escape):
    query = a_signed_redirect(XML, sp_pair, relay_state="a b/c", escape=escape)
    assert checked(receive_redirect(query)).relay_state == "a b/c"
    with pytest.raises(UnknownSigningKey):
        checked(receive_redirect(query.replace("%2F", "%2f")))
