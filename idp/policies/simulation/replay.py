"""Judging the sign-ins of many days by two policies: by the one in force, and by one that is to take its place.

The same question about the same facts is asked once, and the same answers to all questions are read once. What is
left for each sign-in is to look both up, so only conditions on what differs every time (an instant) cost more.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from idp.policies.access.conditions import Answer, Condition
from idp.policies.access.decisions import Attempt, evaluate
from idp.policies.access.facts import Facts
from idp.policies.access.recorded_attempts import facts_from_json
from idp.policies.access.rules import Effect, Mode, Policy

MOST_REMEMBERED = 50_000
"""Answers kept for one set of questions; then they are forgotten, which bounds memory and costs time alone."""


class PastSignIn(NamedTuple):
    """What the trail tells of a sign-in. `fresh`: it was proved by a code, so asking for one changes nothing.

    `agent` and `device` are whatever tells one from another; None where nobody was proved.
    """

    at: datetime
    agent: Hashable
    device: Hashable
    service: str
    fresh: bool
    judged: Mapping[str, Any]
    text: str
    address: str | None


class Group(StrEnum):
    """What another policy would change for a sign-in, the gravest first."""

    REFUSED = "newly refused"
    ASKED = "newly asked for a code"
    LET_IN = "newly let in"
    UNJUDGED = "cannot be judged"


@dataclass(slots=True)
class Line:
    """Sign-ins of one agent on one device that would change alike; `unknown` of them only for want of a fact."""

    group: Group
    agent: Hashable
    device: Hashable
    last: PastSignIn
    sign_ins: int = 0
    unknown: int = 0


@dataclass(slots=True)
class Replayed:
    """What came of it. `let_in` counts, for each agent who gets in as things are, the sign-ins that do."""

    sign_ins: int = 0
    since: datetime | None = None
    let_in: dict[Hashable, int] = field(default_factory=dict)
    lines: dict[tuple[Group, Hashable, Hashable], Line] = field(default_factory=dict)

    def of(self, group: Group) -> list[Line]:
        """Return the lines of a group, the latest first."""
        return sorted((it for it in self.lines.values() if it.group is group), key=lambda it: it.last.at, reverse=True)

    def agents(self, group: Group) -> set[Hashable]:
        """Return the agents of a group, of whom at least one sign-in would change so."""
        return {it.agent for it in self.lines.values() if it.group is group and it.agent is not None}

    def count(self, group: Group) -> int:
        """Count the sign-ins of a group."""
        return sum(it.sign_ins for it in self.lines.values() if it.group is group)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the rules end, None if that depends on a fact that was not recorded.

    `unknown`: a rule refuses that cannot tell whether its conditions hold.
    """

    effect: Effect | None
    unknown: bool = False


def replay(before: Policy, after: Policy, past: Iterable[PastSignIn]) -> Replayed:
    """Judge sign-ins by both policies and gather those that would change. Guardrails and passes do not count.

    `past` is read once, one at a time, the latest first.
    """
    replayed, judge = Replayed(), Judge(before, after)
    alike = counting(before) == counting(after)
    for sign_in in past:
        was, now = judge.verdicts(sign_in)
        replayed.sign_ins += 1
        replayed.since = sign_in.at
        if sign_in.agent is not None and was.effect not in (Effect.DENY, None):
            replayed.let_in[sign_in.agent] = replayed.let_in.get(sign_in.agent, 0) + 1
        group = None if alike else changed(was, now, fresh=sign_in.fresh)
        if group is not None:
            _gather(replayed, group, sign_in, unknown=now.unknown)
    return replayed


def changed(was: Verdict, now: Verdict, *, fresh: bool) -> Group | None:
    """Say what a change of verdict means to whoever signs in; None if nothing."""
    if was.effect is None or now.effect is None:
        return Group.UNJUDGED
    if (was.effect is Effect.DENY) is not (now.effect is Effect.DENY):
        return Group.REFUSED if now.effect is Effect.DENY else Group.LET_IN
    asked = now.effect is Effect.ASK_CODE and was.effect is Effect.ALLOW
    return Group.ASKED if asked and not fresh else None


def _gather(replayed: Replayed, group: Group, sign_in: PastSignIn, *, unknown: bool) -> None:
    # who was not proved is one of many, told apart by what the phone was understood as
    told = sign_in.device if sign_in.agent is not None else repr(sign_in.judged.get("platform"))
    key = (group, sign_in.agent, told)
    line = replayed.lines.get(key)
    if line is None:
        line = replayed.lines[key] = Line(group, sign_in.agent, sign_in.device, sign_in)
    line.sign_ins += 1
    line.unknown += unknown and group is Group.REFUSED
    if sign_in.at > line.last.at:
        line.last = sign_in


