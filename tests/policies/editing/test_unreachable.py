"""Rules that can never decide: what is marked, why, and that a mark is never wrong."""

from datetime import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.policies.access import conditions
from idp.policies.access.conditions import (
    AgentIs,
    BrowserVersion,
    CodeAge,
    DeviceAge,
    MomentWithin,
    NetworkIn,
    OsVersion,
    PlatformIs,
    RoleIs,
    TextContains,
    Weekday,
)
from idp.policies.access.conditions.kinds import Unreadable
from idp.policies.access.decisions import Attempt, evaluate
from idp.policies.access.facts import Facts
from idp.policies.access.rules import Effect, Mode, Policy, Rule
from idp.policies.editing.unreachable import implies, marks, place_for
from idp.policies.user_agents import Platform
from tests.policies.worlds import all_facts, decide, known_facts, policies

ALLOW, ASK, DENY = Effect.ALLOW, Effect.ASK_CODE, Effect.DENY


def platform(*names, negated=False):
    return PlatformIs(frozenset(map(Platform, names)), negated)


ANDROID, IOS, APPLE = platform("android"), platform("ios"), platform("ios", "ipados")
BOSS, NO_BOSS = RoleIs(frozenset({"supervisor"})), RoleIs(frozenset({"supervisor"}), negated=True)


def rule(key, effect, *conditions, mode=Mode.ON, scope=()):
    return Rule(key, f"Rule {key}", mode, effect, conditions, scope=scope)


def marked(*rules):
    return set(marks(Policy(rules)))


@pytest.mark.parametrize(
    ("above", "below"),
    [
        pytest.param(rule("1", ALLOW), rule("2", DENY, ANDROID), id="below a rule that always matches"),
        pytest.param(rule("1", ASK), rule("2", ALLOW), id="below one that always asks"),
        pytest.param(rule("1", DENY, ANDROID), rule("2", ALLOW, ANDROID), id="the same phones refused above"),
        pytest.param(rule("1", DENY, APPLE), rule("2", ASK, IOS, BOSS), id="more phones refused above"),
        pytest.param(rule("1", ALLOW, ANDROID), rule("2", ALLOW, ANDROID, BOSS), id="let in above already"),
        pytest.param(
            rule("1", DENY, TextContains("mobile")),
            rule("2", DENY, TextContains("Mobile Safari")),
            id="a piece of the text refused above",
        ),
        pytest.param(
            rule("1", DENY, TextContains("Mobile Safari", negated=True)),
            rule("2", DENY, TextContains("mobile", negated=True)),
            id="without the whole text refused above",
        ),
        pytest.param(rule("1", DENY, CodeAge(12)), rule("2", ASK, CodeAge(24)), id="younger codes refused above"),
        pytest.param(
            rule("1", DENY, platform("android", negated=True)),
            rule("2", ALLOW, IOS),
            id="all others refused above",
        ),
        pytest.param(
            rule("1", DENY, NetworkIn(frozenset({"192.0.2.0/24"}))),
            rule("2", ALLOW, NetworkIn(frozenset({"192.0.2.0/24"}))),
            id="the same network",
        ),
        pytest.param(rule("1", ALLOW), rule("2", DENY, scope=("flex",)), id="at one service, all above"),
        pytest.param(
            rule("1", ALLOW, scope=("flex", "rota")), rule("2", DENY, scope=("flex",)), id="at two services above"
        ),
        pytest.param(rule("1", ALLOW, scope=("flex",)), rule("2", DENY, scope=("flex",)), id="at the same service"),
        pytest.param(
            rule("1", DENY, CodeAge(24, under=True)), rule("2", ASK, CodeAge(12, under=True)), id="older codes refused"
        ),
        pytest.param(rule("1", DENY, DeviceAge(12)), rule("2", ASK, DeviceAge(24)), id="younger phones refused above"),
        pytest.param(
            rule("1", DENY, BrowserVersion("chrome", 100)), rule("2", ASK, BrowserVersion("Chrome", 100)), id="spelled"
        ),
        pytest.param(
            rule("1", DENY, BrowserVersion("chrome", 100, under=True)),
            rule("2", ASK, BrowserVersion("Chrome", 100, under=True)),
            id="spelled, under",
        ),
        pytest.param(rule("1", DENY, BOSS), rule("2", ALLOW, RoleIs(frozenset({"Supervisor"}))), id="a role spelled"),
        pytest.param(
            rule("1", DENY, NO_BOSS),
            rule("2", ALLOW, RoleIs(frozenset({"Supervisor"}), negated=True)),
            id="no such role, spelled",
        ),
        pytest.param(
            rule("1", DENY, platform("android", negated=True)),
            rule("2", ALLOW, platform("android", "ios", negated=True)),
            id="more than the others refused above",
        ),
        pytest.param(
            rule("1", DENY, NetworkIn(frozenset({"192.0.2.0/24", "198.51.100.0/24"}))),
            rule("2", ALLOW, NetworkIn(frozenset({"192.0.2.0/24"}))),
            id="more networks refused above",
        ),
    ],
)
def test_a_rule_is_marked_with_what_decides_before_it(above, below):
    (mark,) = marks(Policy((above, below))).items()
    assert mark[0] == "2"
    assert "“Rule 1” above it" in mark[1].reason
    assert mark[1].never


