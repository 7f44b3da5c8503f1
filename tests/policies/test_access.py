from dataclasses import dataclass, replace
from itertools import product

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from idp.policies.access import (
    LATER,
    Answer,
    Decision,
    Effect,
    Facts,
    Guardrails,
    Mode,
    Rule,
    RuleTrace,
    WouldHave,
    evaluate,
)
from idp.policies.conditions import ClientIs, PlatformIs, RoleIs, TextContains
from idp.policies.user_agents import Client, Platform, UserAgent, parse

from .test_user_agents import IPHONE_SAFARI, MAC_SAFARI, PIXEL

ALLOW, ASK, DENY, UNDECIDED = Effect.ALLOW, Effect.ASK_CODE, Effect.DENY, None
ANDROID = PlatformIs(frozenset({Platform.ANDROID}))
IPADOS = PlatformIs(frozenset({Platform.IPADOS}))
SUPERVISOR = RoleIs(frozenset({"supervisor"}))
WEB_VIEW = ClientIs(frozenset({Client.WEB_VIEW}))
NO_PLATFORM_WEB_VIEW = UserAgent("x", client=frozenset({Client.WEB_VIEW}))
TABLET = PIXEL.replace(" Mobile", "")
UNKNOWN = parse("")  # nothing known: every condition about it is unknown


def a_rule(effect: Effect, *conditions, key: str = "1", mode: Mode = Mode.ON, **more) -> Rule:
    return Rule(key, f"rule {key}", mode, effect, conditions, **more)


def decide(rules, facts, *, service="flex", guardrails=Guardrails(), default=ALLOW) -> Decision:  # noqa: B008
    return evaluate(rules, facts, service=service, guardrails=guardrails, default=default)


def sent(header: str | UserAgent | None, **facts) -> Facts:
    return Facts(parse(header) if isinstance(header, str) else header, **facts)


# The table of access.md section 4

DENY_ANDROID = [a_rule(DENY, ANDROID)]
SUPERVISORS_OR_NO_ANDROID = [a_rule(ALLOW, SUPERVISOR), a_rule(DENY, ANDROID, key="2")]
DENY_IPAD = [a_rule(DENY, IPADOS)]
IPADS_ONLY = [a_rule(ALLOW, IPADOS), a_rule(DENY, key="2")]
CODE_FOR_ANDROID = [a_rule(ASK, ANDROID), a_rule(DENY, WEB_VIEW, key="2")]
NO_MOBILE = [a_rule(DENY, TextContains("Mobile"))]
AGENT, BOSS = frozenset({"agent"}), frozenset({"agent", "supervisor"})


@pytest.mark.parametrize(
    ("rules", "facts", "effect"),
    [
        (DENY_ANDROID, sent(PIXEL), DENY),
        (DENY_ANDROID, sent(IPHONE_SAFARI), ALLOW),
        (DENY_ANDROID, sent(IPHONE_SAFARI, role=AGENT), ALLOW),
        (DENY_ANDROID, sent(""), DENY),
        (DENY_ANDROID, sent(None), DENY),
        (SUPERVISORS_OR_NO_ANDROID, sent(PIXEL), UNDECIDED),
        (SUPERVISORS_OR_NO_ANDROID, sent(PIXEL, role=BOSS), ALLOW),
        (SUPERVISORS_OR_NO_ANDROID, sent(PIXEL, role=AGENT), DENY),
        (SUPERVISORS_OR_NO_ANDROID, sent(IPHONE_SAFARI), ALLOW),
        (DENY_IPAD, sent(MAC_SAFARI), UNDECIDED),
        (DENY_IPAD, sent(MAC_SAFARI, touch_points=5), DENY),
        (DENY_IPAD, sent(MAC_SAFARI, touch_points=0), ALLOW),
        (DENY_IPAD, sent(MAC_SAFARI, touch_points=None), DENY),
        (IPADS_ONLY, sent(MAC_SAFARI), UNDECIDED),
        (IPADS_ONLY, sent(MAC_SAFARI, touch_points=5), ALLOW),
        (IPADS_ONLY, sent(MAC_SAFARI, touch_points=0), DENY),
        (IPADS_ONLY, sent(MAC_SAFARI, touch_points=None), DENY),
        (CODE_FOR_ANDROID, sent(""), DENY),
        (CODE_FOR_ANDROID, sent(NO_PLATFORM_WEB_VIEW), DENY),
        (CODE_FOR_ANDROID, sent(PIXEL), ASK),
        (CODE_FOR_ANDROID, sent(IPHONE_SAFARI), ALLOW),
        (NO_MOBILE, sent(PIXEL), DENY),
        (NO_MOBILE, sent(TABLET), ALLOW),
    ],
)
def test_the_worked_examples_come_out_as_written(rules, facts, effect):
    assert decide(rules, facts).effect is effect


