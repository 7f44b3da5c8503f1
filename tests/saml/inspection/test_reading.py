"""A Response of ours is read back into the very facts that it was made from, whatever a name looks like."""

from datetime import UTC, datetime

import pytest

from idp.keys import certificates
from idp.saml import names
from idp.saml.attributes.attribute import Attribute
from idp.saml.errors import RequestTooLarge, UnreadableRequest
from idp.saml.inspection.reading import (
    LARGEST,
    AssertionRead,
    AttributeRead,
    AuthnRead,
    ConditionsRead,
    ConfirmationRead,
    ResponseRead,
    SignatureRead,
    moment,
    read,
)
from idp.saml.responses.assertion import Encryption
from idp.saml.signatures.signing import Sign
from tests.saml.inspection.ours import IDP, REQUEST, sent
from tests.saml.keys import a_pair
from tests.saml.messages import FLEX_ACS, FLEX_SP

ODD = {
    "markup": "R&D <Team>",
    "script": "</td><script>alert(1)</script>",
    "right to left": "\u202e\u0645\u0631\u062d\u0628\u0627\u2066 \u05e9\u05dc\u05d5\u05dd",
    "256 characters": "ü" * 256,
    "entity": "&amp;lt; ]]> <!-- -->",
    "empty": "",
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_values_come_back_as_they_were_sent(idp_key, odd):
    kept = sent(idp_key, Attribute("team", (odd, "second")), Attribute(odd or "x", (odd,), names.URI)).kept
    last = read(kept).assertions[0].attributes[-2:]
    assert last == (
        AttributeRead("team", names.BASIC, (odd, "second")),
        AttributeRead(odd or "x", names.URI, (odd,)),
    )


def test_the_envelope_is_read(idp_key):
    found = read(sent(idp_key).kept)
    assert (found.issuer, found.destination, found.in_response_to) == (IDP, FLEX_ACS, REQUEST)
    assert (found.version, found.status, found.encrypted) == ("2.0", (names.SUCCESS,), 0)


def test_the_assertion_is_read(idp_key):
    found = read(sent(idp_key, name_id="a&b").kept).assertions[0]
    assert (found.name_id, found.name_id_format, found.issuer) == ("a&b", names.UNSPECIFIED, IDP)
    assert found.conditions[0].audiences == ((FLEX_SP,),)
    assert found.confirmations[0].recipient == FLEX_ACS
    assert found.statements[0].context_class == names.MOBILE_ONE_FACTOR_CONTRACT
    assert (found.statements[0].session_index, found.statements[0].session_not_on_or_after) == ("session-1", None)


@pytest.mark.parametrize(
    ("signed", "places"),
    [(Sign.BOTH, ["Response", "Assertion"]), (Sign.RESPONSE, ["Response"]), (Sign.ASSERTION, ["Assertion"])],
)
def test_signatures_are_named_by_place_algorithm_and_certificate(idp_key, signed, places):
    found = read(sent(idp_key, signed=signed).kept).signatures
    assert [it.on for it in found] == places
    assert {it.algorithm for it in found} == {names.RSA_SHA256}
    assert {it.fingerprint for it in found} == {certificates.fingerprint(idp_key.certificate)}
    assert [it.references for it in found] == [(f"#{it.on_id}",) for it in found]


def test_a_stored_response_reads_like_the_one_that_was_sent(idp_key):
    both = sent(idp_key, Attribute("team", (ODD["script"],)))
    assert read(both.kept) == read(both.octets.decode())


def test_an_encrypted_assertion_is_counted_and_what_is_kept_of_it_is_readable(idp_key, sp_pair):
    both = sent(idp_key, encryption=Encryption((sp_pair.certificate,)))
    outside, kept = read(both.octets.decode()), read(both.kept)
    assert (outside.encrypted, outside.assertions) == (1, ())
    assert (kept.encrypted, kept.assertions[0].name_id) == (0, "ana7")


def test_a_certificate_that_cannot_be_read_has_no_fingerprint(idp_key):
    kept = sent(idp_key, signed=Sign.RESPONSE).kept
    begin = kept.index("<ds:X509Certificate>") + len("<ds:X509Certificate>")
    assert read(f"{kept[:begin]}AAAA{kept[begin + 40 :]}").signatures[0].fingerprint == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no XML",
        "<a/>",
        "<!DOCTYPE a><a/>",
        f'<Response xmlns="{names.ASSERTION}"/>',
        "<a>\x00</a>",
        "<a>\ud800</a>",
    ],
    ids=["nothing", "text", "another", "DTD", "wrong namespace", "control", "surrogate"],
)
def test_anything_but_a_response_is_refused(text):
    with pytest.raises(UnreadableRequest):
        read(text)


