"""What the trail keeps of a sign-in's facts, and what is read from it later."""

import json
from datetime import UTC, datetime

import pytest

from idp.policies.access import recorded_attempts
from idp.policies.access.decisions import Attempt, Guardrails
from idp.policies.access.facts import LATER, Facts, Later
from idp.policies.user_agents import Platform

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ATTEMPT = Attempt(
    "flex",
    Facts(
        platform=Later(frozenset({Platform.MACOS, Platform.IPADOS})),
        text=frozenset({"Mozilla/5.0"}),
        network=frozenset({"192.0.2.7"}),
        moment=frozenset({NOON}),
    ),
    Guardrails(stopped=True, agent_off=LATER),
    let_in=LATER,
)
STORED = {
    "platform": {"later": ["ipados", "macos"]},
    "text": "apart",
    "network": "apart",
    "moment": ["2026-11-21T12:00:00+00:00"],
    "guardrails": {"stopped": True, "agent_off": "later"},
    "let_in": "later",
}


def facts_from_json(stored, text=""):
    return recorded_attempts.facts_from_json(stored, text=text, address=None)


def test_known_and_partly_known_facts_are_stored_without_address_and_header():
    assert recorded_attempts.to_json(ATTEMPT) == STORED


def test_a_stored_attempt_is_read_with_the_events_own_address_and_header():
    stored = json.loads(json.dumps(STORED))
    assert recorded_attempts.from_json(stored, service="flex", text="Mozilla/5.0", address="192.0.2.7") == ATTEMPT
    without = recorded_attempts.from_json(stored, service="flex").facts
    assert without.network == without.text == LATER
    assert facts_from_json({"text": "apart"}).text == LATER


def test_an_empty_header_is_not_replaced_by_the_events_header():
    stored = recorded_attempts.facts_to_json(Facts(text=frozenset()))
    assert stored == {"text": []}
    assert facts_from_json(stored, text="Mozilla/5.0") == Facts(text=frozenset())


def test_an_instant_that_is_still_open_is_kept_as_an_instant():
    facts = Facts(moment=Later(frozenset({NOON})))
    stored = json.loads(json.dumps(recorded_attempts.facts_to_json(facts)))
    assert stored == {"moment": {"later": ["2026-11-21T12:00:00+00:00"]}}
    assert facts_from_json(stored) == facts


def test_a_record_that_says_nothing_is_of_somebody_without_a_pass():
    assert recorded_attempts.from_json({}, service="flex") == Attempt("flex", Facts())


@pytest.mark.parametrize(
    ("stored", "sentence"),
    [
        ({"moon": ["full"], "tide": []}, "^no fact is called moon, tide$"),
        ({"platform": "android"}, "^platform is not a list: 'android'$"),
    ],
)
def test_an_unreadable_record_says_why(stored, sentence):
    with pytest.raises(ValueError, match=sentence):
        facts_from_json(stored)
