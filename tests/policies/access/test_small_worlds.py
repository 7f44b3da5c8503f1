"""By brute force over small worlds: what must hold for whatever rules and whatever is known."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from idp.policies.access import recorded_attempts
from idp.policies.access.conditions import Answer
from idp.policies.access.decisions import Attempt, Guardrails, evaluate
from idp.policies.access.facts import LATER
from idp.policies.access.rules import Mode, Policy, Rule
from tests.policies.worlds import (
    ALLOW,
    ASK,
    DENY,
    WORLD,
    all_facts,
    completions,
    condition_tuples,
    conditions,
    decide,
    defaults,
    known_facts,
    policies,
    widened,
)

pytestmark = pytest.mark.long

patiently = settings(deadline=None, max_examples=60)
SEVERITY = {ALLOW: 0, ASK: 1, DENY: 2}


@patiently
@given(policies(), all_facts(), defaults)
def test_an_early_answer_is_the_final_one_however_the_facts_turn_out(rules, facts, default):
    early = decide(rules, facts, default=default).effect
    final = {decide(rules, it, default=default).effect for it in completions(facts)}

    assert early is None or final == {early}


@patiently
@given(policies(), known_facts, defaults)
def test_with_all_facts_there_is_always_an_answer(rules, facts, default):
    assert decide(rules, facts, default=default).effect is not None


@patiently
@given(policies(modes=tuple(Mode)), all_facts(), defaults)
def test_rules_that_are_watched_or_off_change_nothing(rules, facts, default):
    every = decide(rules, facts, default=default)
    only_on = decide([it for it in rules if it.mode is Mode.ON], facts, default=default)

    assert (every.effect, every.decided_by) == (only_on.effect, only_on.decided_by)


@patiently
@given(policies(), known_facts, defaults)
def test_knowing_less_never_makes_the_outcome_milder(rules, facts, default):
    knowing_more = SEVERITY[decide(rules, facts, default=default).effect]

    for it in widened(facts):
        assert SEVERITY[decide(rules, it, default=default).effect] >= knowing_more


@patiently
@given(policies(), condition_tuples, all_facts(), defaults)
def test_a_further_deny_rule_in_front_lets_nobody_new_in(rules, held, facts, default):
    before = decide(rules, facts, default=default).effect
    after = decide([Rule("new", "", Mode.ON, DENY, held), *rules], facts, default=default).effect

    assert after in {DENY, None, before}
    assert not (before is DENY and after is not DENY)


some_conditions = st.lists(conditions, min_size=1, max_size=2).map(tuple)
half_known = st.builds(lambda facts, at: [*widened(facts)][at], known_facts, st.integers(0, len(WORLD) - 1))


@settings(patiently, suppress_health_check=[HealthCheck.filter_too_much])  # not all rules are about what is unknown
@given(policies(), st.integers(0, 5), some_conditions, half_known, defaults)
def test_not_knowing_whether_to_ask_for_a_code_never_hides_a_deny(rules, at, held, facts, default):
    asks = Rule("new", "", Mode.ON, ASK, held)
    assume(decide([asks], facts).trace[0].answer is Answer.UNKNOWN)
    assume(decide(rules, facts, default=default).effect is DENY)

    assert decide([*rules[:at], asks, *rules[at:]], facts, default=default).effect is DENY


@patiently
@given(policies(modes=tuple(Mode)), all_facts(), defaults)
def test_the_trace_names_every_rule_once(rules, facts, default):
    assert [it.key for it in decide(rules, facts, default=default).trace] == [it.key for it in rules]


@patiently
@given(policies(), all_facts(), defaults)
def test_a_decision_names_a_rule_of_its_effect_or_the_default(rules, facts, default):
    decision = decide(rules, facts, default=default)
    effects_by_key = {it.key: it.effect for it in rules} | {"default": default, "": None}

    assert decision.effect is effects_by_key[decision.decided_by]


flags = st.sampled_from([False, True, LATER])
guardrails = st.builds(Guardrails, st.booleans(), st.booleans(), flags, st.booleans())


@patiently
@given(policies(), all_facts(), defaults, guardrails, flags)
def test_early_answers_are_final_whatever_guardrails_and_passes_turn_out_to_be(rules, facts, default, rails, let_in):
    early = decide(rules, facts, default=default, guardrails=rails, let_in=let_in).effect
    off = [True, False] if rails.agent_off is LATER else [rails.agent_off]
    passes = [True, False] if let_in is LATER else [let_in]
    final = {
        decide(rules, it, default=default, guardrails=replace(rails, agent_off=agent_off), let_in=held).effect
        for it in completions(facts)[:20]
        for agent_off in off
        for held in passes
    }

    assert early is None or final == {early}
    assert None not in final


@patiently
@given(policies(modes=tuple(Mode)), all_facts(), defaults, guardrails, flags)
def test_a_recorded_attempt_is_decided_the_same_way_again(rules, facts, default, rails, let_in):
    policy, attempt = Policy(tuple(rules), default, 3), Attempt("flex", facts, rails, let_in)
    stored = json.loads(json.dumps(recorded_attempts.to_json(attempt)))
    (text,) = facts.text if facts.text is not LATER and facts.text else ("",)
    again = recorded_attempts.from_json(stored, service="flex", text=text)

    assert again == attempt
    assert evaluate(policy, again) == evaluate(policy, attempt)
