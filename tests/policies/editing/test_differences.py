from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.policies.access.conditions import PlatformIs
from idp.policies.access.rules import Effect, Mode, Policy, Rule
from idp.policies.editing.differences import Change, differences
from idp.policies.user_agents import Platform

A = Rule("a", "No Android", Mode.ON, Effect.DENY, (PlatformIs(frozenset({Platform.ANDROID})),))
B = Rule("b", "Bosses", Mode.WATCH, Effect.ALLOW)
C = Rule("c", "Night", Mode.ON, Effect.ASK_CODE)
BEFORE = Policy((A, B, C), Effect.ALLOW, 4)


def told(*rules, default=Effect.ALLOW):
    return [(it.change, it.sentence) for it in differences(BEFORE, Policy(rules, default, 5))]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ((A, B, C), []),
        (
            (A, B),
            [(Change.REMOVED, "Removed “Night”, which was on: Ask for a code always")],
        ),
        (
            (A, B, C, replace(A, key="d", name="Same again")),
            [(Change.ADDED, "Added “Same again” as no. 4, on: Deny if the platform is Android")],
        ),
        ((C, A, B), [(Change.MOVED, "Moved “Night” to no. 1")]),
        ((replace(A, mode=Mode.OFF), B, C), [(Change.MODE, "“No Android” is off, was on")]),
        ((replace(A, name="No droids"), B, C), [(Change.CHANGED, "“No Android” is now called “No droids”")]),
        (
            (A, replace(B, scope=("flex",)), C),
            [(Change.CHANGED, "“Bosses” says “Allow always, at flex only”, said “Allow always”")],
        ),
        ((replace(A, message="No."), B, C), [(Change.CHANGED, "“No Android” tells the agent “No.”")]),
    ],
)
def test_differences_are_described_in_words(rules, said):
    assert told(*rules) == said


def test_a_removed_message_is_a_difference():
    said = differences(Policy((replace(A, message="No."),)), Policy((A,)))
    assert [it.sentence for it in said] == ["“No Android” no longer has a message of its own for the agent"]


def test_every_difference_names_its_rule_and_the_default_none():
    changed = replace(B, key="b", name="Boss", mode=Mode.ON, scope=("flex",), message="Hello.")
    added = replace(A, key="d", name="Same again")
    told = differences(BEFORE, Policy((added, changed, C), Effect.DENY))
    assert [it.key for it in told] == ["d", "b", "b", "b", "b", "a", ""]


def test_a_changed_default_is_the_last_difference():
    assert told(A, B, default=Effect.DENY)[-1] == (Change.DEFAULT, "If no rule matches: deny, was allow")


@given(st.permutations("abcdef"))
def test_only_the_rules_that_had_to_move_are_named_as_moved(order):
    rules = {it: replace(C, key=it, name=it) for it in "abcdef"}
    moved = [it.key for it in differences(Policy(tuple(rules.values())), Policy(tuple(rules[it] for it in order)))]
    stayed = [it for it in order if it not in moved]

    assert stayed == sorted(stayed)
    assert len(moved) < len(order)
