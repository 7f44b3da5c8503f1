"""What a strict reader says of made-up answers, clause by clause: what it wanted, what it got, what to do."""

from dataclasses import replace

import pytest

from idp.saml import names
from idp.saml.attributes.release_list import ANY, FLEX, Rules
from idp.saml.inspection.checks import Check, Wanted, check
from idp.saml.inspection.reading import (
    AssertionRead,
    AttributeRead,
    AuthnRead,
    ConditionsRead,
    ConfirmationRead,
    ResponseRead,
    SignatureRead,
)
from idp.saml.signatures.signing import Sign
from tests.saml.inspection.ours import IDP, REQUEST
from tests.saml.messages import FLEX_ACS, FLEX_SP, NOW

ASSERTION = AssertionRead(
    *("_a", "2.0", "2026-11-21T09:00:00Z", IDP, "ana7", names.UNSPECIFIED, None),
    confirmations=(ConfirmationRead(names.BEARER, FLEX_ACS, REQUEST, None, "2026-11-21T09:00:01Z"),),
    conditions=(ConditionsRead("2026-11-21T08:59:59Z", "2026-11-21T09:00:01Z", ((FLEX_SP,),), one_time_use=False),),
    statements=(AuthnRead("2026-11-21T09:00:00Z", "urn:class", "s1", "2026-11-21T10:00:01Z"),),
    attributes=tuple(AttributeRead(it, names.BASIC, ("x",)) for it in ("roles", "full_name", "email")),
    sealed=0,
)
MADE = ResponseRead(
    *("_r", "2.0", "2026-11-21T09:00:00Z", IDP, FLEX_ACS, REQUEST, (names.SUCCESS,)),
    assertions=(ASSERTION,),
    encrypted=0,
    signatures=(
        SignatureRead("Response", "_r", ("#_r",), names.RSA_SHA256, (names.SHA256,), "AA:BB"),
        SignatureRead("Assertion", "_a", ("#_a",), names.RSA_SHA256, (names.SHA512,), "CC:DD"),
    ),
)
ASKED = Wanted(
    *(IDP, FLEX_SP, (FLEX_ACS, "https://b"), REQUEST, (names.UNSPECIFIED, names.PERSISTENT), Sign.BOTH),
    *(names.RSA_SHA256, ("AA:BB", "CC:DD"), FLEX, False, NOW),
)
BOTH = f"{REQUEST} in both places"
STRONG = f"{names.RSA_SHA256}, SHA-256 or longer"
TOLD = [
    ("Version", "2.0 everywhere", "2.0, 2.0"),
    ("IDs", "begin with a letter or _", "_r, _a"),
    ("Status", names.SUCCESS, names.SUCCESS),
    ("Assertions", "exactly one", "1"),
    ("Destination", f"{FLEX_ACS} or https://b", FLEX_ACS),
    ("Issuer of the Response", IDP, IDP),
    ("Issuer of the Assertion", IDP, IDP),
    ("Issuer's edges", "no white space", "no white space"),
    ("IssueInstant", "in UTC with Z, not ahead", "2026-11-21T09:00:00Z, 2026-11-21T09:00:00Z"),
    ("InResponseTo", BOTH, f"{REQUEST}, {REQUEST}"),
    ("Encryption", "sent readable", "sent readable"),
    ("Signatures", "Response and Assertion", "Response, Assertion"),
    ("Signature of the Response: covers", "#_r alone", "#_r"),
    ("Signature of the Response: algorithms", STRONG, f"{names.RSA_SHA256}, {names.SHA256}"),
    ("Signature of the Response: key", "AA:BB or CC:DD", "AA:BB"),
    ("Signature of the Assertion: covers", "#_a alone", "#_a"),
    ("Signature of the Assertion: algorithms", STRONG, f"{names.RSA_SHA256}, {names.SHA512}"),
    ("Signature of the Assertion: key", "AA:BB or CC:DD", "CC:DD"),
    ("NameID", "filled, no white space at the edges", "filled"),
    ("NameID format", f"{names.UNSPECIFIED} or {names.PERSISTENT}", names.UNSPECIFIED),
    ("SPNameQualifier", "left out", "left out"),
    ("Subject confirmation", "one, by bearer", "1"),
    ("Recipient", FLEX_ACS, FLEX_ACS),
    ("Confirmation NotOnOrAfter", "in UTC with Z, ahead", "2026-11-21T09:00:01Z"),
    ("Confirmation NotBefore", "left out", "left out"),
    ("Conditions", "exactly one", "1"),
    ("NotBefore", "in UTC with Z, past", "2026-11-21T08:59:59Z"),
    ("NotOnOrAfter", "in UTC with Z, ahead", "2026-11-21T09:00:01Z"),
    ("Audience", f"{FLEX_SP} alone", FLEX_SP),
    ("OneTimeUse", "left out", "left out"),
    ("AuthnStatement", "exactly one", "1"),
    ("AuthnInstant", "in UTC with Z, not ahead", "2026-11-21T09:00:00Z"),
    ("AuthnContextClassRef", "one class", "urn:class"),
    ("SessionIndex", "filled", "s1"),
    ("SessionNotOnOrAfter", "left out, or more than an hour ahead", "2026-11-21T10:00:01Z"),
    ("Attribute names", "each once", "each once"),
    ("Encrypted attributes", "none", "none"),
    ("Attribute roles", "filled", "filled"),
    ("Attribute full_name", "filled", "filled"),
    ("Attribute email", "filled", "filled"),
    ("Types of values", "each parses", "each parses"),
]


