"""Symptoms: each thing seen in Flex has a cause and a sentence, with our own values, and stands in the guide."""

import string
from dataclasses import asdict, fields

import pytest

from idp.saml.profiles.flex_symptoms import SYMPTOMS, Here
from tests.docs.pages import DOCS, table

HERE = Here(**{it.name: f"<our {it.name}>" for it in fields(Here)})
GENERAL = Here(
    issuer="our entity ID",
    sso_url="`…/saml/sso`",
    metadata_url="`…/saml/metadata`",
    fingerprint="shown in the admin",
    entity_id="as the Console shows it",
    acs_url="as the Console shows it",
    lacking="see the admin",
    typed="see the admin",
)
"""How the guide writes what differs between installations."""

KNOWN = [
    "70004",
    "401",
    "70251",
    "no valid certificate",
    "style information",
    "45050",
    "doesn't have a role attribute",
    "invalid attribute format",
    "Invalid SSO Settings",
    "Session not found",
    "70252",
    "70253",
    "45002",
    "45003",
    "45009",
]
each_symptom = pytest.mark.parametrize("symptom", SYMPTOMS, ids=lambda it: it.slug)


@pytest.mark.parametrize("words", KNOWN)
def test_each_message_that_flex_is_known_for_is_found_once(words):
    assert [it.slug for it in SYMPTOMS if words in it.seen] != []
    assert len([it for it in SYMPTOMS if words in it.seen]) == 1


@each_symptom
def test_each_symptom_has_a_cause_and_says_what_to_do_in_sentences(symptom):
    said = symptom.said(HERE)
    assert said.endswith(".")
    assert symptom.cause.endswith(".")
    assert said != symptom.cause
    assert 1 <= said.count(". ") + 1 <= 3


@each_symptom
def test_each_sentence_is_filled_with_values_that_there_are(symptom):
    wanted = {name for _, name, _, _ in string.Formatter().parse(symptom.say) if name}
    assert wanted <= asdict(HERE).keys()
    assert all(f"<our {name}>" in symptom.said(HERE) for name in wanted)


OWN = {
    "login-box": "issuer",
    "certificate": "fingerprint",
    "xml-shown": "sso_url",
    "no-role": "lacking",
    "bad-attribute": "typed",
    "other-number": "acs_url",
}


@pytest.mark.parametrize(("slug", "value"), OWN.items())
def test_the_value_to_compare_is_in_the_sentence(slug, value):
    symptom = next(it for it in SYMPTOMS if it.slug == slug)
    assert f"<our {value}>" in symptom.said(HERE)


def test_a_value_with_braces_stays_as_it_is():
    odd = Here(**{**asdict(HERE), "lacking": "{issuer} {0}: roles"})
    assert "{issuer} {0}: roles" in next(it for it in SYMPTOMS if it.slug == "no-role").said(odd)


def test_the_guide_holds_the_same_table():
    rows = [(it.seen, it.cause, it.said(GENERAL)) for it in SYMPTOMS]
    wanted = table("You see, in Flex", "Cause", "Do", rows=rows)
    guide = (DOCS / "how-to" / "connect-flex.md").read_text(encoding="utf-8")
    assert wanted in guide, f"Put this into the guide:\n{wanted}"
