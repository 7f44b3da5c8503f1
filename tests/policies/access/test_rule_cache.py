"""A policy that remembers answers judges as one that asks every condition each time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.policies.access import rule_cache
from idp.policies.access.conditions import MomentWithin, PlatformIs, TextContains, Weekday
from idp.policies.access.decisions import Attempt, evaluate
from idp.policies.access.facts import Facts
from idp.policies.access.matching import AnsweredRule, conclude
from idp.policies.access.rules import Effect, Mode, Policy, Rule
from idp.policies.user_agents import Platform
from tests.policies.access.test_small_worlds import patiently
from tests.policies.worlds import all_facts, defaults, policies

ANDROID, IOS = (Facts(platform=frozenset({it})) for it in (Platform.ANDROID, Platform.IOS))
NO_ANDROID = Rule("1", "", Mode.ON, Effect.DENY, (PlatformIs(ANDROID.platform),))
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def asked_anew(policy, service, facts):
    """Ask every condition, in order, as nobody would who had asked before."""
    read = [it for it in policy.rules if it.counts_for(service)]
    return conclude(policy, [AnsweredRule(it, tuple(its.ask(facts) for its in it.conditions)) for it in read])


@patiently
@given(policies(modes=tuple(Mode)), st.lists(all_facts(), min_size=2, max_size=8), defaults)
def test_whatever_it_was_asked_before_it_reads_as_if_it_had_never_been_asked(rules, sign_ins, default):
    policy = Policy(tuple(replace(it, scope=("wiki",)) if it.key == "2" else it for it in rules), default)
    for facts in [*sign_ins, *sign_ins]:
        for service in ("flex", "wiki"):
            assert rule_cache.read(policy, service, facts) == asked_anew(policy, service, facts)


def test_equal_facts_are_evaluated_once():
    policy = Policy((NO_ANDROID,))
    first, again, other = (rule_cache.read(policy, "flex", it) for it in (ANDROID, replace(ANDROID), IOS))

    assert again is first
    assert other.decider == Rule("default", "Default", Mode.ON, Effect.ALLOW)


def test_services_that_the_same_rules_count_for_remember_together():
    policy = Policy((NO_ANDROID, replace(NO_ANDROID, key="2", scope=("wiki",))))
    flex, desk, wiki = (rule_cache.read(policy, it, ANDROID) for it in ("flex", "desk", "wiki"))

    assert desk is flex
    assert [it.rule.key for it in wiki.answered] == ["1", "2"]


def test_time_goes_on_for_rules_about_it():
    hours = MomentWithin(frozenset({Weekday.MONDAY}), *(datetime(1, 1, 1, it).time() for it in (9, 17)), "UTC")  # noqa: DTZ001
    policy = Policy((Rule("1", "", Mode.ON, Effect.DENY, (hours,)),))
    judged = [
        evaluate(policy, Attempt("flex", Facts(moment=frozenset({MONDAY + timedelta(hours=it)})))).effect
        for it in range(24)
    ]

    assert [hour for hour, effect in enumerate(judged) if effect is Effect.DENY] == list(range(9, 17))


def test_another_policy_remembers_nothing_of_the_one_before():
    policy = Policy((NO_ANDROID,))
    rule_cache.read(policy, "flex", ANDROID)
    turned = replace(policy, rules=(replace(NO_ANDROID, effect=Effect.ASK_CODE),))

    assert rule_cache.read(turned, "flex", ANDROID).decider.effect is Effect.ASK_CODE
    assert policy == Policy((NO_ANDROID,))


def test_the_cache_has_a_maximum_size(monkeypatch):
    monkeypatch.setattr(rule_cache, "MOST_REMEMBERED", 3)
    policy = Policy((Rule("1", "", Mode.ON, Effect.DENY, (TextContains("7"),)),))
    for text in map(str, range(20)):
        denied = rule_cache.read(policy, "flex", Facts(text=frozenset({text}))).decider.effect is Effect.DENY
        assert denied is ("7" in text)
    (question,) = policy.caches["flex"]._groups

    assert len(question._given) <= 3


@pytest.mark.parametrize("facts", [ANDROID, IOS])
def test_a_condition_that_raises_is_not_cached(facts):
    class Broken:
        reads = ("platform",)

        def ask(self, _facts):
            raise ZeroDivisionError

    policy = Policy((NO_ANDROID, Rule("2", "", Mode.ON, Effect.ALLOW, (Broken(),))))
    for _ in range(2):
        decision = evaluate(policy, Attempt("flex", facts))
        assert (decision.effect, type(decision.fault)) == (Effect.DENY, ZeroDivisionError)