def test_a_valid_response_is_listed_clause_by_clause_without_advice():
    assert check(MADE, ASKED, sent_encrypted=False) == tuple(Check(*it, passed=True) for it in TOLD)


def asserting(**changes):
    return replace(MADE, assertions=(replace(ASSERTION, **changes),))


def confirming(**changes):
    return asserting(confirmations=(replace(ASSERTION.confirmations[0], **changes),))


def within(**changes):
    return asserting(conditions=(replace(ASSERTION.conditions[0], **changes),))


def proving(**changes):
    return asserting(statements=(replace(ASSERTION.statements[0], **changes),))


def telling(*attributes):
    return asserting(attributes=(*ASSERTION.attributes, *(AttributeRead(*it) for it in attributes)))


def signing(**changes):
    return replace(MADE, signatures=(replace(MADE.signatures[0], **changes), MADE.signatures[1]))


OURS = "This is a fault of Latchkey: report it with the reference of the sign-in."
CLOCK = "Set the clock of this installation; it is not the service's."
ISSUER = f"Type {IDP} at the service as the issuer, to the character, or set LATCHKEY_ENTITY_ID to its."
ACS_ADVICE = "Register the ACS URL exactly as the service shows it"
CHANGED = "was changed since; sign in once more."
KEY = "Paste the certificate again at the service: it is signed for by another key than it may know."
FILL = "Fill in roles on the agent's page: Flex refuses a sign-in without it (error 45050)."
TYPES = "Change the list of attributes: Flex answers such a value with “400 Error invalid attribute format”."
COVERS, ALGORITHMS = "Signature of the Response: covers", "Signature of the Response: algorithms"
AT, SECOND = "2026-11-21T09:00:00Z", "2026-11-21T09:00:01Z"
SPOILT = [
    (replace(MADE, version="1.1"), "Version", "1.1, 2.0", OURS),
    (replace(MADE, id="1"), "IDs", "1, _a", OURS),
    (replace(MADE, status=("a", "b")), "Status", "a, b", "Look up in the trail why the sign-in was refused."),
    (replace(MADE, status=()), "Status", "nothing", "Look up in the trail why the sign-in was refused."),
    (replace(MADE, encrypted=1), "Assertions", "2", OURS),
    (replace(MADE, assertions=()), "Assertions", "0", OURS),
    (replace(MADE, destination=""), "Destination", "nothing", f"{ACS_ADVICE}, query string and last slash included."),
    (replace(MADE, issuer="x"), "Issuer of the Response", "x", ISSUER),
    (asserting(issuer=""), "Issuer of the Assertion", "nothing", ISSUER),
    (asserting(issuer=f"{IDP} "), "Issuer's edges", "white space", OURS),
    (replace(MADE, issue_instant=SECOND), "IssueInstant", f"{SECOND}, {AT}", CLOCK),
    (asserting(issue_instant="now"), "IssueInstant", f"{AT}, now", CLOCK),
    (confirming(in_response_to=None), "InResponseTo", f"{REQUEST}, nothing", OURS),
    (replace(MADE, in_response_to="_x"), "InResponseTo", f"_x, {REQUEST}", OURS),
    (replace(MADE, signatures=()), "Signatures", "nothing", f"The service's setting of what is signed {CHANGED}"),
    (
        replace(MADE, signatures=MADE.signatures[:1] * 2),
        "Signatures",
        "Response (2 times)",
        f"The service's setting of what is signed {CHANGED}",
    ),
    (signing(references=("#_r", "#_a")), COVERS, "#_r, #_a", OURS),
    (signing(on_id="_x"), COVERS, "#_r", OURS),
    (replace(signing(references=("#",), on_id=""), id=""), COVERS, "#", OURS),
    (signing(algorithm="a", digests=()), ALGORITHMS, "a", f"The service's signature algorithm {CHANGED}"),
    (signing(digests=()), ALGORITHMS, names.RSA_SHA256, f"The service's signature algorithm {CHANGED}"),
    (
        signing(digests=(names.SHA256, "sha1")),
        ALGORITHMS,
        f"{names.RSA_SHA256}, {names.SHA256}, sha1",
        f"The service's signature algorithm {CHANGED}",
    ),
    (signing(fingerprint=""), "Signature of the Response: key", "nothing", KEY),
    (asserting(name_id=None), "NameID", "empty", OURS),
    (asserting(name_id=" "), "NameID", "empty", OURS),
    (asserting(name_id="a "), "NameID", "white space at an edge", OURS),
    (
        asserting(name_id_format="x"),
        "NameID format",
        "x",
        "Choose at the service's page here the format that the service expects.",
    ),
    (asserting(sp_name_qualifier="x"), "SPNameQualifier", "x", OURS),
    (asserting(confirmations=()), "Subject confirmation", "0", OURS),
    (asserting(confirmations=ASSERTION.confirmations * 2), "Subject confirmation", "2", OURS),
    (confirming(method="x"), "Subject confirmation", "1", OURS),
    (confirming(recipient=None), "Recipient", "nothing", f"{ACS_ADVICE}."),
    (confirming(recipient="https://b"), "Recipient", "https://b", f"{ACS_ADVICE}."),
    (confirming(not_on_or_after=AT), "Confirmation NotOnOrAfter", AT, CLOCK),
    (confirming(not_on_or_after=None), "Confirmation NotOnOrAfter", "nothing", CLOCK),
    (confirming(not_before=AT), "Confirmation NotBefore", AT, OURS),
    (asserting(conditions=()), "Conditions", "0", OURS),
    (within(not_before=AT), "NotBefore", AT, CLOCK),
    (within(not_before=None), "NotBefore", "nothing", CLOCK),
    (within(not_on_or_after=AT), "NotOnOrAfter", AT, CLOCK),
    (
        within(audiences=(("a", "b"), ("c",))),
        "Audience",
        "a, b; c",
        "Register the entity ID exactly as the service shows it.",
    ),
    (within(one_time_use=True), "OneTimeUse", "there", OURS),
    (asserting(statements=()), "AuthnStatement", "0", OURS),
    (proving(instant=SECOND), "AuthnInstant", SECOND, CLOCK),
    (proving(instant=""), "AuthnInstant", "nothing", CLOCK),
    (proving(context_class=" "), "AuthnContextClassRef", " ", OURS),
    (proving(session_index=""), "SessionIndex", "nothing", OURS),
    (
        proving(session_not_on_or_after="2026-11-21T10:00:00Z"),
        "SessionNotOnOrAfter",
        "2026-11-21T10:00:00Z",
        "Ask for a fresh code: the service would end the sign-in at once.",
    ),
    (
        telling(("email", names.BASIC, ("x",)), ("roles", names.BASIC, ("x",))),
        "Attribute names",
        "twice: roles, email",
        OURS,
    ),
    (asserting(sealed=2), "Encrypted attributes", "2", OURS),
    (asserting(attributes=(AttributeRead("roles", names.BASIC, (" ",)),)), "Attribute roles", "empty", FILL),
    (asserting(attributes=ASSERTION.attributes[1:]), "Attribute roles", "missing", FILL),
    (
        telling(("a.int", names.BASIC, ("x",)), ("b", names.URI, ("x",))),
        "Types of values",
        "a.int: a value is not a whole number, such as 5 or -5. b: Flex wants the name format basic.",
        TYPES,
    ),
    (
        asserting(attributes=(replace(ASSERTION.attributes[0], name_format=names.URI), *ASSERTION.attributes[1:])),
        "Types of values",
        "roles: Flex wants the name format basic.",
        TYPES,
    ),
]


