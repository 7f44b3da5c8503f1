"""Every clause of a strict reader: it holds for what we send, and fails on a document with just that fault."""

from datetime import timedelta

import pytest
from lxml import etree

from idp.saml import names
from idp.saml.attributes.attribute import Attribute
from idp.saml.attributes.release_list import ANY
from idp.saml.inspection.checks import check, failed
from idp.saml.inspection.reading import read
from idp.saml.signatures.signing import Sign
from tests.saml.inspection.ours import sent, wanted
from tests.saml.messages import FLEX_ACS, NOW

PREFIXES = {"saml": names.ASSERTION, "samlp": names.PROTOCOL, "ds": names.SIGNATURE}
LATE = "2026-11-21T23:59:59Z"
EARLY = "2020-01-01T00:00:00Z"


def put(path, **attributes):
    """Set attributes where the path leads; None takes one away."""

    def tamper(root):
        for it in root.xpath(path, namespaces=PREFIXES):
            for name, value in attributes.items():
                it.set(name, value) if value is not None else it.attrib.pop(name, None)

    return tamper


def say(path, text):
    """Change a text."""

    def tamper(root):
        root.xpath(path, namespaces=PREFIXES)[0].text = text

    return tamper


def twice(path):
    """Repeat an element behind itself."""

    def tamper(root):
        found = root.xpath(path, namespaces=PREFIXES)[0]
        again = etree.fromstring(etree.tostring(found, with_tail=False))
        for it in again.iter():
            it.attrib.pop("ID", None)
        found.addnext(again)

    return tamper


def drop(path):
    """Take an element away."""

    def tamper(root):
        for it in root.xpath(path, namespaces=PREFIXES):
            it.getparent().remove(it)

    return tamper


def add(path, tag):
    """Put an empty element inside."""

    def tamper(root):
        parent = root.xpath(path, namespaces=PREFIXES)[0]
        etree.SubElement(parent, f"{{{names.ASSERTION}}}{tag}")

    return tamper


