"""What differs between two access policies, in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from idp.policies.access.rules import EFFECT_NAMES, MODE_NAMES, Policy, Rule


class Change(StrEnum):
    """The ways in which a rule, or the default, can differ."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"
    MODE = "mode"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, with a sentence that describes it. The default has no key."""

    change: Change
    key: str
    sentence: str


def differences(before: Policy, after: Policy) -> tuple[Difference, ...]:
    """Return the differences: the new policy's rules in their order, then removed rules, then the default."""
    return (*_rules(before, after), *_default(before, after))


def _rules(before: Policy, after: Policy) -> Iterator[Difference]:
    old, new = {it.key: it for it in before.rules}, {it.key: it for it in after.rules}
    moved = _moved([it.key for it in before.rules if it.key in new], [it.key for it in after.rules if it.key in old])
    for place, rule in enumerate(after.rules, start=1):
        if rule.key not in old:
            yield Difference(Change.ADDED, rule.key, f"Added “{rule.name}” as no. {place}, {_told(rule)}")
            continue
        if rule.key in moved:
            yield Difference(Change.MOVED, rule.key, f"Moved “{rule.name}” to no. {place}")
        yield from _one(old[rule.key], rule)
    for rule in before.rules:
        if rule.key not in new:
            yield Difference(Change.REMOVED, rule.key, f"Removed “{rule.name}”, which was {_told(rule)}")


def _one(before: Rule, after: Rule) -> Iterator[Difference]:
    key, name = after.key, after.name
    if before.mode is not after.mode:
        yield Difference(Change.MODE, key, f"“{name}” is {MODE_NAMES[after.mode]}, was {MODE_NAMES[before.mode]}")
    if before.name != name:
        yield Difference(Change.CHANGED, key, f"“{before.name}” is now called “{name}”")
    if (before.effect, before.conditions, before.scope) != (after.effect, after.conditions, after.scope):
        yield Difference(Change.CHANGED, key, f"“{name}” says “{after.sentence}”, said “{before.sentence}”")
    if before.message != after.message:
        said = (
            f"tells the agent “{after.message}”"
            if after.message
            else "no longer has a message of its own for the agent"
        )
        yield Difference(Change.CHANGED, key, f"“{name}” {said}")


def _default(before: Policy, after: Policy) -> Iterator[Difference]:
    if before.default is not after.default:
        now, was = EFFECT_NAMES[after.default], EFFECT_NAMES[before.default]
        yield Difference(Change.DEFAULT, "", f"If no rule matches: {now}, was {was}")


def _moved(before: list[str], after: list[str]) -> set[str]:
    """Return the fewest rules that had to move: all but the longest run that kept its order."""
    place = {key: at for at, key in enumerate(before)}
    runs: list[list[str]] = []
    for key in after:
        runs.append([*_longest(run for run in runs if place[run[-1]] < place[key]), key])
    return set(after) - set(_longest(runs))


def _longest(runs: Iterable[list[str]]) -> list[str]:
    none: list[str] = []
    return max(runs, key=len, default=none)


def _told(rule: Rule) -> str:
    return f"{MODE_NAMES[rule.mode]}: {rule.sentence}"
