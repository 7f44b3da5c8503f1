"""Who may enter: guardrails, then ordered rules of which the first match wins, then the default.

Not knowing never allows and always denies. What is still to come is followed both ways, so an answer given
early is the one every agent it may concern would get in the end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from idp.policies.conditions import LATER, Answer, Condition, Facts, Later

__all__ = [
    "LATER",
    "Answer",
    "Decision",
    "Effect",
    "Facts",
    "Guardrails",
    "Later",
    "Mode",
    "Rule",
    "RuleTrace",
    "WouldHave",
    "evaluate",
]


class Effect(StrEnum):
    """What a rule does. *Ask a code*: session and token do not do this time, a code in this flow does."""

    ALLOW = "allow"
    ASK_CODE = "ask_code"
    DENY = "deny"


class Mode(StrEnum):
    """Off is not read, watch only is recorded as *would have*, on counts."""

    OFF = "off"
    WATCH = "watch"
    ON = "on"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the policy: if every condition holds, the effect. An empty scope means every service."""

    key: str
    name: str
    mode: Mode
    effect: Effect
    conditions: tuple[Condition, ...] = ()
    message: str = ""
    scope: tuple[str, ...] = ()

    def counts_for(self, service: str) -> bool:
        """Tell whether the rule is read at all for this service's slug."""
        return self.mode is not Mode.OFF and (not self.scope or service in self.scope)


@dataclass(frozen=True, slots=True)
class Guardrails:
    """What refuses whatever the rules say; whether the agent is switched off is told only once proved."""

    service_off: bool = False
    agent_off: bool | Later = False
    device_revoked: bool = False


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """How one rule was answered (None: not asked), and its first condition that did not hold, in words."""

    key: str
    answer: Answer | None = None
    unmet: str = ""


@dataclass(frozen=True, slots=True)
class WouldHave:
    """What a rule in watch only would have done, had it been on."""

    key: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, by what, and how every rule was answered.

    `effect` None is *Undecided*: what this sign-in still tells can change it, and nothing decided yet.
    `decided_by` is a rule's key, "default", "guardrail:service", "guardrail:agent", "guardrail:device" or
    "fault"; for a fault the caller records `fault` and raises the alarm.
    """

    effect: Effect | None
    decided_by: str = ""
    message: str = ""
    would_have: tuple[WouldHave, ...] = ()
    trace: tuple[RuleTrace, ...] = ()
    fault: Exception | None = None


def evaluate(
    rules: Sequence[Rule],
    facts: Facts,
    *,
    service: str,
    guardrails: Guardrails,
    default: Effect = Effect.ALLOW,
) -> Decision:
    """Decide by what is known now; anything that goes wrong meanwhile denies."""
    try:
        return _decide(rules, facts, service, guardrails, default)
    except Exception as fault:  # noqa: BLE001 - whatever it is, nobody gets in by it
        trace = tuple(RuleTrace(rule.key) for rule in rules)
        return Decision(Effect.DENY, "fault", trace=trace, fault=fault)


def _decide(rules: Sequence[Rule], facts: Facts, service: str, guardrails: Guardrails, default: Effect) -> Decision:
    asked = [_Asked.of(rule, facts) for rule in rules if rule.counts_for(service)]
    traced = {each.rule.key: each.trace() for each in asked}
    trace = tuple(traced.get(rule.key, RuleTrace(rule.key)) for rule in rules)
    if closed := _closed(guardrails):
        return Decision(Effect.DENY, closed, trace=trace)
    reading = _read([*asked, _Asked(Rule("default", "Default", Mode.ON, default), ())])
    effects = reading.effects | ({Effect.DENY} if guardrails.agent_off is LATER else set())
    if len(effects) > 1:
        return Decision(None, would_have=reading.would_have, trace=trace)
    by = reading.decider
    return Decision(by.effect, by.key, by.message, reading.would_have, trace)


def _closed(guardrails: Guardrails) -> str:
    """Name the first guardrail known to refuse; all of them deny, so their order is only one of words."""
    if guardrails.service_off:
        return "guardrail:service"
    if guardrails.agent_off is True:
        return "guardrail:agent"
    return "guardrail:device" if guardrails.device_revoked else ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A rule and how each of its conditions was answered."""

    rule: Rule
    answers: tuple[Answer, ...]

    @classmethod
    def of(cls, rule: Rule, facts: Facts) -> Self:
        return cls(rule, tuple(condition.ask(facts) for condition in rule.conditions))

    def may_come_to(self) -> tuple[Answer, ...]:
        """List what the rule may be answered in the end, *no* first.

        A fact that never comes after all leaves it unknown, which never leads anywhere these two do not.
        """
        if Answer.NO in self.answers:
            return (Answer.NO,)
        at_best = Answer.UNKNOWN if Answer.UNKNOWN in self.answers else Answer.YES
        return (Answer.NO, at_best) if Answer.LATER in self.answers else (at_best,)

    def answer(self) -> Answer:
        first, *others = self.may_come_to()
        return Answer.LATER if others else first

    def trace(self) -> RuleTrace:
        short_of_yes = [it for it in self.answers if it is not Answer.YES]
        if not short_of_yes:
            return RuleTrace(self.rule.key, self.answer())
        culprit = Answer.NO if Answer.NO in short_of_yes else short_of_yes[0]
        unmet = self.rule.conditions[self.answers.index(culprit)]
        return RuleTrace(self.rule.key, self.answer(), unmet.sentence())