@pytest.mark.parametrize("unwritable", ["\ud800", "\x07", "\ufffe"])
def test_a_response_with_a_character_that_xml_cannot_hold_is_refused(idp_key, unwritable):
    with pytest.raises(UnreadableRequest):
        read(sent(idp_key).kept.replace("ana7", f"ana{unwritable}"))


def test_a_name_with_an_element_inside_is_refused(idp_key):
    with pytest.raises(UnreadableRequest):
        read(sent(idp_key).kept.replace("ana7", "ana<b/>7"))


def test_more_than_a_megabyte_is_refused(idp_key):
    with pytest.raises(RequestTooLarge):
        read(sent(idp_key, Attribute("a", ("x" * LARGEST,))).kept)


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("2026-11-21T10:00:00Z", datetime(2026, 11, 21, 10, tzinfo=UTC)),
        ("2026-11-21T10:00:00.500Z", datetime(2026, 11, 21, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-11-21T10:00:00+00:00", None),
        ("2026-11-21T10:00:00", None),
        ("2026-11-21", None),
        ("", None),
        (None, None),
    ],
)
def test_an_instant_counts_only_in_utc_with_z(text, read_as):
    assert moment(text) == read_as


# Made-up answers, read to the letter

OPEN = f'<samlp:Response xmlns:samlp="{names.PROTOCOL}" xmlns:saml="{names.ASSERTION}" xmlns:ds="{names.SIGNATURE}"'
EMPTY = f"""{OPEN}>
<ds:Signature><ds:SignedInfo><ds:SignatureMethod/><ds:Reference><ds:DigestMethod/></ds:Reference></ds:SignedInfo></ds:Signature>
<samlp:Status><samlp:StatusCode/></samlp:Status>
<saml:Assertion><saml:Subject><saml:NameID/><saml:SubjectConfirmation/></saml:Subject>
<saml:Conditions/><saml:AuthnStatement><saml:AuthnContext/></saml:AuthnStatement><saml:AuthnStatement/>
<saml:AttributeStatement><saml:Attribute/></saml:AttributeStatement></saml:Assertion>
</samlp:Response>"""
FILLED = f"""{OPEN} ID="_r" Version="2.0" IssueInstant="2026" Destination="https://a" InResponseTo="_q">
<saml:Issuer>us</saml:Issuer>
<ds:Signature><ds:SignedInfo><ds:SignatureMethod Algorithm="urn:rsa"/>
<ds:Reference URI="#_r"><ds:DigestMethod Algorithm="urn:sha"/></ds:Reference>
<ds:Reference URI="#_x"><ds:DigestMethod Algorithm="urn:md5"/></ds:Reference></ds:SignedInfo></ds:Signature>
<samlp:Status><samlp:StatusCode Value="top"><samlp:StatusCode Value="second"/></samlp:StatusCode></samlp:Status>
<saml:Assertion ID="_a" Version="2.1" IssueInstant="2027"><saml:Issuer>we</saml:Issuer>
<saml:Subject><saml:NameID Format="urn:f" SPNameQualifier="sp">ann7</saml:NameID>
<saml:SubjectConfirmation Method="bearer"><saml:SubjectConfirmationData Recipient="to" InResponseTo="_p"
NotBefore="2028" NotOnOrAfter="2029"/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="2030" NotOnOrAfter="2031"><saml:AudienceRestriction><saml:Audience>b</saml:Audience>
<saml:Audience>c</saml:Audience></saml:AudienceRestriction><saml:OneTimeUse/></saml:Conditions>
<saml:AuthnStatement AuthnInstant="2032" SessionIndex="s1" SessionNotOnOrAfter="2033"><saml:AuthnContext>
<saml:AuthnContextClassRef>urn:c</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement><saml:Attribute Name="n" NameFormat="urn:n"><saml:AttributeValue>v</saml:AttributeValue>
<saml:AttributeValue/></saml:Attribute><saml:EncryptedAttribute/></saml:AttributeStatement></saml:Assertion>
<saml:EncryptedAssertion/><saml:EncryptedAssertion/>
</samlp:Response>"""