# Single rules

IOS_FACTS, ANDROID_FACTS, UNKNOWN_FACTS = sent(IPHONE_SAFARI), sent(PIXEL), sent(UNKNOWN)


@pytest.mark.parametrize(
    ("effect", "facts", "expected"),
    [
        (ALLOW, ANDROID_FACTS, (ALLOW, "1")),
        (ASK, ANDROID_FACTS, (ASK, "1")),
        (DENY, ANDROID_FACTS, (DENY, "1")),
        (ALLOW, IOS_FACTS, (DENY, "default")),
        (ASK, IOS_FACTS, (DENY, "default")),
        (ALLOW, UNKNOWN_FACTS, (DENY, "default")),
        (ASK, UNKNOWN_FACTS, (DENY, "default")),
        (DENY, UNKNOWN_FACTS, (DENY, "1")),
    ],
)
def test_unknown_never_allows_and_always_denies(effect, facts, expected):
    decision = decide([a_rule(effect, ANDROID)], facts, default=DENY)

    assert (decision.effect, decision.decided_by) == expected


def test_not_knowing_whether_to_ask_for_a_code_asks_even_if_a_rule_below_allows():
    decision = decide([a_rule(ASK, ANDROID), a_rule(ALLOW, key="2")], UNKNOWN_FACTS)

    assert (decision.effect, decision.decided_by) == (ASK, "1")


def test_the_first_rule_that_matches_wins():
    rules = [a_rule(ASK, ANDROID), a_rule(DENY, key="2")]

    assert decide(rules, ANDROID_FACTS).decided_by == "1"
    assert decide(rules, IOS_FACTS).decided_by == "2"


def test_a_rule_needs_all_of_its_conditions():
    rules = [a_rule(DENY, ANDROID, WEB_VIEW)]

    assert decide(rules, ANDROID_FACTS).effect is ALLOW


def test_a_rule_counts_only_for_the_services_it_names():
    rules = [a_rule(DENY, scope=("flex", "wiki"))]

    assert decide(rules, IOS_FACTS, service="wiki").effect is DENY
    assert decide(rules, IOS_FACTS, service="shop").effect is ALLOW


def test_a_refusal_brings_the_rules_own_sentence():
    assert decide([a_rule(DENY, ANDROID, message="iPhones only.")], ANDROID_FACTS).message == "iPhones only."


def test_a_refusal_that_waits_for_nothing_is_laid_to_the_rule_that_needs_no_proof():
    rules = [a_rule(DENY, SUPERVISOR), a_rule(DENY, ANDROID, key="2")]

    assert decide(rules, ANDROID_FACTS).decided_by == "2"


def test_what_stays_unknown_beside_what_is_to_come_cannot_allow():
    rules = [a_rule(ALLOW, ANDROID, SUPERVISOR)]

    assert decide(rules, UNKNOWN_FACTS, default=DENY).effect is DENY


# Guardrails


@pytest.mark.parametrize(
    ("guardrails", "decided_by"),
    [
        (Guardrails(service_off=True), "guardrail:service"),
        (Guardrails(agent_off=True), "guardrail:agent"),
        (Guardrails(device_revoked=True), "guardrail:device"),
        (Guardrails(service_off=True, agent_off=LATER), "guardrail:service"),
    ],
)
def test_a_guardrail_refuses_whatever_the_rules_say(guardrails, decided_by):
    decision = decide([a_rule(ALLOW)], IOS_FACTS, guardrails=guardrails)

    assert (decision.effect, decision.decided_by) == (DENY, decided_by)
    assert [it.key for it in decision.trace] == ["1"]


def test_an_agent_who_may_be_switched_off_is_not_let_in_early():
    may_be_off = Guardrails(agent_off=LATER)

    assert decide([], IOS_FACTS, guardrails=may_be_off).effect is UNDECIDED
    assert decide(DENY_ANDROID, ANDROID_FACTS, guardrails=may_be_off).decided_by == "1"


# Watching, tracing, faults


def test_a_watched_rule_is_recorded_and_changes_nothing():
    rules = [a_rule(DENY, mode=Mode.WATCH), a_rule(ALLOW, key="2"), a_rule(DENY, key="3", mode=Mode.WATCH)]
    decision = decide(rules, IOS_FACTS)

    assert (decision.effect, decision.decided_by) == (ALLOW, "2")
    assert decision.would_have == (WouldHave("1", DENY),)


