"""Our LogoutResponses tell the truth and are accepted."""

import base64
from datetime import UTC, datetime

import pytest
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from idp.saml import names
from idp.saml.bindings.encoding import form_value, redirect_url
from idp.saml.documents.schemas import Schema, validate
from idp.saml.errors import SamlStatus
from idp.saml.logout.response import parse
from tests.saml.keys import a_pair
from tests.saml.logout.peer import IDP, SP_SLO, a_peer, a_signed_redirect, query_of
from tests.saml.logout.requests import checked
from tests.saml.logout.responses import SUCCESS, ours
from tests.saml.messages import receive_redirect

PARTIAL, FAILED = SamlStatus(names.SUCCESS, names.PARTIAL_LOGOUT), SamlStatus(names.REQUESTER, names.UNKNOWN_PRINCIPAL)


@pytest.mark.parametrize("status", [SUCCESS, PARTIAL, FAILED])
def test_ours_is_valid_by_the_schema_and_reads_back(idp_key, status):
    message = ours(status)
    validate(etree.fromstring(message.octets()), Schema.PROTOCOL)
    read = parse(message.octets())
    assert (read.status, read.in_response_to, read.destination) == (status, "_theirs", SP_SLO)
    validate(etree.fromstring(base64.b64decode(form_value(message, idp_key))), Schema.PROTOCOL)


@pytest.mark.parametrize("from_query_string", [True, False])
def test_another_library_asks_and_accepts_our_answer(idp_key, sp_pair, from_query_string):
    now = datetime.now(UTC)
    asking = a_peer(idp_key, sp_pair)
    query = query_of(asking.logout("https://sp.example.org/bye", "ann7", "s1"))
    received = receive_redirect(query, None)
    asked = checked(received, now=now, pair=sp_pair)
    answer = ours(PARTIAL, in_response_to=asked.id, now=now)
    url = redirect_url(answer, idp_key, asked.relay_state)
    peer = a_peer(idp_key, sp_pair, query_of(url), from_query_string=from_query_string)
    peer.process_slo(keep_local_session=True, request_id=asking.get_last_request_id())
    assert (peer.get_errors(), peer.get_last_error_reason()) == ([], None)
    assert peer.get_last_message_id() == answer.get("ID")


def test_python3_saml_reads_our_failure(idp_key, sp_pair):
    url = redirect_url(ours(FAILED), idp_key)
    peer = a_peer(idp_key, sp_pair, query_of(url))
    peer.process_slo(keep_local_session=True, request_id="_theirs")
    assert peer.get_errors() == ["logout_not_success"]


def test_python3_saml_refuses_a_response_signed_by_another_key(idp_key, sp_pair):
    query = a_signed_redirect(ours().octets(), a_pair("stranger"), "SAMLResponse")
    peer = a_peer(idp_key, sp_pair, query)
    peer.process_slo(keep_local_session=True, request_id="_theirs")
    assert "invalid_logout_response_signature" in peer.get_errors()


def test_ours_posted_verifies_by_another_library(idp_key):
    xml = base64.b64decode(form_value(ours(), idp_key))
    options = {"xpath": "/samlp:LogoutResponse/ds:Signature", "validatecert": False, "raise_exceptions": True}
    assert OneLogin_Saml2_Utils.validate_sign(xml, idp_key.certificate, **options)


@pytest.mark.parametrize("wrong", [{"issuer": ""}, {"issuer": f"{IDP} "}, {"in_response_to": ""}])
def test_an_empty_or_padded_name_is_not_sent(wrong):
    with pytest.raises(ValueError, match="empty or padded"):
        ours(**wrong)
