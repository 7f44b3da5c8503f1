"""A policy that remembers its answers: what it was asked about the same facts once, it is not asked again.

One sign-in differs from another in few facts. So conditions are put together by the facts that they read, each such
question keeps its answers by what the facts were, and a policy keeps its reading by all answers together. What is
remembered ends with the policy itself, which is another one after each publication.
"""

from collections.abc import Callable, Hashable, Iterable
from operator import attrgetter
from typing import TypeVar

from idp.policies.access.conditions import Answer, Condition
from idp.policies.access.facts import Facts
from idp.policies.access.matching import Asked, Reading, conclude
from idp.policies.access.rules import Policy, Rule

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

MOST_REMEMBERED = 1000
"""Answers of one question, and readings of one policy, of which it begins anew; a header has up to 512 characters."""


def read(policy: Policy, service: str, facts: Facts) -> Reading:
    """Read a policy for one service. Whatever a condition raises is the caller's to catch."""
    memory: _Memory | None = policy.memories.get(service)
    if memory is None:
        rules = tuple(rule for rule in policy.rules if rule.counts_for(service))
        shared = policy.memories.get(rules) or _keep(policy.memories, rules, _Memory(policy, rules))
        memory = _keep(policy.memories, service, shared)
    return memory.read(facts)


class _Memory:
    """One policy as it is read for the services that the same rules count for, so that many cost no more than one.

    Threads share it: they keep what is the same, whoever comes first.
    """

    def __init__(self, policy: Policy, rules: tuple[Rule, ...]) -> None:
        self._policy, self._rules = policy, rules
        self._questions = tuple(_questions(rule.conditions for rule in rules))
        self._readings: dict[tuple[tuple[Answer, ...], ...], Reading] = {}

    def read(self, facts: Facts) -> Reading:
        answers = tuple([question.answers(facts) for question in self._questions])
        return self._readings.get(answers) or _keep(self._readings, answers, self._read(answers))

    def _read(self, answers: tuple[tuple[Answer, ...], ...]) -> Reading:
        told = {
            condition: answer
            for question, given in zip(self._questions, answers, strict=True)
            for condition, answer in zip(question.conditions, given, strict=True)
        }
        return conclude(self._policy, [Asked(it, tuple(told[its] for its in it.conditions)) for it in self._rules])


class _Question:
    """All conditions that read the same facts."""

    def __init__(self, reads: tuple[str, ...], conditions: Iterable[Condition]) -> None:
        self.conditions = tuple(conditions)
        self._facts: Callable[[Facts], Hashable] = attrgetter(*reads) if reads else lambda _: ()
        self._given: dict[Hashable, tuple[Answer, ...]] = {}

    def answers(self, facts: Facts) -> tuple[Answer, ...]:
        told = self._facts(facts)
        answers = self._given.get(told)
        return answers or _keep(self._given, told, tuple([condition.ask(facts) for condition in self.conditions]))


def _questions(of_rules: Iterable[tuple[Condition, ...]]) -> Iterable[_Question]:
    by_facts: dict[tuple[str, ...], dict[Condition, None]] = {}
    for conditions in of_rules:
        for condition in conditions:
            by_facts.setdefault(condition.reads, {})[condition] = None
    return [_Question(reads, conditions) for reads, conditions in by_facts.items()]


def _keep(kept: dict[Key, Value], key: Key, value: Value) -> Value:
    if len(kept) >= MOST_REMEMBERED:
        kept.clear()
    kept[key] = value
    return value
