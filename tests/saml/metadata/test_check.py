"""The checklist that our own metadata is held against, to the letter: operators read it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509

from idp.saml import names
from idp.saml.metadata.check import Check, checklist
from idp.saml.metadata.idp_description import build
from tests.saml.keys import a_pair
from tests.saml.messages import NOW
from tests.saml.metadata.ours import FULL, an_idp

DEMO = "LATCHKEY_BASE_URL begins with http:// in the demo only."
LINES = (
    Check("Valid by the standard's schema", holds=True),
    Check(
        "The entity ID is an https address of at most 256 characters",
        holds=True,
        must=False,
        advice="Set LATCHKEY_ENTITY_ID once, before any service knows another.",
    ),
    Check("Sign-in is offered by HTTP-Redirect and HTTP-POST", holds=True),
    Check("Sign-in is at an https address", holds=True, advice=DEMO),
    Check("Logout is offered by HTTP-Redirect and HTTP-POST", holds=True),
    Check("Logout is at an https address", holds=True, advice=DEMO),
    Check("A signing certificate is published", holds=True),
    Check("Each key is RSA of 2048 bits or more, or on the curve P-256, P-384 or P-521", holds=True),
    Check(
        "No certificate is over",
        holds=True,
        must=False,
        advice="It still signs, but some services mind: change the key.",
    ),
    Check("Persistent and transient names are offered", holds=True),
    Check("RSA-SHA256 is announced", holds=True),
    Check("No algorithm is announced that we refuse", holds=True),
    Check("There is a name for people", holds=True),
    Check("There is a page for errors", holds=True),
    Check("There is a logo", holds=True, must=False, advice="Set LATCHKEY_LOGO."),
    Check("There is a technical contact", holds=True, must=False, advice="Set LATCHKEY_CONTACT."),
)
EMPTY = (
    f'<md:EntityDescriptor xmlns:md="{names.METADATA}"><md:IDPSSODescriptor><md:SingleSignOnService/>'
    "<md:SingleLogoutService/></md:IDPSSODescriptor></md:EntityDescriptor>"
).encode()
HOLDS_OF_NONE = {LINES[7].sentence, LINES[8].sentence, LINES[11].sentence}


def ours(**changes):
    return build(an_idp(**{**FULL, "name_id_formats": (names.PERSISTENT, names.TRANSIENT), **changes}))


def failing(xml, now=NOW):
    return [it.sentence for it in checklist(xml, now) if not it.holds]


def test_full_metadata_passes_the_whole_list():
    assert tuple(checklist(ours(), NOW)) == LINES


def test_an_empty_description_fails_every_line_that_something_can_be_missing_for():
    schema, *others = checklist(EMPTY, NOW)
    assert others == [replace(it, holds=it.sentence in HOLDS_OF_NONE) for it in LINES[1:]]
    assert replace(schema, holds=True, advice="") == LINES[0]
    assert schema.holds is False
    assert "'entityID' is required but missing" in schema.advice


def test_a_service_providers_document_says_nothing_of_an_idp():
    xml = EMPTY.replace(b"IDPSSODescriptor", b"SPSSODescriptor")
    assert checklist(xml, NOW) == [Check("There is an IDPSSODescriptor", holds=False)]


def test_an_announced_sha_1_is_found():
    xml = ours().replace(names.RSA_SHA256.encode(), b"http://www.w3.org/2000/09/xmldsig#rsa-sha1")
    assert failing(xml) == ["RSA-SHA256 is announced", "No algorithm is announced that we refuse"]


WANTING = {
    "no logout": ({"slo_url": None}, "Logout is offered by HTTP-Redirect and HTTP-POST"),
    "sign-in over http": ({"sso_url": "http://idp.example.org/sso"}, "Sign-in is at an https address"),
    "logout over http": ({"slo_url": "http://idp.example.org/slo"}, "Logout is at an https address"),
    "no key": ({"certificates": ()}, "A signing certificate is published"),
    "an expired key": ({"certificates": (a_pair("expired", expired=True).certificate,)}, "No certificate is over"),
    "a weak key": ({"certificates": (a_pair("small", bits=1024).certificate,)}, LINES[7].sentence),
    "no persistent name": ({"name_id_formats": (names.TRANSIENT,)}, "Persistent and transient names are offered"),
    "no transient name": ({"name_id_formats": (names.PERSISTENT,)}, "Persistent and transient names are offered"),
    "no contact": ({"technical_contact": None}, "There is a technical contact"),
    "no logo": ({"logo_url": None}, "There is a logo"),
    "no help": ({"error_url": None}, "There is a page for errors"),
    "an entity ID over http": ({"entity_id": "http://idp.example.org"}, LINES[1].sentence),
    "an entity ID too long by one": ({"entity_id": f"https://{'x' * 249}"}, LINES[1].sentence),
}


@pytest.mark.parametrize(("changes", "sentence"), WANTING.values(), ids=WANTING)
def test_the_list_names_what_is_missing_and_nothing_else(changes, sentence):
    assert failing(ours(**changes)) == [sentence]


def test_the_longest_entity_id_passes():
    assert failing(ours(entity_id=f"https://{'x' * 248}")) == []


@pytest.mark.parametrize("name", ["idp", "on a curve"])
def test_a_certificate_is_over_at_its_last_instant(name):
    certificate = a_pair(name, curve=name == "on a curve").certificate
    end = x509.load_pem_x509_certificate(certificate.encode()).not_valid_after_utc
    assert failing(ours(certificates=(certificate,)), end - timedelta(seconds=1)) == []
    assert failing(ours(certificates=(certificate,)), end) == ["No certificate is over"]