class Judge:
    """Policies that remember answers. Only rules that are on are read: the others change nothing."""

    def __init__(self, *policies: Policy) -> None:
        self._policies = tuple(map(counting, policies))
        self._questions = tuple(_questions(rule.conditions for it in self._policies for rule in it.rules))
        self._verdicts: dict[tuple[Any, ...], tuple[Verdict, ...]] = {}

    def verdicts(self, sign_in: PastSignIn) -> tuple[Verdict, ...]:
        """Say how the rules of each policy end for a past sign-in."""
        key = (sign_in.service, *[it.answers(sign_in) for it in self._questions])
        found = self._verdicts.get(key)
        if found is None:
            told = {condition: it for asked in self._questions for condition, it in asked.told(sign_in)}
            found = tuple(_read(it, sign_in.service, told) for it in self._policies)
            if len(self._verdicts) >= MOST_REMEMBERED:
                self._verdicts.clear()
            self._verdicts[key] = found
        return found


def counting(policy: Policy) -> Policy:
    """Return what of a policy decides: its rules that are on, and the default."""
    rules = tuple(replace(it, name="", message="") for it in policy.rules if it.mode is Mode.ON)
    return Policy(rules, policy.default)


def _read(policy: Policy, service: str, told: Mapping[Condition, Answer | None]) -> Verdict:
    rules = tuple(replace(it, conditions=tuple(_Answered(told[its]) for its in it.conditions)) for it in policy.rules)
    decision = evaluate(replace(policy, rules=rules), Attempt(service, Facts()))
    by = next((it.answer for it in decision.trace if it.key == decision.decided_by), None)
    return Verdict(decision.effect, decision.effect is Effect.DENY and by is Answer.UNKNOWN)


class _Questions:
    """All conditions that depend on the same facts, with the answers given so far."""

    def __init__(self, reads: tuple[str, ...], conditions: tuple[Condition, ...]) -> None:
        self._reads, self._conditions = reads, conditions
        self._text, self._network = "text" in reads, "network" in reads
        self._given: dict[str, tuple[Answer | None, ...]] = {}

    def told(self, sign_in: PastSignIn) -> Iterator[tuple[Condition, Answer | None]]:
        return zip(self._conditions, self.answers(sign_in), strict=True)

    def answers(self, sign_in: PastSignIn) -> tuple[Answer | None, ...]:
        text = sign_in.text if self._text else ""
        address = sign_in.address if self._network else None
        facts = [sign_in.judged.get(it) for it in self._reads]
        key = f"{facts}{address}|{text}"
        given = self._given.get(key)
        if given is None:
            if len(self._given) >= MOST_REMEMBERED:
                self._given.clear()
            stored = {it: fact for it, fact in zip(self._reads, facts, strict=True) if fact is not None}
            given = self._given[key] = _asked(self._conditions, stored, text, address)
        return given


def _questions(of_rules: Iterable[tuple[Condition, ...]]) -> Iterator[_Questions]:
    by_facts: dict[tuple[str, ...], dict[Condition, None]] = {}
    for conditions in of_rules:
        for condition in conditions:
            by_facts.setdefault(condition.reads, {})[condition] = None
    for reads, conditions_ in by_facts.items():
        yield _Questions(reads, tuple(conditions_))


def _asked(
    conditions: tuple[Condition, ...], stored: Mapping[str, Any], text: str, address: str | None
) -> tuple[Answer | None, ...]:
    try:
        facts = facts_from_json(stored, text=text, address=address)
    except (AttributeError, TypeError, ValueError):
        facts = Facts()  # what does not read was not recorded
    return tuple(_ask(it, facts) for it in conditions)


def _ask(condition: Condition, facts: Facts) -> Answer | None:
    try:
        return condition.ask(facts)
    except Exception:  # noqa: BLE001 - as where sign-ins are judged: whatever it is, it refuses
        return None


@dataclass(frozen=True, slots=True)
class _Answered:
    """A condition that was asked already; None is one that raises."""

    label: ClassVar[str] = "Answered"
    reads: ClassVar[tuple[str, ...]] = ()
    given: Answer | None

    def ask(self, _facts: Facts) -> Answer:
        if self.given is None:
            raise ValueError("it cannot be asked")
        return self.given

    def sentence(self) -> str:
        return self.given or "cannot be asked"
