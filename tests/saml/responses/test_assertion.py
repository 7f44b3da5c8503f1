"""The answer: valid by the schema, accepted by independent readers, and true to the values it was built from."""

import base64
import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from signxml.verifier import SignatureConfiguration, XMLVerifier

from idp.saml import names
from idp.saml.attributes.attribute import Attribute
from idp.saml.attributes.release_list import FLEX, release
from idp.saml.documents.elements import new_id, writable
from idp.saml.documents.schemas import Schema, validate
from idp.saml.errors import SamlStatus
from idp.saml.profiles import Person
from idp.saml.responses.assertion import (
    Authenticated,
    Envelope,
    ResponseContent,
    Sign,
    Subject,
    build_assertion,
    build_error_response,
    signed_error_response,
    signed_response,
)
from tests.saml.messages import FLEX_ACS, FLEX_SP, NOW

IDP = "https://idp.example.org/saml/metadata"
ENVELOPE = Envelope(IDP, FLEX_SP, FLEX_ACS, "ONELOGIN_1")
ANN = Person("ann7", "ann@example.org", "Ann <b>Smith</b> & Søn", ("agent", "supervisor"))
PREFIXES = {"saml": names.ASSERTION, "samlp": names.PROTOCOL, "ds": names.SIGNATURE}
NO_PASSIVE = SamlStatus(names.RESPONDER, names.NO_PASSIVE)


def response_content(**changes):
    facts = {
        "envelope": ENVELOPE,
        "subject": Subject(ANN.name_id),
        "authenticated": Authenticated(NOW, names.MOBILE_ONE_FACTOR_CONTRACT, "session-1"),
        "attributes": release(ANN, (), frozenset(), FLEX),
        **changes,
    }
    return ResponseContent(**facts)


def sent(content, **how):
    """The bytes that go out."""
    return signed_response(content, **how).octets


def built(element):
    """The element as a service provider's parser sees it."""
    return etree.fromstring(element.octets())


def found(root, path):
    return root.xpath(path, namespaces=PREFIXES)


def strict_sp(certificate, **security):
    """Set python3-saml up as a strict Flex that trusts us."""
    wanted = {"wantMessagesSigned": True, "wantAssertionsSigned": True, "rejectDeprecatedAlgorithm": True}
    return OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {"entityId": FLEX_SP, "assertionConsumerService": {"url": FLEX_ACS}},
            "idp": {
                "entityId": IDP,
                "singleSignOnService": {"url": "https://idp.example.org/saml/sso"},
                "x509cert": certificate,
            },
            "security": {**wanted, **security},
        }
    )


REQUEST_DATA = {"https": "on", "http_host": "iam.twilio.com", "script_name": FLEX_ACS.partition(".com")[2]}


def read_by_sp(xml, key, request_id="ONELOGIN_1", **security):
    response = OneLogin_Saml2_Response(strict_sp(key.certificate, **security), base64.b64encode(xml))
    response.is_valid({**REQUEST_DATA, "get_data": {}, "post_data": {}}, request_id, raise_exceptions=True)
    return response


@pytest.mark.parametrize("mode", list(Sign))
def test_every_mode_is_valid_by_the_schema(idp_key, mode):
    validate(etree.fromstring(sent(response_content(), key=idp_key, now=NOW, signed=mode)), Schema.PROTOCOL)


def test_a_strict_service_provider_accepts_it(idp_key):
    xml = sent(response_content(), key=idp_key, now=datetime.now(UTC))
    response = read_by_sp(xml, idp_key)
    assert response.get_nameid() == "ann7"
    assert response.get_session_index() == "session-1"
    assert response.get_attributes() == {
        "roles": ["agent", "supervisor"],
        "full_name": ["Ann <b>Smith</b> & Søn"],
        "email": ["ann@example.org"],
    }


@pytest.mark.parametrize(
    ("mode", "unwanted"), [(Sign.RESPONSE, "wantAssertionsSigned"), (Sign.ASSERTION, "wantMessagesSigned")]
)
def test_a_service_provider_that_wants_one_signature_accepts_that_one(idp_key, mode, unwanted):
    xml = sent(response_content(), key=idp_key, now=datetime.now(UTC), signed=mode)
    assert read_by_sp(xml, idp_key, **{unwanted: False}).get_nameid() == "ann7"