@dataclass(frozen=True, slots=True)
class _Reading:
    """The effects that may come out, and the rule that decides if nothing still to come makes one match."""

    effects: frozenset[Effect]
    decider: Rule
    would_have: tuple[WouldHave, ...]


def _read(asked: Sequence[_Asked]) -> _Reading:
    """Read rules in order along every way the answers may turn out; the last one is the default.

    A way is known by the rule that has asked for a code on it. The first one is always that on which nothing
    still to come matches, so it reaches furthest.
    """
    ways: list[Rule | None] = [None]
    effects: set[Effect] = set()
    would_have: list[WouldHave] = []
    for each in asked:
        if each.rule.mode is Mode.WATCH:
            would_have += _would_have(each)
            continue
        onward = _onward(each, ways)
        deciders = [_stricter(way, each.rule) for way in ways] if _may_match(each) else []
        effects |= {rule.effect for rule in deciders}
        if not onward:
            break
        ways = onward
    return _Reading(frozenset(effects), deciders[0], tuple(would_have))


def _matches(effect: Effect, answer: Answer) -> bool:
    return answer is Answer.YES or (answer is Answer.UNKNOWN and effect is Effect.DENY)


def _may_match(asked: _Asked) -> bool:
    return any(_matches(asked.rule.effect, answer) for answer in asked.may_come_to())


def _onward(asked: _Asked, ways: Iterable[Rule | None]) -> list[Rule | None]:
    """List the ways that go on past a rule; not knowing whether to ask for a code asks, and reads on."""
    onward: list[Rule | None] = []
    for answer in asked.may_come_to():
        if _matches(asked.rule.effect, answer):
            continue
        asks = answer is Answer.UNKNOWN and asked.rule.effect is Effect.ASK_CODE
        onward += [way or asked.rule if asks else way for way in ways]
    return [way for at, way in enumerate(onward) if way not in onward[:at]]


def _stricter(way: Rule | None, match: Rule) -> Rule:
    return match if way is None or match.effect is Effect.DENY else way


def _would_have(asked: _Asked) -> list[WouldHave]:
    rule, answer = asked.rule, asked.answer()
    counts = answer is Answer.YES or (answer is Answer.UNKNOWN and rule.effect is not Effect.ALLOW)
    return [WouldHave(rule.key, rule.effect)] if counts else []