@pytest.mark.parametrize(
    ("effect", "facts", "recorded"),
    [
        (DENY, UNKNOWN_FACTS, True),
        (ASK, UNKNOWN_FACTS, True),
        (ALLOW, UNKNOWN_FACTS, False),
        (DENY, IOS_FACTS, False),
        (ALLOW, ANDROID_FACTS, True),
    ],
)
def test_a_watched_rule_would_have_done_what_it_does_when_on(effect, facts, recorded):
    assert bool(decide([a_rule(effect, ANDROID, mode=Mode.WATCH)], facts).would_have) is recorded


def test_the_trace_names_every_rule_with_its_answer_and_what_did_not_hold():
    rules = [
        a_rule(DENY, key="off", mode=Mode.OFF),
        a_rule(DENY, key="elsewhere", scope=("wiki",)),
        a_rule(DENY, SUPERVISOR, ANDROID, key="no"),
        a_rule(ALLOW, ANDROID, SUPERVISOR, key="later", mode=Mode.WATCH),
        a_rule(ALLOW, key="yes"),
        a_rule(ALLOW, PlatformIs(frozenset({Platform.IOS})), key="after"),
    ]
    facts = sent(IPHONE_SAFARI)

    assert decide(rules, facts).trace == (
        RuleTrace("off"),
        RuleTrace("elsewhere"),
        RuleTrace("no", Answer.NO, "the platform is Android"),
        RuleTrace("later", Answer.NO, "the platform is Android"),
        RuleTrace("yes", Answer.YES),
        RuleTrace("after", Answer.YES),
    )


def test_a_rule_that_waits_for_the_agent_is_traced_as_later():
    traced = decide([a_rule(DENY, ANDROID, SUPERVISOR)], ANDROID_FACTS).trace

    assert traced == (RuleTrace("1", Answer.LATER, "the role is supervisor"),)


class Broken:
    def ask(self, _facts):
        raise ZeroDivisionError

    def sentence(self):
        return "it breaks"


def test_an_exception_while_deciding_denies_and_is_handed_on():
    decision = decide([a_rule(ALLOW), a_rule(ALLOW, Broken(), key="2")], IOS_FACTS)

    assert (decision.effect, decision.decided_by) == (DENY, "fault")
    assert isinstance(decision.fault, ZeroDivisionError)
    assert [it.key for it in decision.trace] == ["1", "2"]


def test_a_broken_rule_that_is_off_harms_nobody():
    assert decide([a_rule(DENY, Broken(), mode=Mode.OFF)], IOS_FACTS).effect is ALLOW


# By brute force over small worlds: two platforms, two clients, one role, each known, unknown or still to come


@dataclass(frozen=True)
class World:
    """What is known in a small world; completions say what may be known in the end."""

    facts: Facts

    def completions(self) -> list[Facts]:
        touched = [None, 0, 5] if self.facts.touch_points is LATER else [self.facts.touch_points]
        roles = [frozenset(), AGENT, BOSS] if self.facts.role is LATER else [self.facts.role]
        return [replace(self.facts, touch_points=it, role=role) for it, role in product(touched, roles)]


PLATFORMS = [frozenset(it) for it in [(), ("ios",), ("android",), ("macos", "ipados"), ("android", "linux")]]
CLIENTS = [frozenset(it) for it in [(), ("browser",), ("web view",), ("browser", "web view")]]


def as_user_agent(platforms, clients, text) -> UserAgent:
    return UserAgent(text, frozenset(map(Platform, platforms)), client=frozenset(map(Client, clients)))


user_agents = st.one_of(
    st.none(),
    st.builds(as_user_agent, st.sampled_from(PLATFORMS), st.sampled_from(CLIENTS), st.sampled_from(["", "Mobile"])),
)
all_facts = st.builds(
    Facts,
    user_agents,
    st.sampled_from([LATER, None, 0, 5]),
    st.sampled_from([LATER, frozenset(), AGENT, BOSS]),
)
known_facts = st.builds(Facts, user_agents, st.sampled_from([None, 0, 5]), st.sampled_from([frozenset(), AGENT, BOSS]))
conditions = st.one_of(
    st.builds(PlatformIs, st.sampled_from([ANDROID.platforms, IPADOS.platforms, frozenset(Platform)]), st.booleans()),
    st.builds(ClientIs, st.just(WEB_VIEW.clients), st.booleans()),
    st.builds(RoleIs, st.just(SUPERVISOR.roles), st.booleans()),
    st.builds(TextContains, st.just("mobile"), st.booleans()),
)
effects = st.sampled_from(Effect)
defaults = st.sampled_from([ALLOW, DENY])
condition_tuples = st.lists(conditions, max_size=2).map(tuple)