def test_an_unsolicited_answer_is_accepted(idp_key):
    content = response_content(envelope=replace(ENVELOPE, in_response_to=None))
    xml = sent(content, key=idp_key, now=datetime.now(UTC))
    assert read_by_sp(xml, idp_key, request_id=None).get_nameid() == "ann7"
    assert b"InResponseTo" not in xml


MODES = {
    Sign.BOTH: ["/samlp:Response", "/samlp:Response/saml:Assertion"],
    Sign.RESPONSE: ["/samlp:Response"],
    Sign.ASSERTION: ["/samlp:Response/saml:Assertion"],
}


@pytest.mark.parametrize("mode", list(Sign))
def test_each_signature_verifies_by_another_library(idp_key, mode):
    root = etree.fromstring(sent(response_content(), key=idp_key, now=NOW, signed=mode))
    assert len(found(root, "//ds:Signature")) == len(MODES[mode])
    for path in MODES[mode]:
        signed = found(root, path)[0]
        config = SignatureConfiguration(location="./", verification_time=NOW)
        result = XMLVerifier().verify(signed, x509_cert=idp_key.certificate, id_attribute="ID", expect_config=config)
        assert result.signed_xml.get("ID") == signed.get("ID")


def test_the_assertion_verifies_cut_out_of_its_response(idp_key):
    root = etree.fromstring(sent(response_content(), key=idp_key, now=NOW))
    alone = etree.fromstring(etree.tostring(copy.deepcopy(found(root, "saml:Assertion")[0])))
    config = SignatureConfiguration(location="./", verification_time=NOW)
    XMLVerifier().verify(alone, x509_cert=idp_key.certificate, id_attribute="ID", expect_config=config)


def test_signatures_use_the_algorithms_that_flex_knows(idp_key):
    root = etree.fromstring(sent(response_content(), key=idp_key, now=NOW))
    algorithms = set(found(root, "//ds:Signature//@Algorithm"))
    assert algorithms == {names.RSA_SHA256, names.SHA256, names.EXCLUSIVE_C14N, names.ENVELOPED}
    assert len(found(root, "//ds:KeyInfo/ds:X509Data/ds:X509Certificate")) == 2


def test_all_addresses_come_from_one_envelope(idp_key):
    root = etree.fromstring(sent(response_content(), key=idp_key, now=NOW))
    assert found(root, "//saml:Issuer/text()") == [IDP, IDP]
    assert found(root, "//@Destination | //@Recipient") == [FLEX_ACS, FLEX_ACS]
    assert found(root, "//saml:Audience/text()") == [FLEX_SP]
    assert found(root, "//@InResponseTo") == ["ONELOGIN_1", "ONELOGIN_1"]


def test_times_are_whole_seconds_around_now():
    now = NOW + timedelta(microseconds=999_999)
    root = built(build_assertion(response_content(), now=now))
    assert root.get("IssueInstant") == "2026-11-21T09:00:00Z"
    assert found(root, "//@NotBefore") == ["2026-11-21T08:55:00Z"]
    assert found(root, "//@NotOnOrAfter") == ["2026-11-21T09:05:00Z"] * 2
    assert found(root, "//saml:AuthnStatement/@AuthnInstant") == ["2026-11-21T09:00:00Z"]
    assert not found(root, "//@SessionNotOnOrAfter")


def test_the_end_of_a_session_is_stated_if_asked_for():
    authenticated = Authenticated(NOW, names.PREVIOUS_SESSION, "s", NOW + timedelta(hours=8))
    root = built(build_assertion(response_content(authenticated=authenticated), now=NOW))
    assert found(root, "//@SessionNotOnOrAfter") == ["2026-11-21T17:00:00Z"]


def test_the_subject_is_named_without_qualifier():
    (name_id,) = found(built(build_assertion(response_content(), now=NOW)), "//saml:NameID")
    assert (name_id.text, dict(name_id.attrib)) == ("ann7", {"Format": names.UNSPECIFIED})


def test_attributes_are_plain_names_with_one_value_each():
    root = built(build_assertion(response_content(), now=NOW))
    assert set(found(root, "//saml:Attribute/@NameFormat")) == {names.BASIC}
    assert found(root, "//saml:Attribute[@Name='roles']/saml:AttributeValue/text()") == ["agent", "supervisor"]


def test_without_attributes_there_is_no_statement():
    root = built(build_assertion(response_content(attributes=()), now=NOW))
    assert not found(root, "//saml:AttributeStatement")