@pytest.mark.parametrize(
    ("above", "below"),
    [
        pytest.param(rule("1", ALLOW, ANDROID), rule("2", DENY, ANDROID), id="unknown is let in by none and refused"),
        pytest.param(rule("1", ASK, ANDROID), rule("2", DENY, ANDROID), id="unknown is asked and then refused"),
        pytest.param(rule("1", DENY, IOS), rule("2", DENY, APPLE), id="fewer above"),
        pytest.param(rule("1", ALLOW, scope=("flex",)), rule("2", DENY, scope=("rota",)), id="at another service"),
        pytest.param(
            rule("1", DENY, CodeAge(12)), rule("2", ASK, CodeAge(24, under=True)), id="older refused, younger asked"
        ),
        pytest.param(
            rule("1", DENY, CodeAge(12, under=True)), rule("2", ASK, CodeAge(24, under=True)), id="fewer codes above"
        ),
        pytest.param(rule("1", DENY, DeviceAge(24)), rule("2", ASK, DeviceAge(12)), id="only older phones above"),
        pytest.param(
            rule("1", DENY, NetworkIn(frozenset({"192.0.2.0/24"}))),
            rule("2", ALLOW, NetworkIn(frozenset({"192.0.2.0/24", "198.51.100.0/24"}))),
            id="fewer networks above",
        ),
        pytest.param(
            rule("1", DENY, platform("android", "ios", negated=True)),
            rule("2", ALLOW, platform("android", negated=True)),
            id="fewer of the others refused above",
        ),
        pytest.param(rule("1", DENY, ANDROID), rule("2", ALLOW, IOS, BOSS), id="two conditions that go together"),
        pytest.param(rule("1", ALLOW, mode=Mode.WATCH), rule("2", DENY), id="a rule in watch only ends nothing"),
        pytest.param(rule("1", ALLOW, mode=Mode.OFF), rule("2", DENY), id="nor one that is off"),
        pytest.param(rule("1", ALLOW, scope=("flex",)), rule("2", DENY), id="at one service only above"),
        pytest.param(
            rule("1", DENY, NO_BOSS), rule("2", ALLOW, RoleIs(frozenset({"agent"}))), id="who has one role may have two"
        ),
        pytest.param(
            rule("1", DENY, BrowserVersion("Chrome", 100)), rule("2", DENY, BrowserVersion("Safari", 120)), id="others"
        ),
        pytest.param(
            rule("1", DENY, TextContains("mobile", negated=True)),
            rule("2", DENY, TextContains("Mobile Safari", negated=True)),
            id="without a piece of the text refused above",
        ),
        pytest.param(
            rule("1", DENY, TextContains("mobile")),
            rule("2", DENY, TextContains("mobile", negated=True)),
            id="the rest",
        ),
    ],
)
def test_a_rule_that_can_still_decide_is_not_marked(above, below):
    assert not marked(above, below)


@pytest.mark.parametrize(
    "conditions",
    [
        (IOS, ANDROID),
        (IOS, platform("ios", "ipados", negated=True)),
        (BOSS, NO_BOSS),
        (CodeAge(24), CodeAge(12, under=True)),
        (OsVersion(Platform.ANDROID, 14), OsVersion(Platform.ANDROID, 12, under=True)),
        (TextContains("Mobile Safari"), TextContains("mobile", negated=True)),
    ],
    ids=lambda it: " and ".join(each.sentence() for each in it),
)
def test_conditions_that_are_never_both_true_are_marked(conditions):
    allows, denies = (marks(Policy((rule("1", effect, *conditions),)))["1"] for effect in (ALLOW, DENY))
    assert "never both true" in allows.reason
    assert (allows.never, denies.never) == (True, False)
    assert "only matches what Latchkey cannot tell." in denies.reason


@pytest.mark.parametrize("kind", conditions.KINDS.values(), ids=conditions.KINDS)
def test_every_condition_can_be_turned_round(kind):
    assert len({"negated", "under", "outside"} & conditions.field_types(kind).keys()) == 1


