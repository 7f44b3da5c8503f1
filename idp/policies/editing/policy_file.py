"""An access policy in a file, with cases that it has to pass. Keep it with the code that deploys Latchkey.

{"default": "allow",
 "rules": [{"name": "No Android", "mode": "on", "effect": "deny",
            "conditions": [{"kind": "platform", "platforms": ["android"], "negated": false}]}],
 "cases": [{"name": "Pixel", "user_agent": "Mozilla/5.0 (Linux; Android 10; K) …", "expect": "deny"}]}
"""

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from idp.policies.access.conditions import from_json, to_json
from idp.policies.access.decisions import evaluate
from idp.policies.access.facts import LATER, AgentFacts
from idp.policies.access.rules import Effect, Mode, Policy, Rule
from idp.policies.simulation.trial import Trial

UNDECIDED = "undecided"
OUTCOMES = (*(effect.value for effect in Effect), UNDECIDED)
DEFAULTS = (Effect.ALLOW, Effect.DENY)
LONGEST_NAME, LONGEST_MESSAGE = 100, 200
_ODD = re.compile(r"[\0\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
USUAL_MOMENT = datetime(2026, 1, 5, 12, tzinfo=UTC)  # a Monday at noon, where a case does not say when


class Misfit(ValueError):
    """The file is not a policy; the sentence says where."""


@dataclass(frozen=True, slots=True)
class Case:
    """An attempt, and its expected outcome: an effect, or undecided."""

    name: str
    trial: Trial
    expect: str


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """A policy and its cases. A rule without a key is a new one."""

    policy: Policy
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A case with another outcome than expected, and what decided it."""

    case: Case
    came: str
    by: str


def read(text: str) -> PolicyFile:
    """Read a file. Raises Misfit."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Misfit(f"This is not JSON: {error}") from error
    fields = _fields(whole, "the file", required={"default", "rules"}, optional={"cases": []})
    default = _one_of(fields["default"], DEFAULTS, "default")
    rules = tuple(_rule(it, f"rule {nth}") for nth, it in enumerate(_list(fields["rules"], "rules"), start=1))
    keys = [it.key for it in rules if it.key]
    if len(set(keys)) != len(keys):
        raise Misfit("Two rules have one key.")
    cases = tuple(_case(it, f"case {nth}") for nth, it in enumerate(_list(fields["cases"], "cases"), start=1))
    return PolicyFile(Policy(rules, Effect(default)), cases)


def write(policy: Policy, cases: list[Any]) -> str:
    """Write a policy with the cases that a file already has."""
    rules = [
        {
            "key": rule.key,
            "name": rule.name,
            "mode": rule.mode.value,
            "effect": rule.effect.value,
            "services": list(rule.scope),
            "conditions": [to_json(it) for it in rule.conditions],
            "message": rule.message,
        }
        for rule in policy.rules
    ]
    whole = {"default": policy.default.value, "rules": rules, "cases": cases}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def failures(file: PolicyFile) -> list[Failure]:
    """Try all cases, and list those that come out otherwise."""
    names = {rule.key or str(nth): rule.name for nth, rule in enumerate(file.policy.rules)}
    rules = tuple(replace(rule, key=rule.key or str(nth)) for nth, rule in enumerate(file.policy.rules))
    policy = Policy(rules, file.policy.default)
    tried = ((case, evaluate(policy, case.trial.attempt())) for case in file.cases)
    return [
        Failure(case, decision.effect or UNDECIDED, names.get(decision.decided_by, decision.decided_by))
        for case, decision in tried
        if (decision.effect or UNDECIDED) != case.expect
    ]


def _rule(stored: object, where: str) -> Rule:
    optional = {"key": "", "services": [], "message": ""}
    fields = _fields(stored, where, required={"name", "mode", "effect", "conditions"}, optional=optional)
    if not reads_as_written(fields):
        raise Misfit(f"In {where} stands a character that cannot be kept, or that turns text round.")
    name, message = _text(fields["name"], f"{where}, name"), _text(fields["message"], f"{where}, message")
    if not name.strip() or len(name) > LONGEST_NAME or len(message) > LONGEST_MESSAGE:
        raise Misfit(f"In {where} the name has 1 to {LONGEST_NAME} characters, and a message up to {LONGEST_MESSAGE}.")
    try:
        key = str(UUID(_text(fields["key"], f"{where}, key"))) if fields["key"] else ""
        conditions = tuple(from_json(it) for it in _list(fields["conditions"], f"{where}, conditions"))
    except (TypeError, ValueError) as error:
        raise Misfit(f"In {where} (“{name}”): {error}") from error
    return Rule(
        key,
        name,
        Mode(_one_of(fields["mode"], tuple(Mode), f"{where}, mode")),
        Effect(_one_of(fields["effect"], tuple(Effect), f"{where}, effect")),
        conditions,
        message,
        tuple(_text(it, f"{where}, services") for it in _list(fields["services"], f"{where}, services")),
    )


def _case(stored: object, where: str) -> Case:
    optional = {"name": where, "service": "", "touch_points": LATER, "address": None, "at": None, "agent": None}
    fields = _fields(stored, where, required={"user_agent", "expect"}, optional=optional)
    try:
        at = datetime.fromisoformat(fields["at"]) if fields["at"] else USUAL_MOMENT
    except (TypeError, ValueError) as error:
        raise Misfit(f"In {where} the time cannot be read; one is 2026-01-05T12:00:00+00:00.") from error
    trial = Trial(
        _text(fields["user_agent"], f"{where}, user_agent"),
        at if at.tzinfo else at.replace(tzinfo=UTC),
        _text(fields["service"], f"{where}, service"),
        LATER if fields["touch_points"] is LATER else _number(fields["touch_points"], f"{where}, touch_points"),
        _address(fields["address"], where),
        _agent(fields["agent"], where) if fields["agent"] is not None else None,
    )
    return Case(_text(fields["name"], where), trial, _one_of(fields["expect"], OUTCOMES, f"{where}, expect"))


def _agent(stored: object, where: str) -> AgentFacts:
    optional = {"email": "", "roles": [], "department": "", "device_age": 0, "code_age": 0}
    fields = _fields(stored, f"{where}, agent", required=set(), optional=optional)
    return AgentFacts(
        _text(fields["email"], where),
        frozenset(_text(it, where) for it in _list(fields["roles"], where)),
        _text(fields["department"], where),
        device_age=_number(fields["device_age"], f"{where}, device_age"),
        code_age=_number(fields["code_age"], f"{where}, code_age"),
    )


def _fields(stored: object, where: str, *, required: set[str], optional: Mapping[str, object]) -> dict[str, Any]:
    if not isinstance(stored, dict):
        raise Misfit(f"There is no object in braces where {where} is to be.")
    if missing := sorted(required - stored.keys()):
        raise Misfit(f"In {where} there is no {', '.join(missing)}.")
    if unknown := sorted(stored.keys() - required - optional.keys()):
        raise Misfit(f"In {where} nothing is called {', '.join(unknown)}.")
    return {**optional, **stored}


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise Misfit(f"There is no list in {where}.")
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise Misfit(f"There is no text in {where}.")
    return value


def reads_as_written(stored: object) -> bool:
    """Tell whether texts can be kept, and shown in the midst of a sentence without turning round what follows them.

    That excludes NUL, halves of a pair, and what overrides or isolates a direction (Unicode TR 9, section 2).
    Letters that are written from right to left are welcome.
    """
    if isinstance(stored, dict):
        return all(map(reads_as_written, stored.values()))
    if isinstance(stored, list):
        return all(map(reads_as_written, stored))
    return not isinstance(stored, str) or not _ODD.search(stored)


def _number(value: object, where: str) -> int | None:
    if value is not None and type(value) is not int:
        raise Misfit(f"There is no whole number in {where}.")
    return value


def _address(value: object, where: str) -> str | None:
    if value is None:
        return None
    try:
        return str(ipaddress.ip_address(_text(value, where)))
    except ValueError as error:
        raise Misfit(f"In {where} the address cannot be read; one is 192.0.2.7.") from error


def _one_of(value: object, known: tuple[str, ...], where: str) -> str:
    if value not in known:
        raise Misfit(f"In {where} stands {value!r}; it can be {', '.join(known)}.")
    return str(value)
