"""Judges past sign-ins by policies, as they would be judged if they came again.

Answers are cached by the facts that a condition reads, and decisions by all answers. So most sign-ins cost two lookups.
Only conditions on a fact that always differs, such as the instant, cost more.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from idp.policies.access.conditions import Answer, Condition
from idp.policies.access.conditions.kinds import by_facts
from idp.policies.access.decisions import Attempt, evaluate
from idp.policies.access.facts import Facts
from idp.policies.access.recorded_attempts import facts_from_json
from idp.policies.access.rules import Effect, Mode, Policy

MOST_REMEMBERED = 50_000
"""Entries of one cache, at which it is emptied. This bounds memory, and only costs time."""


class PastSignIn(NamedTuple):
    """What the trail tells of a sign-in. `fresh`: a code proved it, so a rule that asks for one changes nothing.

    `agent` and `device` are any values that identify them. Both are None if nobody proved who they are.
    """

    at: datetime
    agent: Hashable
    device: Hashable
    service: str
    fresh: bool
    judged: Mapping[str, Any]
    text: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules decide. `effect` is None if that depends on a fact that was not recorded.

    `unknown`: the rule that refuses does not know whether its conditions hold.
    """

    effect: Effect | None
    unknown: bool = False


class Judge:
    """Policies with caches. Only rules that are on are read, since the others change nothing."""

    def __init__(self, *policies: Policy) -> None:
        self._policies = tuple(map(deciding_part, policies))
        groups = by_facts(condition for it in self._policies for rule in it.rules for condition in rule.conditions)
        self._groups = tuple(_AnswersByRecord(reads, conditions) for reads, conditions in groups.items())
        self._verdicts: dict[tuple[Any, ...], tuple[Verdict, ...]] = {}

    def verdicts(self, sign_in: PastSignIn) -> tuple[Verdict, ...]:
        """Return what the rules of each policy decide for a past sign-in."""
        key = (sign_in.service, *[it.answers(sign_in) for it in self._groups])
        found = self._verdicts.get(key)
        if found is None:
            answers = {condition: it for group in self._groups for condition, it in group.by_condition(sign_in)}
            found = tuple(_verdict(it, sign_in.service, answers) for it in self._policies)
            if len(self._verdicts) >= MOST_REMEMBERED:
                self._verdicts.clear()
            self._verdicts[key] = found
        return found


def deciding_part(policy: Policy) -> Policy:
    """Return the part of a policy that decides: its rules that are on, and the default."""
    rules = tuple(replace(it, name="", message="") for it in policy.rules if it.mode is Mode.ON)
    return Policy(rules, policy.default)


def _verdict(policy: Policy, service: str, answers: Mapping[Condition, Answer | None]) -> Verdict:
    rules = tuple(
        replace(it, conditions=tuple(_Answered(answers[its]) for its in it.conditions)) for it in policy.rules
    )
    decision = evaluate(replace(policy, rules=rules), Attempt(service, Facts()))
    by = next((it.answer() for it in decision.answered if it.rule.key == decision.decided_by), None)
    return Verdict(decision.effect, decision.effect is Effect.DENY and by is Answer.UNKNOWN)


class _AnswersByRecord:
    """The answers of all conditions that read the same facts, cached by those facts as the trail has them.

    So most facts are never read from their JSON. Unlike the cache of the sign-ins, an error is kept as an answer.
    """

    def __init__(self, reads: tuple[str, ...], conditions: tuple[Condition, ...]) -> None:
        self._reads, self._conditions = reads, conditions
        self._text, self._network = "text" in reads, "network" in reads
        self._given: dict[str, tuple[Answer | None, ...]] = {}

    def by_condition(self, sign_in: PastSignIn) -> Iterator[tuple[Condition, Answer | None]]:
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
            given = self._given[key] = _answers(self._conditions, stored, text, address)
        return given


def _answers(
    conditions: tuple[Condition, ...], stored: Mapping[str, Any], text: str, address: str | None
) -> tuple[Answer | None, ...]:
    try:
        facts = facts_from_json(stored, text=text, address=address)
    except (AttributeError, TypeError, ValueError):
        facts = Facts()  # facts that cannot be read count as not recorded
    return tuple(_ask(it, facts) for it in conditions)


def _ask(condition: Condition, facts: Facts) -> Answer | None:
    try:
        return condition.ask(facts)
    except Exception:  # noqa: BLE001 - any error refuses, as at a sign-in
        return None


@dataclass(frozen=True, slots=True)
class _Answered:
    """A condition that was already answered. None: it raised."""

    label: ClassVar[str] = "Answered"
    reads: ClassVar[tuple[str, ...]] = ()
    given: Answer | None

    def ask(self, _facts: Facts) -> Answer:
        if self.given is None:
            raise ValueError
        return self.given

    def sentence(self) -> str:
        return ""
