"""Many past sign-ins judged by two policies: as one by one, but each question asked once."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from idp.policies.access import conditions, recorded_attempts
from idp.policies.access.conditions import Answer, PlatformIs, RoleIs
from idp.policies.access.decisions import Attempt, evaluate
from idp.policies.access.facts import Facts
from idp.policies.access.rules import Effect, Mode, Policy, Rule
from idp.policies.editing.lockout import Lockout
from idp.policies.simulation.judging import Judge, PastSignIn
from idp.policies.simulation.replay import Group, replay
from idp.policies.user_agents import Platform
from tests.conftest import NOW
from tests.policies.worlds import AGENT, BOSS, all_facts, defaults, policies

ANDROID, IOS = frozenset({Platform.ANDROID}), frozenset({Platform.IOS})
NO_ANDROID = Rule("1", "No Android", Mode.ON, Effect.DENY, (PlatformIs(ANDROID),))
CODE_FOR_ANDROID = replace(NO_ANDROID, effect=Effect.ASK_CODE)
OPEN = Policy()


def signed_in(facts, agent="ana", *, fresh=False, days=0, text="", service="flex", device="phone"):
    judged = recorded_attempts.to_json(Attempt(service, facts))
    return PastSignIn(NOW - timedelta(days=days), agent, device, service, fresh, judged, text, None)


def on(platform, **facts):
    return Facts(platform=platform, role=facts.pop("role", AGENT), **facts)


def found(after, *past, before=OPEN):
    return {(it.group, it.agent) for it in replay(before, Policy(after), past).lines.values()}


@settings(deadline=None, max_examples=60)
@given(policies(modes=tuple(Mode)), policies(), defaults, st.lists(all_facts(), min_size=1, max_size=6))
def test_judging_in_groups_ends_as_judging_one_by_one(rules, others, default, facts):
    both = Policy(tuple(rules), default), Policy(tuple(others))
    judge = Judge(*both)
    for it in [*facts, *facts]:
        (text,) = it.text if isinstance(it.text, frozenset) and it.text else ("",)
        past = signed_in(it, text=text)
        alone = recorded_attempts.from_json(past.judged, service="flex", text=text).facts
        one_by_one = [evaluate(policy, Attempt("flex", alone)).effect for policy in both]
        assert [verdict.effect for verdict in judge.verdicts(past)] == one_by_one


@dataclass(frozen=True)
class Counted:
    """A condition that notes how often it is asked."""

    asked: list
    label = "Counted"
    reads = ("platform",)

    def __hash__(self):
        return id(self.asked)

    def ask(self, facts):
        self.asked.append(facts.platform)
        return Answer.NO

    def sentence(self):
        return "counted"


def test_the_same_facts_are_judged_once_whatever_else_differs():
    asked = []
    rule = Rule("1", "", Mode.ON, Effect.DENY, (Counted(asked),))
    past = [
        signed_in(on(it, code_age=frozenset({n})), f"agent {n}", text=f"Flex/{n}")._replace(address=f"192.0.2.{n}")
        for n in range(50)
        for it in (ANDROID, IOS)
    ]
    assert replay(Policy((rule,)), Policy((rule, NO_ANDROID)), past).sign_ins == 100
    assert asked == [ANDROID, IOS]


@pytest.mark.parametrize("kind", conditions.KINDS.values(), ids=conditions.KINDS)
def test_a_condition_says_which_facts_it_reads(kind):
    """Were it to read another, two sign-ins would be taken for one."""
    seen = set()

    class Spied:
        def __getattr__(self, name):
            seen.add(name)
            return frozenset()

    fields = {
        "zone": "UTC", "begins": NOW.time(), "ends": NOW.time(), "weekdays": frozenset({conditions.Weekday.MONDAY}),
        "blocks": frozenset({"192.0.2.0/24"}), "text": "x", "pattern": "x", "browser": "x", "app": "x",
        "platform": Platform.IOS, "version": 1, "days": 1, "hours": 1,
    }  # fmt: skip
    asks = {name: fields.get(name, frozenset({"x"})) for name in conditions.field_types(kind)}
    asks |= {it: False for it in ("negated", "under", "outside") if it in asks}
    condition = kind(**asks)
    condition.ask(Spied())
    assert seen <= set(condition.reads)


def test_agents_who_are_newly_refused_asked_or_let_in_are_separate_groups():
    android, iphone = signed_in(on(ANDROID)), signed_in(on(IOS), "ben")
    assert found((NO_ANDROID,), android, iphone) == {(Group.REFUSED, "ana")}
    assert found((CODE_FOR_ANDROID,), android, iphone) == {(Group.ASKED, "ana")}
    assert found((), android, iphone, before=Policy((NO_ANDROID,))) == {(Group.LET_IN, "ana")}
    assert found((CODE_FOR_ANDROID,), android, before=Policy((NO_ANDROID,))) == {(Group.LET_IN, "ana")}


def test_the_agents_of_a_group_are_those_who_proved_themselves():
    no_ios = replace(NO_ANDROID, conditions=(PlatformIs(IOS),))
    past = [signed_in(on(ANDROID)), signed_in(on(ANDROID), None), signed_in(on(IOS), "ben")]
    replayed = replay(Policy((no_ios,)), Policy((NO_ANDROID,)), past)
    assert (replayed.agents(Group.REFUSED), replayed.agents(Group.LET_IN)) == ({"ana"}, {"ben"})


def test_two_phones_of_one_agent_are_two_lines():
    past = [signed_in(on(ANDROID), device=it) for it in ("old", "new")]
    assert {it.device for it in replay(OPEN, Policy((NO_ANDROID,)), past).of(Group.REFUSED)} == {"old", "new"}


def test_the_same_phone_at_another_service_is_judged_by_itself():
    scoped = replace(NO_ANDROID, scope=("flex",))
    past = [signed_in(on(ANDROID), it, service=it) for it in ("rota", "flex", "rota")]
    assert found((scoped,), *past) == {(Group.REFUSED, "flex")}


def test_the_same_facts_from_another_address_are_judged_by_themselves():
    inside = conditions.NetworkIn(frozenset({"192.0.2.0/24"}), negated=True)
    judged = {**signed_in(on(IOS)).judged, "network": "apart"}
    past = [signed_in(on(IOS), it)._replace(judged=judged, address=it) for it in ("192.0.2.1", "198.51.100.1")]
    assert found((replace(NO_ANDROID, conditions=(inside,)),), *past) == {(Group.REFUSED, "198.51.100.1")}


def test_the_same_facts_with_another_header_are_judged_by_themselves():
    flex = replace(NO_ANDROID, conditions=(conditions.TextContains("Flex/7"),))
    past = [signed_in(on(IOS, text=frozenset({it})), it, text=it) for it in ("Flex/7.1", "Flex/8.0")]
    assert found((flex,), *past) == {(Group.REFUSED, "Flex/7.1")}


def test_a_default_that_refuses_counts_for_the_phones_that_no_rule_names():
    let_in = replace(NO_ANDROID, effect=Effect.ALLOW)
    replayed = replay(OPEN, Policy((let_in,), Effect.DENY), [signed_in(on(ANDROID)), signed_in(on(IOS), "ben")])
    assert replayed.agents(Group.REFUSED) == {"ben"}


def test_an_agent_who_gave_a_code_anyway_is_not_newly_asked_for_one():
    assert found((CODE_FOR_ANDROID,), signed_in(on(ANDROID), fresh=True)) == set()


def test_a_sign_in_without_the_deciding_fact_cannot_be_judged():
    assert found((NO_ANDROID,), signed_in(Facts(role=AGENT))) == {(Group.UNJUDGED, "ana")}
    assert found((replace(NO_ANDROID, conditions=(RoleIs(BOSS),)),), signed_in(on(IOS, role=AGENT), "ben")) == {
        (Group.REFUSED, "ben")
    }


@pytest.mark.parametrize("judged", [{"platform": "android"}, {"platform": ["amiga"]}, {"platform": None}, {}])
def test_unreadable_facts_cannot_be_judged(judged):
    bent = signed_in(on(ANDROID))._replace(judged=judged)
    assert found((NO_ANDROID,), bent) == {(Group.UNJUDGED, "ana")}


def test_a_rule_that_only_watches_changes_nobody_even_where_facts_are_missing():
    watching = replace(NO_ANDROID, mode=Mode.WATCH)
    assert found((watching,), signed_in(on(ANDROID)), signed_in(Facts())) == set()


def test_a_line_counts_an_agents_sign_ins_on_a_phone_and_keeps_the_last():
    past = [signed_in(on(IOS), device="other"), signed_in(on(ANDROID), days=1), signed_in(on(ANDROID), days=2)]
    replayed = replay(OPEN, Policy((NO_ANDROID,)), past)
    (line,) = replayed.of(Group.REFUSED)
    assert (line.sign_ins, line.last, replayed.let_in) == (2, past[1], {"ana": 3})


def test_lines_stand_with_the_latest_first_and_tell_since_when():
    past = [signed_in(on(ANDROID), "ben", days=1), signed_in(on(ANDROID), days=2), signed_in(on(IOS), "cleo", days=9)]
    replayed = replay(OPEN, Policy((NO_ANDROID,)), past)
    assert [it.agent for it in replayed.of(Group.REFUSED)] == ["ben", "ana"]
    assert (replayed.since, replayed.sign_ins) == (past[-1].at, 3)
    assert (replayed.agents(Group.REFUSED), replayed.count(Group.REFUSED)) == ({"ana", "ben"}, 2)


def test_agents_refused_before_or_never_proved_are_not_counted_as_let_in():
    past = [signed_in(on(ANDROID)), signed_in(on(IOS), None), signed_in(on(IOS), "ben")]
    assert replay(Policy((NO_ANDROID,)), OPEN, past).let_in == {"ben": 1}


def test_policies_that_decide_alike_change_nobody_not_even_where_facts_are_missing():
    renamed = replace(NO_ANDROID, name="Another name", message="Another message")
    assert found((renamed,), signed_in(Facts()), before=Policy((NO_ANDROID,))) == set()


def test_unproved_sign_ins_are_grouped_by_platform():
    no_code = replace(NO_ANDROID, conditions=())
    past = [signed_in(on(it), None, device=nth) for nth, it in enumerate((ANDROID, ANDROID, IOS))]
    lines = replay(OPEN, Policy((no_code,)), past).of(Group.REFUSED)
    assert sorted(it.sign_ins for it in lines) == [1, 2]


def test_refusals_by_not_knowing_alone_are_counted():
    replayed = replay(OPEN, Policy((NO_ANDROID,)), [signed_in(on(ANDROID)), signed_in(on(frozenset()), device="tv")])
    assert {it.device: it.unknown for it in replayed.of(Group.REFUSED)} == {"phone": 0, "tv": 1}


def test_each_refusal_by_not_knowing_counts_once():
    replayed = replay(OPEN, Policy((NO_ANDROID,)), [signed_in(on(frozenset())), signed_in(on(frozenset()), days=1)])
    assert [it.unknown for it in replayed.of(Group.REFUSED)] == [2]


@pytest.mark.parametrize(
    ("refused", "agents", "yourself", "wanted"),
    [
        (0, 0, (), ""),
        (20, 100, (), ""),
        (21, 100, (), "21"),
        (100, 100, (), "100 everyone"),
        (1, 1, (), "1 everyone"),
        (0, 100, ("you",), "me"),
        (21, 100, ("you",), "21"),
    ],
)
def test_the_operator_types_a_confirmation_before_many_are_refused(refused, agents, yourself, wanted):
    lockout = Lockout(refused, agents, share=20, yourself=yourself)
    assert lockout.wanted == wanted
    assert lockout.confirmed(f"  {wanted.upper()} ")
    assert not lockout.confirmed("yes")