ATTRIBUTE = "//saml:Attribute[@Name='{}']"
VALUE = ATTRIBUTE + "/saml:AttributeValue"
BEARER = "//saml:SubjectConfirmationData"
FAULTS = [
    ("Version", put("/samlp:Response", Version="1.1")),
    ("Version", put("//saml:Assertion", Version="2")),
    ("IDs", put("//saml:Assertion", ID="4711")),
    ("IDs", put("/samlp:Response", ID="")),
    ("Status", put("//samlp:StatusCode", Value=names.REQUESTER)),
    ("Assertions", twice("//saml:Assertion")),
    ("Assertions", drop("//saml:Assertion")),
    ("Destination", put("/samlp:Response", Destination=FLEX_ACS + "/")),
    ("Destination", put("/samlp:Response", Destination=FLEX_ACS + "?x=1")),
    ("Destination", put("/samlp:Response", Destination=FLEX_ACS.upper())),
    ("Issuer of the Response", say("/samlp:Response/saml:Issuer", "https://other.example")),
    ("Issuer of the Assertion", say("//saml:Assertion/saml:Issuer", "https://other.example")),
    ("Issuer's edges", say("//saml:Assertion/saml:Issuer", " https://idp.example.org/saml/metadata")),
    ("IssueInstant", put("/samlp:Response", IssueInstant=LATE)),
    ("IssueInstant", put("//saml:Assertion", IssueInstant="2026-11-21T08:00:00+00:00")),
    ("InResponseTo", put("/samlp:Response", InResponseTo=None)),
    ("InResponseTo", put(BEARER, InResponseTo=None)),
    ("InResponseTo", put(BEARER, InResponseTo="_another")),
    ("NameID", say("//saml:NameID", "")),
    ("NameID", say("//saml:NameID", "ana7 ")),
    ("NameID", drop("//saml:NameID")),
    ("NameID format", put("//saml:NameID", Format=names.TRANSIENT)),
    ("SPNameQualifier", put("//saml:NameID", SPNameQualifier="")),
    ("Subject confirmation", twice("//saml:SubjectConfirmation")),
    ("Subject confirmation", put("//saml:SubjectConfirmation", Method="urn:other")),
    ("Recipient", put(BEARER, Recipient=FLEX_ACS + "&x=1")),
    ("Recipient", put(BEARER, Recipient=None)),
    ("Confirmation NotOnOrAfter", put(BEARER, NotOnOrAfter=EARLY)),
    ("Confirmation NotOnOrAfter", put(BEARER, NotOnOrAfter=None)),
    ("Confirmation NotBefore", put(BEARER, NotBefore=EARLY)),
    ("Conditions", twice("//saml:Conditions")),
    ("Conditions", drop("//saml:Conditions")),
    ("NotBefore", put("//saml:Conditions", NotBefore=LATE)),
    ("NotBefore", put("//saml:Conditions", NotBefore=None)),
    ("NotOnOrAfter", put("//saml:Conditions", NotOnOrAfter=EARLY)),
    ("Audience", say("//saml:Audience", "urn:flex:JQ")),
    ("Audience", twice("//saml:Audience")),
    ("Audience", twice("//saml:AudienceRestriction")),
    ("Audience", drop("//saml:AudienceRestriction")),
    ("OneTimeUse", add("//saml:Conditions", "OneTimeUse")),
    ("AuthnStatement", twice("//saml:AuthnStatement")),
    ("AuthnStatement", drop("//saml:AuthnStatement")),
    ("AuthnInstant", put("//saml:AuthnStatement", AuthnInstant=LATE)),
    ("AuthnContextClassRef", drop("//saml:AuthnContextClassRef")),
    ("SessionIndex", put("//saml:AuthnStatement", SessionIndex=None)),
    ("SessionNotOnOrAfter", put("//saml:AuthnStatement", SessionNotOnOrAfter=EARLY)),
    ("SessionNotOnOrAfter", put("//saml:AuthnStatement", SessionNotOnOrAfter="2026-11-21T09:30:00Z")),
    ("Attribute names", twice(ATTRIBUTE.format("email"))),
    ("Encrypted attributes", add("//saml:AttributeStatement", "EncryptedAttribute")),
    ("Attribute roles", drop(ATTRIBUTE.format("roles"))),
    ("Attribute roles", drop(VALUE.format("roles"))),
    ("Attribute full_name", say(VALUE.format("full_name"), " ")),
    ("Attribute email", say(VALUE.format("email"), "")),
    ("Types of values", put(ATTRIBUTE.format("email"), NameFormat=names.URI)),
    ("Types of values", say(VALUE.format("skill.int"), "five")),
    ("Types of values", say(VALUE.format("languages.stringarray"), "es,,en")),
    ("Types of values", put(ATTRIBUTE.format("skill.int"), Name="roles.int")),
    ("Signatures", drop("//saml:Assertion/ds:Signature")),
    ("Signatures", twice("/samlp:Response/ds:Signature")),
    ("Signature of the Response: covers", put("/samlp:Response/ds:Signature//ds:Reference", URI="#_another")),
    ("Signature of the Response: covers", twice("/samlp:Response/ds:Signature//ds:Reference")),
    ("Signature of the Assertion: covers", put("//saml:Assertion/ds:Signature//ds:Reference", URI="")),
    (
        "Signature of the Response: algorithms",
        put("/samlp:Response/ds:Signature//ds:SignatureMethod", Algorithm="http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    ),
    (
        "Signature of the Assertion: algorithms",
        put("//saml:Assertion/ds:Signature//ds:DigestMethod", Algorithm=names.SHA1_IN_OAEP),
    ),
    ("Signature of the Response: key", drop("/samlp:Response/ds:Signature/ds:KeyInfo")),
    ("Signature of the Assertion: key", drop("//saml:Assertion/ds:Signature/ds:KeyInfo")),
]
TYPED = (
    Attribute("skill.int", ("5",)),
    Attribute("languages.stringarray", ("es,en",)),
    Attribute("old", ("",)),
)
FAR_OFF = NOW + timedelta(hours=8)


def checked(answer, known, **more):
    return check(read(answer.kept), known, **{"sent_encrypted": False, **more})


@pytest.mark.parametrize("request_id", ["_request-1", None], ids=["asked for", "begun here"])
@pytest.mark.parametrize("signed", Sign)
def test_our_own_response_passes_every_check(idp_key, signed, request_id):
    answer = sent(idp_key, *TYPED, signed=signed, request_id=request_id, session_not_on_or_after=FAR_OFF)
    assert failed(checked(answer, wanted(idp_key, sign=signed, request_id=request_id))) == ()


@pytest.mark.parametrize(("name", "tamper"), FAULTS, ids=[f"{name} {nth}" for nth, (name, _) in enumerate(FAULTS)])
def test_a_fault_is_found_by_its_check_with_one_sentence_what_to_do(idp_key, name, tamper):
    root = etree.fromstring(sent(idp_key, *TYPED).kept)
    tamper(root)
    found = failed(check(read(etree.tostring(root, encoding="unicode")), wanted(idp_key), sent_encrypted=False))
    assert name in {it.name for it in found}
    assert all(it.advice.endswith((".", ").", "”.")) for it in found)


OTHER_WISHES = {
    "Encryption": {"encrypt": True},
    "NameID format": {"name_id_formats": (names.PERSISTENT,)},
    "InResponseTo": {"request_id": None},
    "Signatures": {"sign": Sign.RESPONSE},
    "Signature of the Response: key": {"certificates": ("AA:BB",)},
    "Signature of the Response: algorithms": {"algorithm": names.RSA_SHA512},
    "Destination": {"acs_urls": ()},
    "Audience": {"entity_id": "urn:flex:other"},
    "Length of values": {"rules": ANY},
}


@pytest.mark.parametrize("name", OTHER_WISHES)
def test_an_answer_that_the_row_does_not_want_fails_that_check(idp_key, name):
    answer = sent(idp_key, Attribute("long", ("x" * 1025,)))
    assert name in {it.name for it in failed(checked(answer, wanted(idp_key, **OTHER_WISHES[name])))}


def test_every_check_was_seen_failing(idp_key):
    names_of_checks = {it.name for it in checked(sent(idp_key), wanted(idp_key))}
    names_of_checks |= {it.name for it in checked(sent(idp_key), wanted(idp_key, rules=ANY))}
    assert names_of_checks == {name for name, _ in FAULTS} | set(OTHER_WISHES)


def test_another_service_minds_no_missing_roles_and_no_types(idp_key):
    answer = sent(idp_key, Attribute("skill.int", ("five",), names.URI))
    assert failed(checked(answer, wanted(idp_key, rules=ANY))) == ()


def test_checks_quote_nothing_personal(idp_key):
    answer = sent(idp_key, Attribute("skill.int", ("secret",)), name_id="secret")
    assert "secret" not in str(checked(answer, wanted(idp_key)))
    assert "ana@acme.example" not in str(checked(answer, wanted(idp_key)))


def test_times_are_held_against_the_moment_of_issue_and_not_of_looking(idp_key):
    answer = sent(idp_key)
    assert failed(checked(answer, wanted(idp_key, at=NOW + timedelta(minutes=4)))) == ()
    late = {it.name for it in failed(checked(answer, wanted(idp_key, at=NOW + timedelta(minutes=5))))}
    assert late == {"NotOnOrAfter", "Confirmation NotOnOrAfter"}