def test_an_attribute_is_cleared_by_one_empty_value(idp_key):
    xml = sent(response_content(attributes=(Attribute("team", ("",)),)), key=idp_key, now=NOW)
    root = etree.fromstring(xml)
    validate(root, Schema.PROTOCOL)
    assert len(found(root, "//saml:AttributeValue")) == 1


def test_the_caller_knows_the_id_of_the_assertion(idp_key):
    content = response_content()
    root = etree.fromstring(sent(content, key=idp_key, now=NOW))
    assert found(root, "saml:Assertion/@ID") == [content.assertion_id]


def test_ids_are_fresh_and_never_alike():
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(it) == 33 and it[0] == "_" for it in ids)


@pytest.mark.parametrize("mode", ["none", "", "Both"])
def test_an_unknown_mode_signs_nothing(idp_key, mode):
    with pytest.raises(ValueError, match="not a valid Sign"):
        sent(response_content(), key=idp_key, now=NOW, signed=mode)


def test_an_error_is_a_signed_response_with_codes_only(idp_key):
    root = etree.fromstring(signed_error_response(ENVELOPE, NO_PASSIVE, key=idp_key, now=NOW))
    validate(root, Schema.PROTOCOL)
    assert found(root, "//samlp:StatusCode/@Value") == [names.RESPONDER, names.NO_PASSIVE]
    assert not found(root, "//saml:Assertion | //samlp:StatusMessage | //samlp:StatusDetail")
    config = SignatureConfiguration(location="./", verification_time=NOW)
    XMLVerifier().verify(root, x509_cert=idp_key.certificate, id_attribute="ID", expect_config=config)


def test_an_error_may_have_no_second_code():
    root = built(build_error_response(ENVELOPE, SamlStatus(names.RESPONDER), now=NOW))
    assert found(root, "//samlp:StatusCode/@Value") == [names.RESPONDER]


def test_success_is_no_error():
    with pytest.raises(ValueError, match="Success"):
        build_error_response(ENVELOPE, SamlStatus(names.SUCCESS), now=NOW)


UNWRITABLE = ["\x00", "a\x0bb", "\x1b[0m", "\ud800", "\ufffe", "\uffff"]


@pytest.mark.parametrize("text", UNWRITABLE, ids=ascii)
def test_text_that_xml_cannot_hold_is_refused_while_building(text):
    assert not writable(text)
    for content in (
        response_content(subject=Subject(f"a{text}b")),
        response_content(attributes=(Attribute("full_name", (text,)),)),
        response_content(attributes=(Attribute(text, ("x",)),)),
        response_content(envelope=replace(ENVELOPE, acs_url=text)),
    ):
        with pytest.raises(ValueError, match="cannot hold"):
            build_assertion(content, now=NOW)


@pytest.mark.parametrize("name", ["", " ", " ann", "ann\n"])
def test_an_empty_or_padded_name_id_is_refused(name):
    with pytest.raises(ValueError, match="padded"):
        build_assertion(response_content(subject=Subject(name)), now=NOW)


def test_an_attribute_name_twice_is_refused():
    twice = (Attribute("a", ("x",)), Attribute("a", ("y",)))
    with pytest.raises(ValueError, match="twice"):
        build_assertion(response_content(attributes=twice), now=NOW)


MARKUP = st.sampled_from(["<b>", "</saml:Assertion>", "&amp;", "]]>", "<!--", "{{ x }}", '"', "'", "\r\n", "\t", "☎"])
TEXT = st.lists(st.one_of(MARKUP, st.characters(exclude_categories=["Cs"]).filter(writable)), max_size=40).map("".join)
NAME = TEXT.filter(lambda it: it and it == it.strip())


@settings(deadline=None)
@given(name_id=NAME, name=NAME, values=st.lists(TEXT, max_size=3))
def test_any_text_comes_back_equal(idp_key, name_id, name, values):
    content = response_content(subject=Subject(name_id), attributes=(Attribute(name, tuple(values)),))
    root = etree.fromstring(sent(content, key=idp_key, now=NOW))
    assert found(root, "//saml:NameID")[0].text == name_id
    assert found(root, "//saml:Attribute/@Name") == [name]
    assert [it.text or "" for it in found(root, "//saml:AttributeValue")] == values
    assert len(found(root, "//saml:Assertion")) == 1


@given(st.text())
def test_the_characters_that_are_writable_are_those_that_lxml_writes(text):
    element = etree.Element("a")
    try:
        element.text = text
    except ValueError:
        assert not writable(text)
    else:
        assert writable(text)