@pytest.mark.parametrize(("answer", "name", "got", "advice"), SPOILT, ids=[f"{it[1]}, {it[2]}" for it in SPOILT])
def test_a_failed_check_shows_what_came_and_what_to_do(answer, name, got, advice):
    told = [it for it in check(answer, ASKED, sent_encrypted=False) if it.name == name]
    assert Check(name, told[0].wanted, got, passed=False, advice=advice) in told


def told_of(name, answer=MADE, *, sent_encrypted=False, **wishes):
    found = {it.name: it for it in check(answer, replace(ASKED, **wishes), sent_encrypted=sent_encrypted)}[name]
    return found.wanted, found.got, found.passed, found.advice


def test_encryption_is_wanted_or_not():
    changed = f"The service's setting {CHANGED}"
    assert told_of("Encryption", encrypt=True) == ("sent encrypted", "sent readable", False, changed)
    assert told_of("Encryption", sent_encrypted=True) == ("sent readable", "sent encrypted", False, changed)
    assert told_of("Encryption", sent_encrypted=True, encrypt=True)[2]


def test_an_answer_that_nobody_asked_for_names_no_request():
    said = f"{REQUEST}, {REQUEST}"
    assert told_of("InResponseTo", request_id=None) == ("nothing in both places", said, False, OURS)