def test_missing_elements_are_read_as_empty_or_none():
    assert read(EMPTY) == ResponseRead(
        *("", "", "", "", "", None, ("",)),
        assertions=(
            AssertionRead(
                *("", "", "", "", "", "", None),
                confirmations=(ConfirmationRead("", None, None, None, None),),
                conditions=(ConditionsRead(None, None, (), one_time_use=False),),
                statements=(AuthnRead("", "", "", None),) * 2,
                attributes=(AttributeRead("", "", ()),),
                sealed=0,
            ),
        ),
        encrypted=0,
        signatures=(SignatureRead("Response", "", ("",), "", ("",), ""),),
    )


def test_all_that_is_said_is_read():
    assert read(FILLED) == ResponseRead(
        *("_r", "2.0", "2026", "us", "https://a", "_q", ("top", "second")),
        assertions=(
            AssertionRead(
                *("_a", "2.1", "2027", "we", "ann7", "urn:f", "sp"),
                confirmations=(ConfirmationRead("bearer", "to", "_p", "2028", "2029"),),
                conditions=(ConditionsRead("2030", "2031", (("b", "c"),), one_time_use=True),),
                statements=(AuthnRead("2032", "urn:c", "s1", "2033"),),
                attributes=(AttributeRead("n", "urn:n", ("v", "")),),
                sealed=1,
            ),
        ),
        encrypted=2,
        signatures=(SignatureRead("Response", "_r", ("#_r", "#_x"), "urn:rsa", ("urn:sha", "urn:md5"), ""),),
    )


def test_an_assertion_without_a_subject_names_nobody():
    found = read(f"{OPEN}><saml:Assertion/></samlp:Response>").assertions[0]
    assert (found.name_id, found.name_id_format, found.sp_name_qualifier) == (None, "", None)


def test_a_certificate_is_known_by_its_fingerprint_however_it_is_laid_out():
    pair = a_pair("ec", curve=True)
    encoded = "\n ".join(pair.certificate.splitlines()[1:-1])
    info = (
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n {encoded}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    )
    found = read(f"{OPEN}><ds:Signature>{info}</ds:Signature></samlp:Response>").signatures[0]
    assert found.fingerprint == certificates.fingerprint(pair.certificate)
    assert (found.references, found.algorithm, found.digests) == ((), "", ())


def test_additional_elements_that_are_allowed_are_ignored():
    beside = FILLED.replace(
        "<saml:SubjectConfirmationData", "<saml:NameID>x</saml:NameID><saml:SubjectConfirmationData"
    )
    beside = beside.replace("<saml:AuthnContext>", "<saml:SubjectLocality/><saml:AuthnContext>")
    beside = beside.replace(
        "</saml:AuthnContext>", "<saml:AuthnContextDeclRef>d</saml:AuthnContextDeclRef></saml:AuthnContext>"
    )
    assert read(beside) == read(FILLED)


def test_the_error_names_the_element_that_came_instead_of_a_response():
    with pytest.raises(UnreadableRequest, match=r"^wanted a Response, saw a$"):
        read("<a/>")


def test_a_megabyte_is_read():
    whole = f"{OPEN}></samlp:Response>"
    assert read(whole + " " * (LARGEST - len(whole))).id == ""
    with pytest.raises(RequestTooLarge):
        read(whole + " " * (LARGEST + 1 - len(whole)))
