"""Who may enter: guardrails, then a pass, then ordered rules of which the first match wins, then the default."""

from dataclasses import dataclass, replace
from enum import StrEnum

from idp.policies.conditions import (
    Answer,
    AppIs,
    AppVersion,
    BrowserIs,
    BrowserVersion,
    ClientIs,
    FormIs,
    OsVersion,
    PlatformIs,
    TextContains,
    TextMatches,
)
from idp.policies.facts import LATER, Facts, Later
from idp.policies.reading import Reading, read
from idp.policies.rules import DEFAULT, Effect, Mode, Policy, Rule, RuleTrace, WouldHave

__all__ = [
    "AGENT",
    "DEFAULT",
    "DEVICE",
    "FAULT",
    "LATER",
    "PASS",
    "SERVICE",
    "STOP",
    "Attempt",
    "Concern",
    "Decision",
    "Effect",
    "Facts",
    "Guardrails",
    "Later",
    "Mode",
    "Policy",
    "Rule",
    "RuleTrace",
    "WouldHave",
    "evaluate",
]

FAULT, PASS = "fault", "pass"
STOP, SERVICE, AGENT, DEVICE = "guardrail:stop", "guardrail:service", "guardrail:agent", "guardrail:device"


@dataclass(frozen=True, slots=True)
class Guardrails:
    """What refuses whatever the rules say; whether the agent is switched off is told only once proved.

    `device_ended` means revoked, or signed in before a cutoff.
    """

    stopped: bool = False
    service_off: bool = False
    agent_off: bool | Later = False
    device_ended: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to enter a service, as far as it is known.

    `let_in`: the agent holds a pass, which skips rules, default and emergency stop. Later: somebody holds one,
    and who this is has not been proved.
    """

    service: str
    facts: Facts
    guardrails: Guardrails = Guardrails()
    let_in: bool | Later = False


class Concern(StrEnum):
    """What a refusal by rules is about, so that the page can say it."""

    PHONE = "phone"
    UNTOLD_PHONE = "untold phone"
    OTHER = "other"


ABOUT_THE_PHONE = (
    PlatformIs,
    FormIs,
    ClientIs,
    BrowserIs,
    AppIs,
    BrowserVersion,
    AppVersion,
    OsVersion,
    TextContains,
    TextMatches,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, by what, how every rule was answered, and what it was about.

    `effect` None is *Undecided*: what this sign-in still tells can change it, and nothing decided yet.
    `decided_by` is a rule's key or one of the constants above; for a fault the caller records `fault` and
    raises the alarm. `revision` is 0 where no policy could be read.
    """

    effect: Effect | None
    decided_by: str = ""
    message: str = ""
    would_have: tuple[WouldHave, ...] = ()
    trace: tuple[RuleTrace, ...] = ()
    fault: Exception | None = None
    revision: int = 0
    attempt: Attempt | None = None
    concern: Concern = Concern.OTHER


def evaluate(policy: Policy | None, attempt: Attempt) -> Decision:
    """Decide by what is known now. Whatever goes wrong meanwhile denies, and so does a policy of None.

    This one function serves enforcement, preview and replay.
    """
    unread = tuple(RuleTrace(rule.key) for rule in policy.rules) if policy else ()
    about = Decision(None, trace=unread, revision=policy.number if policy else 0, attempt=attempt)
    if closed := _closed(attempt.guardrails):
        return replace(about, effect=Effect.DENY, decided_by=closed)
    if attempt.let_in is True:
        found = replace(about, effect=Effect.ALLOW, decided_by=PASS)
    elif attempt.guardrails.stopped:
        found = replace(about, effect=Effect.DENY, decided_by=STOP)
    else:
        found = _by_rules(policy, about, attempt)
    return _left_open(found, attempt)


def _closed(guardrails: Guardrails) -> str:
    """Name the first guardrail that refuses and that no pass skips; they all deny, so their order is one of words."""
    if guardrails.service_off:
        return SERVICE
    if guardrails.agent_off is True:
        return AGENT
    return DEVICE if guardrails.device_ended else ""


def _by_rules(policy: Policy | None, about: Decision, attempt: Attempt) -> Decision:
    if policy is None:
        return replace(about, effect=Effect.DENY, decided_by=FAULT)
    try:
        reading = read(policy, attempt.service, attempt.facts)
    except Exception as fault:  # noqa: BLE001 - whatever it is, nobody gets in by it
        return replace(about, effect=Effect.DENY, decided_by=FAULT, fault=fault)
    return _decided(reading, about)


def _decided(reading: Reading, about: Decision) -> Decision:
    found = replace(about, would_have=reading.would_have, trace=reading.trace)
    if len(reading.effects) > 1:
        return found
    by = reading.decider
    concern = _concern(by, reading)
    return replace(found, effect=by.effect, decided_by=by.key, message=by.message, concern=concern)


def _concern(by: Rule, reading: Reading) -> Concern:
    if not any(isinstance(it, ABOUT_THE_PHONE) for it in by.conditions):
        return Concern.OTHER
    answer = next(it.answer for it in reading.trace if it.key == by.key)
    return Concern.UNTOLD_PHONE if answer is Answer.UNKNOWN else Concern.PHONE


def _left_open(found: Decision, attempt: Attempt) -> Decision:
    """Leave open what a pass of the agent, or an agent who is switched off, can still change."""
    passes = isinstance(attempt.let_in, Later) and found.effect is not Effect.ALLOW
    refuses = isinstance(attempt.guardrails.agent_off, Later) and found.effect is not Effect.DENY
    return replace(found, effect=None, decided_by="", message="") if passes or refuses else found
