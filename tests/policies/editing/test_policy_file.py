import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from idp.policies.access.facts import AgentFacts
from idp.policies.access.rules import Effect, Mode, Policy, Rule
from idp.policies.editing import policy_file
from idp.policies.editing.policy_file import LONGEST_MESSAGE, LONGEST_NAME, Misfit
from idp.policies.simulation.trial import Trial
from tests.policies.worlds import defaults, policies
from tests.user_agents import ANDROID, IPHONE

NO_ANDROID = {"kind": "platform", "platforms": ["android"], "negated": False}
SUPERVISOR = {"kind": "role", "roles": ["supervisor"], "negated": False}
RULES = [
    {"name": "Bosses", "mode": "on", "effect": "allow", "conditions": [SUPERVISOR]},
    {"name": "No Android", "mode": "on", "effect": "deny", "conditions": [NO_ANDROID], "message": "iPhones only."},
]


def a_file(*cases, **fields):
    return json.dumps({"default": "allow", "rules": RULES, "cases": list(cases), **fields})


@pytest.mark.parametrize(
    ("case", "comes"),
    [
        ({"user_agent": IPHONE}, "allow"),
        ({"user_agent": ANDROID}, "undecided"),
        ({"user_agent": ANDROID, "agent": {"roles": ["agent"]}}, "deny"),
        ({"user_agent": ANDROID, "agent": {"roles": ["supervisor"]}}, "allow"),
    ],
)
def test_cases_are_judged_as_sign_ins_are(case, comes):
    passes = policy_file.read(a_file({**case, "expect": comes}))
    fails = policy_file.read(a_file({**case, "name": "Wrong", "expect": "ask_code"}))

    assert policy_file.failures(passes) == []
    assert [(it.case.name, it.came) for it in policy_file.failures(fails)] == [("Wrong", comes)]


def test_a_failed_case_names_the_rule_that_decided():
    file = policy_file.read(a_file({"user_agent": ANDROID, "agent": {"roles": ["agent"]}, "expect": "allow"}))

    assert [it.by for it in policy_file.failures(file)] == ["No Android"]


@settings(max_examples=30)
@given(policies(), defaults)
def test_a_policy_comes_back_from_its_file_as_it_was(rules, default):
    keyed = [replace(it, key=f"00000000-0000-4000-8000-{nth:012}", name="x") for nth, it in enumerate(rules)]
    policy = Policy(tuple(keyed), default)

    assert policy_file.read(policy_file.write(policy, [])).policy == policy


CASE = {"user_agent": "x", "expect": "allow"}
KEY = "6f1c8a52-4b8e-4b43-9d43-0d9a7a1b2c3d"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "not JSON"),
        ("[]", "no object in braces where the file"),
        (a_file(default="maybe"), "In default stands 'maybe'; it can be allow, deny"),
        (a_file(cases={}), "no list in cases"),
        (a_file(default="ask_code"), "it can be allow, deny"),
        (a_file(rules={}), "no list in rules"),
        (a_file(more=1, other=2), r"nothing is called more, other\.$"),
        (a_file(rules=[{"name": "x"}]), "In rule 1 there is no conditions, effect, mode"),
        (a_file(rules=[{**RULES[0], "name": ""}]), "1 to 100 characters"),
        (a_file(rules=[{**RULES[0], "mode": "loud"}]), "In rule 1, mode stands 'loud'; it can be off, watch, on"),
        (a_file(rules=[{**RULES[0], "effect": "sing"}]), "In rule 1, effect stands 'sing'"),
        (a_file(rules=[{**RULES[0], "name": 1}]), "no text in rule 1, name"),
        (a_file(rules=[{**RULES[0], "message": 1}]), "no text in rule 1, message"),
        (a_file(rules=[{**RULES[0], "key": 1}]), "no text in rule 1, key"),
        (a_file(rules=[{**RULES[0], "conditions": {}}]), "no list in rule 1, conditions"),
        (a_file(rules=[{**RULES[0], "services": "flex"}]), "no list in rule 1, services"),
        (a_file(rules=[{**RULES[0], "services": [1]}]), "no text in rule 1, services"),
        (a_file(rules=[{**RULES[0], "conditions": [{"kind": "moon"}]}]), r"rule 1 \(“Bosses”\).+moon"),
        (a_file(rules=[{**RULES[0], "key": "1"}]), "badly formed"),
        (a_file(rules=[{**RULES[0], "key": KEY}] * 2), "^Two rules have one key"),
        ("[" * 100_000, "not JSON"),
        (a_file(rules=[{**RULES[0], "name": "  "}]), "1 to 100 characters"),
        (a_file(rules=[{**RULES[0], "message": "\0"}]), "In rule 1 stands a character that cannot be kept"),
        (a_file(rules=[{**RULES[0], "services": ["\ud800"]}]), "a character that cannot be kept"),
        (a_file(rules=[{**RULES[0], "name": "\u202eX"}]), "or that turns text round"),
        (a_file(rules=[{**RULES[0], "conditions": [{**SUPERVISOR, "roles": ["\0"]}]}]), "cannot be kept"),
        (a_file({**CASE, "expect": "perhaps"}), "allow, ask_code, deny, undecided"),
        (a_file({**CASE, "at": "noon"}), "the time cannot be read"),
        (a_file({**CASE, "address": "home"}), "the address cannot be read"),
        (a_file({**CASE, "touch_points": "5"}), "no whole number in case 1, touch_points"),
        (a_file({**CASE, "agent": {"age": 1}}), "nothing is called age"),
        (a_file({**CASE, "agent": {"roles": "agent"}}), "no list in case 1"),
        (a_file({**CASE, "user_agent": None}), "no text in case 1, user_agent"),
        (a_file({**CASE, "service": 1}), "no text in case 1, service"),
        (a_file({**CASE, "address": 1}), "In case 1 the address cannot be read"),
        (a_file({**CASE, "name": 1}), "no text in case 1"),
        (a_file({**CASE, "expect": 1}), "In case 1, expect stands 1"),
        (a_file({**CASE, "more": 1}), "In case 1 nothing is called more"),
        (a_file({**CASE, "agent": 1}), "braces where case 1, agent is to be"),
        (a_file({**CASE, "agent": {"email": 1}}), "no text in case 1"),
        (a_file({**CASE, "agent": {"roles": [1]}}), "no text in case 1"),
        (a_file({**CASE, "agent": {"department": 1}}), "no text in case 1"),
        (a_file({**CASE, "agent": {"device_age": "old"}}), "no whole number in case 1, device_age"),
        (a_file({**CASE, "agent": {"code_age": 1.5}}), "no whole number in case 1, code_age"),
    ],
)
def test_a_fault_in_a_policy_file_is_reported_with_its_place(text, sentence):
    with pytest.raises(Misfit, match=sentence):
        policy_file.read(text)