def test_a_rule_that_is_off_or_unreadable_is_not_marked_and_marks_no_other():
    unreadable = rule("1", DENY, Unreadable("a moon phase"))
    assert not marked(unreadable, rule("2", ALLOW), rule("3", DENY, mode=Mode.OFF))


def test_a_rule_that_is_passed_over_does_not_end_the_search():
    always = rule("2", ALLOW)
    assert marked(rule("1", DENY, mode=Mode.OFF), always, rule("3", DENY)) == {"3"}
    assert marked(rule("1", ALLOW, scope=("flex",)), always, rule("3", DENY)) == {"3"}


MARKED_OFTEN = st.lists(
    st.tuples(
        st.sampled_from(Effect),
        st.sampled_from([Mode.ON, Mode.ON, Mode.WATCH]),
        st.lists(
            st.sampled_from([ANDROID, IOS, APPLE, BOSS, NO_BOSS, TextContains("mobile"), CodeAge(12)]), max_size=2
        ),
    ),
    min_size=2,
    max_size=4,
).map(lambda parts: [rule(str(at), effect, *held, mode=mode) for at, (effect, mode, held) in enumerate(parts)])


@given(st.one_of(MARKED_OFTEN, policies(modes=tuple(Mode))), all_facts())
def test_a_marked_rule_never_decides_and_never_would_have(rules, facts):
    never = {key for key, mark in marks(Policy(tuple(rules))).items() if mark.never}
    decision = decide(rules, facts)
    assert decision.decided_by not in never
    assert not {it.key for it in decision.would_have} & never


@given(MARKED_OFTEN, known_facts)
def test_taking_a_marked_rule_away_changes_nothing(rules, facts):
    never = {key for key, mark in marks(Policy(tuple(rules))).items() if mark.never}
    left = [it for it in rules if it.key not in never]
    assert decide(rules, facts).effect == decide(left, facts).effect


def test_by_brute_force_no_marked_rule_of_two_ever_decides():
    """Every two rules of one platform condition each, and every set of platforms that a phone may be."""
    worlds = [
        frozenset(it) for it in ((), ("ios",), ("android",), ("ipados",), ("ios", "android"), ("macos", "ipados"))
    ]
    facts = [Facts(platform=frozenset(map(Platform, it))) for it in worlds]
    kinds = [(), (ANDROID,), (IOS,), (APPLE,), (platform("ios", negated=True),), (IOS, ANDROID)]
    seen = 0
    for (one, effect), (two, other) in product(product(kinds, Effect), repeat=2):
        policy = Policy((rule("1", effect, *one), rule("2", other, *two)))
        never = {key for key, mark in marks(policy).items() if mark.never}
        seen += len(never)
        assert not {evaluate(policy, Attempt("flex", it)).decided_by for it in facts} & never, policy
    assert seen > 100  # the marks are not simply missing


def test_a_contradiction_that_denies_meets_only_what_is_unknown():
    policy = Policy((rule("1", DENY, IOS, ANDROID),))
    known, unknown = Facts(platform=frozenset({Platform.IOS})), Facts(platform=frozenset())
    assert evaluate(policy, Attempt("flex", known)).effect is ALLOW
    assert evaluate(policy, Attempt("flex", unknown)).effect is DENY


def test_times_and_agents_imply_only_themselves_and_fewer():
    window = MomentWithin(frozenset({Weekday.MONDAY}), time(8), time(18), "UTC")
    ana, both = AgentIs(frozenset({"ANA@acme.example"})), AgentIs(frozenset({"ana@acme.example", "bo@acme.example"}))
    assert implies(window, window)
    assert not implies(window, MomentWithin(frozenset(Weekday), time(8), time(18), "UTC"))
    assert (implies(ana, both), implies(both, ana)) == (True, False)


@pytest.mark.parametrize(
    ("rules", "place"),
    [
        ([], 0),
        ([rule("1", ALLOW, BOSS)], 1),
        ([rule("1", ALLOW, BOSS), rule("2", DENY)], 1),
        ([rule("1", ALLOW, platform("android", "ios")), rule("2", DENY, IOS)], 0),
        ([rule("1", ALLOW, mode=Mode.OFF), rule("2", ALLOW, mode=Mode.WATCH)], 2),
        ([rule("1", ALLOW, scope=("flex",))], 1),
    ],
)
def test_a_new_rule_goes_below_exceptions_and_above_what_would_always_come_first(rules, place):
    assert place_for(rule("new", DENY, ANDROID), rules) == place
