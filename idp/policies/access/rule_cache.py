"""Caches the answers of a policy's conditions, and the decisions of its rules.

Sign-ins differ from each other in few facts. So conditions are grouped by the facts that they read. Each group caches
its answers by those facts, and a policy caches its outcomes by the answers of all groups. The cache belongs to the
policy value, so each publication starts with an empty one.
"""

from collections.abc import Callable, Hashable, Iterable
from operator import attrgetter
from typing import TypeVar

from idp.policies.access.conditions import Answer, Condition
from idp.policies.access.conditions.kinds import by_facts
from idp.policies.access.facts import Facts
from idp.policies.access.matching import AnsweredRule, Outcome, conclude
from idp.policies.access.rules import Policy, Rule

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

MOST_REMEMBERED = 1000
"""Entries of one cache, at which it is emptied. An entry may hold a header of up to 512 characters."""


def read(policy: Policy, service: str, facts: Facts) -> Outcome:
    """Read a policy for one service. Errors that a condition raises are left to the caller."""
    cache: _PolicyCache | None = policy.caches.get(service)
    if cache is None:
        rules = tuple(rule for rule in policy.rules if rule.counts_for(service))
        shared = policy.caches.get(rules) or _keep(policy.caches, rules, _PolicyCache(policy, rules))
        cache = _keep(policy.caches, service, shared)
    return cache.read(facts)


class _PolicyCache:
    """The cache of one policy, for all services that the same rules count for.

    Threads share it. If two compute the same entry, both entries are equal.
    """

    def __init__(self, policy: Policy, rules: tuple[Rule, ...]) -> None:
        self._policy, self._rules = policy, rules
        by_reads = by_facts(condition for rule in rules for condition in rule.conditions)
        self._groups = tuple(_AnswersByFacts(reads, conditions) for reads, conditions in by_reads.items())
        self._outcomes: dict[tuple[tuple[Answer, ...], ...], Outcome] = {}

    def read(self, facts: Facts) -> Outcome:
        answers = tuple([group.answers(facts) for group in self._groups])
        return self._outcomes.get(answers) or _keep(self._outcomes, answers, self._read(answers))

    def _read(self, answers: tuple[tuple[Answer, ...], ...]) -> Outcome:
        known = {
            condition: answer
            for group, given in zip(self._groups, answers, strict=True)
            for condition, answer in zip(group.conditions, given, strict=True)
        }
        return conclude(
            self._policy, [AnsweredRule(it, tuple(known[its] for its in it.conditions)) for it in self._rules]
        )


class _AnswersByFacts:
    """The answers of all conditions that read the same facts, cached by those facts."""

    def __init__(self, reads: tuple[str, ...], conditions: Iterable[Condition]) -> None:
        self.conditions = tuple(conditions)
        self._facts: Callable[[Facts], Hashable] = attrgetter(*reads) if reads else lambda _: ()
        self._given: dict[Hashable, tuple[Answer, ...]] = {}

    def answers(self, facts: Facts) -> tuple[Answer, ...]:
        known = self._facts(facts)
        answers = self._given.get(known)
        return answers or _keep(self._given, known, tuple([condition.ask(facts) for condition in self.conditions]))


def _keep(kept: dict[Key, Value], key: Key, value: Value) -> Value:
    if len(kept) >= MOST_REMEMBERED:
        kept.clear()
    kept[key] = value
    return value