def test_a_rule_without_a_sentence_tells_none():
    assert [it.message for it in policy_file.read(a_file()).policy.rules] == ["", "iPhones only."]


def test_names_and_sentences_have_so_many_letters_and_no_more():
    longest = {**RULES[0], "name": "n" * LONGEST_NAME, "message": "m" * LONGEST_MESSAGE}
    assert policy_file.read(a_file(rules=[longest])).policy.rules
    for field in ("name", "message"):
        with pytest.raises(Misfit, match=f"up to {LONGEST_MESSAGE}"):
            policy_file.read(a_file(rules=[{**longest, field: longest[field] + "x"}]))


def test_a_file_is_written_for_people_to_read():
    text = policy_file.write(Policy((Rule("1", "Señoras", Mode.ON, Effect.ALLOW),)), [])
    assert text.startswith('{\n  "default": "allow",\n')
    assert '"name": "Señoras"' in text


def test_every_field_of_a_rule_and_the_cases_stand_in_the_file():
    rule = {
        "key": KEY, "name": "No Android", "mode": "watch", "effect": "deny", "services": ["flex"],
        "conditions": [NO_ANDROID], "message": "iPhones only.",
    }  # fmt: skip
    whole = {"default": "deny", "rules": [rule], "cases": [CASE]}
    policy = policy_file.read(json.dumps(whole)).policy

    assert policy_file.write(policy, [CASE]) == json.dumps(whole, indent=2) + "\n"


def test_a_policy_file_contains_the_default():
    assert policy_file.read(a_file(default="deny")).policy.default is Effect.DENY


def test_a_case_says_who_comes_from_where_and_when():
    """Whatever a case tells reaches the rules: here one rule for each of its fields."""
    agent = {"email": "ana@acme.example", "roles": ["agent"], "department": "Night", "device_age": 2, "code_age": 30}
    case = {
        **CASE, "service": "flex", "address": "192.0.2.7", "at": "2026-01-04T23:00:00", "touch_points": 5,
        "agent": agent,
    }  # fmt: skip
    trial = policy_file.read(a_file(case)).cases[0].trial
    facts = AgentFacts("ana@acme.example", frozenset({"agent"}), "Night", device_age=2, code_age=30)
    sunday = datetime(2026, 1, 4, 23, tzinfo=UTC)
    assert trial == Trial("x", sunday, "flex", 5, "192.0.2.7", facts)


def test_a_case_that_says_nothing_more_comes_on_a_monday_at_noon():
    (case,) = policy_file.read(a_file(CASE)).cases
    assert (case.name, case.trial) == ("case 1", Trial("x", datetime(2026, 1, 5, 12, tzinfo=UTC)))


def test_an_agent_without_details_has_just_given_a_code_on_a_new_phone():
    trial = policy_file.read(a_file({**CASE, "agent": {}, "at": "2026-01-04T23:00:00+02:00"})).cases[0].trial
    assert trial.agent == AgentFacts("", frozenset(), "", device_age=0, code_age=0)
    assert trial.now == datetime(2026, 1, 4, 21, tzinfo=UTC)


def test_rules_without_a_key_keep_mode_service_and_message():
    watching = {**RULES[1], "mode": "watch"}
    elsewhere = {**RULES[1], "services": ["rota"]}
    android = {"user_agent": ANDROID, "service": "flex", "agent": {"roles": ["agent"]}, "expect": "allow"}
    assert policy_file.failures(policy_file.read(a_file(android, rules=[watching, elsewhere]))) == []


def test_a_denying_default_is_named():
    file = policy_file.read(a_file({"user_agent": IPHONE, "agent": {}, "expect": "allow"}, default="deny", rules=[]))
    (failure,) = policy_file.failures(file)
    assert (failure.came, failure.by) == ("deny", "default")