def test_elsewhere_a_session_may_end_soon_and_a_value_is_judged_by_its_length():
    soon = proving(session_not_on_or_after=SECOND)
    asked = "left out, or ahead"
    assert told_of("SessionNotOnOrAfter", soon, rules=ANY) == (asked, SECOND, True, "")
    assert not told_of("SessionNotOnOrAfter", proving(session_not_on_or_after=AT), rules=ANY)[2]
    assert told_of("SessionNotOnOrAfter", proving(session_not_on_or_after=None))[1:3] == ("left out", True)
    for length, advice in ((1024, ""), (1025, "Shorten the value in the list of attributes.")):
        told = told_of("Length of values", telling(("a", names.URI, ("x", "y" * length))), rules=ANY)
        assert told == ("at most 1024 characters", f"{length} at most", not advice, advice)
    assert told_of("Length of values", asserting(attributes=()), rules=ANY)[1] == "0 at most"


def test_an_array_is_judged_item_by_item_and_a_text_as_it_is():
    assert told_of("Types of values", telling(("a.intarray", names.BASIC, ("1,2",)), ("b", names.BASIC, ("1,x",))))[2]
    assert told_of("Types of values", telling(("a.b.intarray", names.BASIC, ("1,2",))))[2]
    assert not told_of("Types of values", telling(("a.intarray", names.BASIC, ("1,x",))))[2]
    assert not told_of("Types of values", telling(("a.int", names.BASIC, ("1,2",))))[2]


def test_types_are_judged_by_what_the_service_demands_and_nothing_else():
    assert told_of("Types of values", rules=Rules(typed=True)) == ("each parses", "each parses", True, "")


def test_any_digest_that_is_long_enough_is_strong():
    assert told_of(ALGORITHMS, signing(digests=tuple(names.DIGEST_ALGORITHMS)))[2]


def test_a_signature_of_what_is_not_there_covers_nothing():
    told = ("# alone", "#_a", False, OURS)
    assert told_of("Signature of the Assertion: covers", replace(MADE, assertions=())) == told
    assert told_of("Signature of the Status: covers", signing(on="Status", references=("#_a",))) == told
