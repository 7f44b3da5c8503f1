"""Finds rules that can never decide, from the rules alone, and says why.

A rule marked *never* decides for no facts at all. The reverse does not hold: other rules may never decide either, for
reasons that are not found here.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from itertools import combinations
from typing import Any

from idp.policies.access.conditions import (
    AgentIs,
    AppIs,
    AppVersion,
    BrowserIs,
    BrowserVersion,
    ClientIs,
    CodeAge,
    Condition,
    DepartmentIs,
    DeviceAge,
    FormIs,
    NetworkIn,
    OsVersion,
    PlatformIs,
    RoleIs,
    TextContains,
)
from idp.policies.access.rules import Effect, Mode, Policy, Rule

_OF_ONE = (PlatformIs, FormIs, ClientIs, BrowserIs, AppIs, AgentIs, DepartmentIs)  # the fact has one true value
_VERSIONS = (BrowserVersion, AppVersion, OsVersion)
_AGES = (DeviceAge, CodeAge)
_TURNS = ("negated", "under", "outside")  # each kind of condition has one of these fields


@dataclass(frozen=True, slots=True)
class Mark:
    """What is wrong with a rule. Without `never`, it can still decide, but only if a fact is unknown."""

    reason: str
    never: bool = True


def marks(policy: Policy) -> dict[str, Mark]:
    """Return the marks by the keys of the rules. Rules that are off are not read, so they get none."""
    found: dict[str, Mark] = {}
    above: list[Rule] = []
    for rule in policy.rules:
        if rule.mode is Mode.OFF or not rule.readable:
            continue
        if mark := _covered(rule, above) or _contradicts_itself(rule):
            found[rule.key] = mark
        if rule.mode is Mode.ON:
            above.append(rule)
    return found


def place_for(rule: Rule, rules: Sequence[Rule]) -> int:
    """Return the place for a new rule: after the others, but above the first that would always decide before it."""
    return next((at for at, other in enumerate(rules) if _comes_before(other, rule)), len(rules))


def implies(given: Condition, then: Condition) -> bool:
    """Tell whether a yes to `given` implies a yes to `then`, and a no to `then` implies a no to `given`."""
    if given == then:
        return True
    if type(given) is not type(then):
        return False
    if isinstance(given, (*_OF_ONE, RoleIs, NetworkIn)):
        return _implied_by_members(given, then)
    if isinstance(given, TextContains):
        return _implied_by_text(given, then)
    return isinstance(given, (*_VERSIONS, *_AGES)) and _implied_by_number(given, then)


def _covered(rule: Rule, above: Iterable[Rule]) -> Mark | None:
    """Find a rule above that always decides before this one could match."""
    for other in above:
        if not _as_wide(other, rule):
            continue
        if not other.conditions:
            return Mark(f"“{other.name}” above it always decides first.")
        if _catches_first(other, rule):
            return Mark(f"“{other.name}” above it decides first whenever this rule would match.")
    return None


def _as_wide(other: Rule, rule: Rule) -> bool:
    return not other.scope or (bool(rule.scope) and set(rule.scope) <= set(other.scope))


def _comes_before(other: Rule, rule: Rule) -> bool:
    return other.readable and other.mode is Mode.ON and _as_wide(other, rule) and _asks_no_more(other, rule)


def _catches_first(other: Rule, rule: Rule) -> bool:
    """Tell whether `other` decides first. For an unknown answer only a deny rule is sure to decide."""
    if other.effect is not Effect.DENY and rule.effect is not Effect.ALLOW:
        return False
    return _asks_no_more(other, rule)


def _asks_no_more(other: Rule, rule: Rule) -> bool:
    return all(any(implies(given, then) for given in rule.conditions) for then in other.conditions)


def _contradicts_itself(rule: Rule) -> Mark | None:
    for one, two in combinations(rule.conditions, 2):
        if _exclude_each_other(one, two):
            both = f"“{one.sentence()}” and “{two.sentence()}” are never both true"
            if rule.effect is Effect.ALLOW:
                return Mark(f"{both}.")
            return Mark(f"{both}, so it only matches what Latchkey cannot tell.", never=False)
    return None


def _exclude_each_other(one: Condition, two: Condition) -> bool:
    if type(one) is not type(two):
        return False
    turn = next(it.name for it in fields(two) if it.name in _TURNS)  # type: ignore[arg-type]
    opposite = replace(two, **{turn: not getattr(two, turn)})  # type: ignore[type-var]
    return implies(one, opposite)


def _implied_by_members(given: Any, then: Any) -> bool:  # noqa: ANN401 - two of one kind
    mine, its = _members(given), _members(then)
    if given.negated:
        return bool(then.negated) and its <= mine
    if then.negated:
        return isinstance(given, _OF_ONE) and not mine & its
    return mine <= its


def _members(condition: Any) -> set[Any]:  # noqa: ANN401 - of any of the kinds with members
    if isinstance(condition, NetworkIn):
        return {ipaddress.ip_network(it) for it in condition.blocks}
    wanted: frozenset[str] = condition.wanted
    return {it.casefold() for it in wanted}


def _implied_by_text(given: Any, then: Any) -> bool:  # noqa: ANN401 - two of one kind
    mine, its = given.text.casefold(), then.text.casefold()
    if given.negated != then.negated:
        return False
    return mine in its if given.negated else its in mine


def _implied_by_number(given: Any, then: Any) -> bool:  # noqa: ANN401 - two of one kind
    if isinstance(given, _VERSIONS) and given.of.casefold() != then.of.casefold():
        return False
    if given.under != then.under:
        return False
    name = {DeviceAge: "days", CodeAge: "hours"}.get(type(given), "version")
    mine, its = getattr(given, name), getattr(then, name)
    return bool(mine <= its if given.under else mine >= its)
