"""The second reader takes what the service would take, and says in its own words why it takes no other."""

from dataclasses import replace

import pytest
import time_machine
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from idp.saml import names
from idp.saml.attributes.attribute import Attribute
from idp.saml.inspection.second_reader import Expected, judge
from idp.saml.metadata import idp_description
from idp.saml.responses.assertion import Encryption, Envelope, signed_response
from idp.saml.signatures.signing import SamlKey, Sign
from tests.saml.inspection.ours import IDP, REQUEST, content, sent
from tests.saml.keys import a_pair
from tests.saml.messages import FLEX_ACS, FLEX_SP, NOW


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def ours(*certificates, entity_id=IDP):
    described = idp_description.IdpDescription(
        entity_id=entity_id,
        sso_url="https://idp.example.org/saml/sso",
        certificates=certificates,
        name="Acme",
        url="https://idp.example.org",
        name_id_formats=(names.UNSPECIFIED,),
    )
    return idp_description.build(described)


@pytest.fixture
def expected(idp_key):
    return Expected(FLEX_SP, FLEX_ACS, REQUEST, Sign.BOTH, True, ours(idp_key.certificate))


@pytest.mark.parametrize("value", ["R&D <Team>", "</td><script>", "\u202eabc", "x" * 256])
@pytest.mark.parametrize("signed", Sign)
def test_the_second_reader_accepts_our_response(idp_key, expected, signed, value):
    octets = sent(idp_key, Attribute("team", (value,)), signed=signed).octets
    verdict = judge(octets, replace(expected, sign=signed))
    assert (verdict.accepted, verdict.reason) == (True, "")


@pytest.mark.parametrize("algorithm", [names.RSA_SHA384, names.RSA_SHA512, names.ECDSA_SHA256])
def test_the_second_reader_accepts_every_algorithm_that_can_be_chosen(expected, algorithm):
    pair = a_pair(f"idp {algorithm}", curve=algorithm == names.ECDSA_SHA256)
    key = SamlKey.load(pair.private_pem, pair.certificate, algorithm)
    assert judge(sent(key).octets, replace(expected, metadata=ours(pair.certificate))).accepted


def test_the_second_reader_accepts_a_signature_by_the_second_published_key(idp_key, expected, sp_pair):
    both = ours(sp_pair.certificate, idp_key.certificate)
    assert judge(sent(idp_key).octets, replace(expected, metadata=both)).accepted


def test_the_second_reader_accepts_an_acs_without_a_dot_and_with_a_query(idp_key, expected):
    acs_url = "http://intranet/acs?connection=JQ"
    there = replace(content(), envelope=Envelope(IDP, FLEX_SP, acs_url, REQUEST))
    octets = signed_response(there, key=idp_key, now=NOW).octets
    assert judge(octets, replace(expected, acs_url=acs_url)).accepted


REFUSALS = {
    "audience": ({"entity_id": "urn:flex:other"}, "is not a valid audience"),
    "address": ({"acs_url": "https://other.example/acs"}, "instead of"),
    "request": ({"request_id": "_another"}, "does not match the ID of the AuthNRequest"),
    "issuer": ({"metadata": ours(a_pair("idp").certificate, entity_id="https://other.example")}, "Invalid issuer"),
    "certificate": ({"metadata": ours(a_pair("other").certificate)}, "Signature validation failed"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_the_second_reader_says_why_it_refuses_a_response(idp_key, expected, name):
    other, words = REFUSALS[name]
    verdict = judge(sent(idp_key).octets, replace(expected, **other))
    assert not verdict.accepted
    assert words in verdict.reason


@pytest.mark.parametrize(("signed", "missing"), [(Sign.RESPONSE, "Assertion"), (Sign.ASSERTION, "Message")])
def test_the_second_reader_refuses_a_response_without_the_required_signature(idp_key, expected, signed, missing):
    reason = judge(sent(idp_key, signed=signed).octets, expected).reason
    assert f"The {missing} of the Response is not signed" in reason


def test_a_change_of_one_letter_is_seen(idp_key, expected):
    changed = sent(idp_key).octets.replace(b"Ana Garc", b"Eva Garc")
    assert "Signature validation failed" in judge(changed, expected).reason


def signed_by_hand(key, was=b"", becomes=b"", **how):
    """Our Response with a change that we would never make, signed after it."""
    root = etree.fromstring(sent(key, signed=Sign.RESPONSE).octets)
    root.remove(root.find(f"{{{names.SIGNATURE}}}Signature"))
    xml = etree.tostring(root)
    assert xml.count(was) == 1 or not was
    pair = a_pair("idp")
    return OneLogin_Saml2_Utils.add_sign(xml.replace(was, becomes), pair.private_pem, pair.certificate, **how)


NAME_ID = f'<saml:NameID Format="{names.UNSPECIFIED}">ana7</saml:NameID>'.encode()
NAMES = {
    "no name": (b"", "NameID not found"),
    "an empty name": (b"<saml:NameID></saml:NameID>", "An empty NameID"),
    "a name for another service": (b'<saml:NameID SPNameQualifier="urn:other">ana7</saml:NameID>', "SPNameQualifier"),
}


@pytest.mark.parametrize(("becomes", "words"), NAMES.values(), ids=NAMES)
def test_the_second_reader_refuses_a_response_that_names_nobody_it_knows(idp_key, expected, becomes, words):
    octets = signed_by_hand(idp_key, NAME_ID, becomes)
    assert words in judge(octets, replace(expected, sign=Sign.RESPONSE)).reason


def test_the_second_reader_refuses_sha_1(idp_key, expected):
    only_response = replace(expected, sign=Sign.RESPONSE)
    assert judge(signed_by_hand(idp_key), only_response).accepted
    sha_1 = signed_by_hand(idp_key, sign_algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1")
    assert "Deprecated signature algorithm" in judge(sha_1, only_response).reason


def test_the_second_reader_misses_attributes_only_if_the_service_receives_any(idp_key, expected):
    octets = signed_response(replace(content(), attributes=()), key=idp_key, now=NOW).octets
    verdict = judge(octets, expected)
    assert (verdict.accepted, verdict.reason) == (False, "There is no AttributeStatement on the Response")
    assert judge(octets, replace(expected, wants_attributes=False)).accepted


def test_a_stored_response_signs_nobody_in(idp_key, expected):
    assert not judge(sent(idp_key).kept.encode(), expected).accepted


def test_a_stale_answer_is_refused(idp_key, expected):
    octets = sent(idp_key).octets
    with time_machine.travel(NOW.replace(hour=10), tick=False):
        assert "expired" in judge(octets, expected).reason


def test_an_encrypted_answer_needs_a_key_that_this_reader_does_not_hold(idp_key, expected, sp_pair):
    verdict = judge(sent(idp_key, encryption=Encryption((sp_pair.certificate,))).octets, expected)
    assert not verdict.accepted
    assert verdict.reason


@pytest.mark.parametrize("octets", [b"", b"no XML", b"<a/>", b"<!DOCTYPE a><a/>"])
def test_other_bytes_than_a_response_are_refused_without_an_error(expected, octets):
    assert not judge(octets, expected).accepted
