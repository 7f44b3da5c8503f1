"""Reads rules in order: the first match wins. An unknown answer never allows, and always denies.

A fact that is still to come is followed both ways. So a decision made early is the one that every agent it may
concern would get in the end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from idp.policies.access.conditions import Answer
from idp.policies.access.rules import DEFAULT, Effect, Mode, Policy, Rule, RuleTrace, WouldHave


@dataclass(frozen=True, slots=True)
class Outcome:
    """The effects that are still possible, and the rule that decides if no later fact makes another one match."""

    effects: frozenset[Effect]
    decider: Rule
    would_have: tuple[WouldHave, ...]
    answered: tuple["AnsweredRule", ...]


def conclude(policy: Policy, answered: Sequence["AnsweredRule"]) -> Outcome:
    """Read the rules of a policy for one service, each with the answers of its conditions."""
    return _read([*answered, AnsweredRule(Rule(DEFAULT, "Default", Mode.ON, policy.default), ())], tuple(answered))


def traced(policy: Policy, answered: Sequence["AnsweredRule"]) -> tuple[RuleTrace, ...]:
    """Return how every rule was answered. Sign-ins skip this, since it takes as long as asking."""
    traces = {each.rule.key: each.trace() for each in answered}
    return tuple(traces.get(rule.key, RuleTrace(rule.key)) for rule in policy.rules)


class AnsweredRule(NamedTuple):
    """A rule, with the answer of each of its conditions."""

    rule: Rule
    answers: tuple[Answer, ...]

    def may_come_to(self) -> tuple[Answer, ...]:
        """Return the answers that the rule may get in the end, *no* first.

        A fact that never comes leaves the rule unknown, which leads nowhere that these two do not.
        """
        if Answer.NO in self.answers:
            return (Answer.NO,)
        at_best = Answer.UNKNOWN if Answer.UNKNOWN in self.answers else Answer.YES
        return (Answer.NO, at_best) if Answer.LATER in self.answers else (at_best,)

    def answer(self) -> Answer:
        """Return the answer as of now."""
        first, *others = self.may_come_to()
        return Answer.LATER if others else first

    def trace(self) -> RuleTrace:
        """Return the answer, with the first condition that did not hold."""
        short_of_yes = [it for it in self.answers if it is not Answer.YES]
        if not short_of_yes:
            return RuleTrace(self.rule.key, self.answer())
        culprit = Answer.NO if Answer.NO in short_of_yes else short_of_yes[0]
        unmet = self.rule.conditions[self.answers.index(culprit)]
        return RuleTrace(self.rule.key, self.answer(), unmet.sentence())


def _read(rules: Sequence[AnsweredRule], answered: tuple[AnsweredRule, ...]) -> Outcome:
    """Read the rules in order, along every path that the answers may take; the last rule is the default.

    A path is identified by the rule that asked for a code on it. The first path is always the one on which no later
    fact makes a rule match, so it reaches furthest.
    """
    ways: list[Rule | None] = [None]
    effects: set[Effect] = set()
    would_have: list[WouldHave] = []
    for each in rules:
        if each.rule.mode is Mode.WATCH:
            would_have += _would_have(each)
            continue
        if Answer.NO in each.answers:
            continue
        onward = _onward(each, ways)
        deciders = [_stricter(way, each.rule) for way in ways] if _may_match(each) else []
        effects |= {rule.effect for rule in deciders}
        if not onward:
            break
        ways = onward
    return Outcome(frozenset(effects), deciders[0], tuple(would_have), answered)


def _matches(effect: Effect, answer: Answer) -> bool:
    return answer is Answer.YES or (answer is Answer.UNKNOWN and effect is Effect.DENY)


def _may_match(it: AnsweredRule) -> bool:
    return any(_matches(it.rule.effect, answer) for answer in it.may_come_to())


def _onward(it: AnsweredRule, ways: Iterable[Rule | None]) -> list[Rule | None]:
    """Return the paths that go on past a rule. An unknown answer to *ask a code* asks for it, and reads on."""
    onward: list[Rule | None] = []
    for answer in it.may_come_to():
        if _matches(it.rule.effect, answer):
            continue
        asks = answer is Answer.UNKNOWN and it.rule.effect is Effect.ASK_CODE
        onward += [way or it.rule if asks else way for way in ways]
    return [way for at, way in enumerate(onward) if way not in onward[:at]]


def _stricter(way: Rule | None, match: Rule) -> Rule:
    return match if way is None or match.effect is Effect.DENY else way


def _would_have(it: AnsweredRule) -> list[WouldHave]:
    rule, answer = it.rule, it.answer()
    counts = answer is Answer.YES or (answer is Answer.UNKNOWN and rule.effect is not Effect.ALLOW)
    return [WouldHave(rule.key, rule.effect)] if counts else []
