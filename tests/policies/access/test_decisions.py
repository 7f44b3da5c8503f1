from dataclasses import replace

import pytest

from idp.policies.access.conditions import Answer, ClientIs, PlatformIs, RoleIs, TextContains, read_all
from idp.policies.access.decisions import Attempt, Concern, Decision, Guardrails, evaluate
from idp.policies.access.facts import LATER, Facts, of_user_agent
from idp.policies.access.rules import Effect, Mode, Policy, Rule, RuleTrace, WouldHave
from idp.policies.user_agents import Client, Platform, UserAgent, parse
from tests.policies.samples import IPHONE_SAFARI, MAC_SAFARI, PIXEL

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


def decide(rules, facts, *, service="flex", guardrails=Guardrails(), default=ALLOW, let_in=False) -> Decision:  # noqa: B008
    return evaluate(Policy(tuple(rules), default, 7), Attempt(service, facts, guardrails, let_in))


def sent(header: str | UserAgent | None, *, touch_points=LATER, role=LATER) -> Facts:
    user_agent = header if isinstance(header, UserAgent) else parse(header)
    return replace(of_user_agent(user_agent, touch_points), role=role)


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


def test_a_code_that_may_yet_not_be_asked_for_is_not_asked_for_early():
    assert decide([a_rule(ASK, SUPERVISOR, ANDROID)], UNKNOWN_FACTS).effect is UNDECIDED


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


@pytest.mark.parametrize(
    ("condition", "facts", "concern"),
    [
        (ANDROID, ANDROID_FACTS, Concern.PHONE),
        (ANDROID, UNKNOWN_FACTS, Concern.UNTOLD_PHONE),
        (SUPERVISOR, sent(PIXEL, role=BOSS), Concern.OTHER),
    ],
)
def test_a_refusal_says_whether_it_is_about_the_phone(condition, facts, concern):
    assert decide([a_rule(DENY, condition)], facts).concern is concern


def test_a_refusal_that_waits_for_nothing_is_laid_to_the_rule_that_needs_no_proof():
    rules = [a_rule(DENY, SUPERVISOR), a_rule(DENY, ANDROID, key="2")]

    assert decide(rules, ANDROID_FACTS).decided_by == "2"


def test_a_rule_with_an_unknown_fact_cannot_allow_even_if_another_fact_is_still_to_come():
    rules = [a_rule(ALLOW, ANDROID, SUPERVISOR)]

    assert decide(rules, UNKNOWN_FACTS, default=DENY).effect is DENY


# Guardrails


@pytest.mark.parametrize(
    ("guardrails", "decided_by"),
    [
        (Guardrails(service_off=True), "guardrail:service"),
        (Guardrails(agent_off=True), "guardrail:agent"),
        (Guardrails(device_ended=True), "guardrail:device"),
        (Guardrails(stopped=True), "guardrail:stop"),
        (Guardrails(stopped=True, service_off=True), "guardrail:service"),
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


# Passes


def test_a_pass_skips_rules_default_and_emergency_stop():
    decision = decide([a_rule(DENY)], IOS_FACTS, default=DENY, guardrails=Guardrails(stopped=True), let_in=True)

    assert (decision.effect, decision.decided_by) == (ALLOW, "pass")


@pytest.mark.parametrize(
    "guardrails", [Guardrails(service_off=True), Guardrails(agent_off=True), Guardrails(device_ended=True)]
)
def test_a_pass_skips_no_other_guardrail(guardrails):
    assert decide([], IOS_FACTS, guardrails=guardrails, let_in=True).effect is DENY


def test_while_somebody_holds_a_pass_nobody_unproved_is_refused_early():
    assert decide(DENY_ANDROID, ANDROID_FACTS, let_in=LATER).effect is UNDECIDED
    assert decide([], IOS_FACTS, guardrails=Guardrails(stopped=True), let_in=LATER).effect is UNDECIDED
    assert decide([], IOS_FACTS, let_in=LATER).effect is ALLOW


def test_a_refusal_that_a_pass_may_lift_names_no_rule_yet():
    found = decide([a_rule(DENY, message="Not from here.")], IOS_FACTS, let_in=LATER)

    assert (found.effect, found.decided_by, found.message) == (UNDECIDED, "", "")


def test_a_pass_lets_in_even_where_a_rule_breaks():
    assert decide([a_rule(DENY, Broken())], IOS_FACTS, let_in=True).effect is ALLOW


# Watching, tracing, faults


def test_a_watched_rule_is_recorded_and_changes_nothing():
    rules = [a_rule(DENY, mode=Mode.WATCH), a_rule(ALLOW, key="2"), a_rule(DENY, key="3", mode=Mode.WATCH)]
    decision = decide(rules, IOS_FACTS)

    assert (decision.effect, decision.decided_by) == (ALLOW, "2")
    assert decision.would_have == (WouldHave("1", DENY),)


def test_all_watched_rules_are_recorded_while_what_comes_out_is_open_too():
    watched = [a_rule(DENY, mode=Mode.WATCH), a_rule(ASK, key="2", mode=Mode.WATCH)]
    decision = decide([*watched, a_rule(ALLOW, SUPERVISOR, key="3")], IOS_FACTS, default=DENY)

    assert decision.effect is UNDECIDED
    assert decision.would_have == (WouldHave("1", DENY), WouldHave("2", ASK))


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


class Unspeakable:
    reads = ()

    def ask(self, _facts):
        return Answer.NO

    def sentence(self):
        raise AssertionError("a sign-in needs no words")


def test_nothing_is_said_in_words_until_somebody_wants_to_read_it():
    decision = decide([a_rule(DENY, Unspeakable())], IOS_FACTS)

    assert decision.effect is ALLOW
    with pytest.raises(AssertionError):
        decision.trace  # noqa: B018 - looking is what says it


class Broken:
    reads = ()

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


def test_an_unreadable_condition_denies_everybody_who_reaches_it():
    unread = Rule("1", "", Mode.ON, ALLOW, read_all([{"kind": "moon phase"}]))

    assert decide([unread], IOS_FACTS).decided_by == "fault"
    assert decide([replace(unread, mode=Mode.OFF)], IOS_FACTS).effect is ALLOW


def test_without_any_policy_nobody_is_let_in():
    decision = evaluate(None, Attempt("flex", IOS_FACTS))

    assert (decision.effect, decision.decided_by, decision.revision) == (DENY, "fault", 0)


def test_a_decision_says_by_which_revision_and_about_what():
    decision = decide([], IOS_FACTS)

    assert (decision.revision, decision.attempt) == (7, Attempt("flex", IOS_FACTS))