@st.composite
def policies(draw, modes=(Mode.ON,), chosen=effects):
    parts = draw(st.lists(st.tuples(chosen, st.sampled_from(modes), condition_tuples), max_size=5))
    return [Rule(str(at), "", mode, effect, held) for at, (effect, mode, held) in enumerate(parts)]


patiently = settings(deadline=None)
SEVERITY = {ALLOW: 0, ASK: 1, DENY: 2}


@patiently
@given(policies(), all_facts, defaults)
def test_an_early_answer_is_the_final_one_however_the_facts_turn_out(rules, facts, default):
    early = decide(rules, facts, default=default).effect
    final = {decide(rules, it, default=default).effect for it in World(facts).completions()}

    assert early is UNDECIDED or final == {early}


@patiently
@given(policies(), known_facts, defaults)
def test_with_all_facts_there_is_always_an_answer(rules, facts, default):
    assert decide(rules, facts, default=default).effect is not UNDECIDED


@patiently
@given(policies(modes=tuple(Mode)), all_facts, defaults)
def test_rules_that_are_watched_or_off_change_nothing(rules, facts, default):
    every = decide(rules, facts, default=default)
    only_on = decide([it for it in rules if it.mode is Mode.ON], facts, default=default)

    assert (every.effect, every.decided_by) == (only_on.effect, only_on.decided_by)


def widened(facts: Facts) -> list[Facts]:
    """List facts that know less of one thing, be it the platform, the client, the header or the role."""
    less = [replace(facts, role=frozenset())]
    if (it := facts.user_agent) is None:
        return less
    wider_platforms = [frozenset(), *({it.platform | {each} for each in Platform} if it.platform else ())]
    wider_clients = [frozenset(), *({it.client | {each} for each in Client} if it.client else ())]
    less += [replace(facts, user_agent=replace(it, platform=each)) for each in wider_platforms]
    less += [replace(facts, user_agent=replace(it, client=each)) for each in wider_clients]
    return [*less, replace(facts, user_agent=replace(it, text="")), replace(facts, user_agent=None)]


@patiently
@given(policies(), known_facts, defaults)
def test_knowing_less_never_makes_the_outcome_milder(rules, facts, default):
    settled = replace(facts, touch_points=None)
    knowing_more = SEVERITY[decide(rules, settled, default=default).effect]

    for it in widened(settled):
        assert SEVERITY[decide(rules, it, default=default).effect] >= knowing_more


@patiently
@given(policies(), known_facts, defaults)
def test_script_that_is_off_never_makes_the_outcome_milder(rules, facts, default):
    without = decide(rules, replace(facts, touch_points=None), default=default).effect

    assert SEVERITY[without] >= SEVERITY[decide(rules, facts, default=default).effect]


@patiently
@given(policies(), condition_tuples, all_facts, defaults)
def test_a_further_deny_rule_in_front_lets_nobody_new_in(rules, held, facts, default):
    before = decide(rules, facts, default=default).effect
    after = decide([a_rule(DENY, *held, key="new"), *rules], facts, default=default).effect

    assert after in {DENY, UNDECIDED, before}
    assert not (before is DENY and after is not DENY)


@settings(patiently, suppress_health_check=[HealthCheck.filter_too_much])  # few draws leave something unknown
@given(policies(), st.integers(0, 5), condition_tuples, known_facts, defaults)
def test_not_knowing_whether_to_ask_for_a_code_never_hides_a_deny(rules, at, held, facts, default):
    asks = a_rule(ASK, *held, key="new")
    assume(decide([asks], facts).trace[0].answer is Answer.UNKNOWN)
    assume(decide(rules, facts, default=default).effect is DENY)

    assert decide([*rules[:at], asks, *rules[at:]], facts, default=default).effect is DENY


@patiently
@given(policies(modes=tuple(Mode)), all_facts, defaults)
def test_the_trace_names_every_rule_once(rules, facts, default):
    assert [it.key for it in decide(rules, facts, default=default).trace] == [it.key for it in rules]


@patiently
@given(policies(), all_facts, defaults)
def test_what_decided_is_a_rule_of_that_effect_or_the_default(rules, facts, default):
    decision = decide(rules, facts, default=default)
    effects_by_key = {it.key: it.effect for it in rules} | {"default": default, "": UNDECIDED}

    assert decision.effect is effects_by_key[decision.decided_by]
