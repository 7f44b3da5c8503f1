"""Decides who may enter: guardrails first, then an access pass, then the rules in order, then the default."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from functools import partial

from idp.policies.access.conditions import (
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
from idp.policies.access.facts import Facts, Later
from idp.policies.access.matching import AnsweredRule, Outcome, traced
from idp.policies.access.rule_cache import read
from idp.policies.access.rules import Effect, Policy, Rule, RuleTrace, WouldHave
from idp.values import value

FAULT, PASS = "fault", "pass"
STOP, SERVICE, AGENT, DEVICE = "guardrail:stop", "guardrail:service", "guardrail:agent", "guardrail:device"


@value
class Guardrails:
    """What refuses regardless of the rules. `agent_off` is *later* until the agent has proved who they are.

    `device_ended`: the device was revoked, or signed in before a cutoff.
    """

    stopped: bool = False
    service_off: bool = False
    agent_off: bool | Later = False
    device_ended: bool = False


@value
class Attempt:
    """One attempt to enter a service, with what is known so far.

    `let_in`: the agent holds an access pass, which skips the rules, the default and the emergency stop. *Later*:
    somebody holds a pass, and this agent has not yet proved who they are.
    """

    service: str
    facts: Facts
    guardrails: Guardrails = Guardrails()
    let_in: bool | Later = False


class Concern(StrEnum):
    """What a refusal by a rule is about, so that the page can say so."""

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


@value
class Decision:
    """What was decided, what decided it, how every rule was answered, and what the refusal is about.

    `effect` None means *undecided*: a fact that this sign-in still has to tell can change the result. `decided_by` is
    the key of a rule, or one of the constants above. After a fault, the caller records `fault` and raises the alarm.
    `trace` is computed from `policy` and `answered` when somebody wants it. `revision` is 0 if no policy could be read.
    """

    effect: Effect | None
    decided_by: str = ""
    message: str = ""
    would_have: tuple[WouldHave, ...] = ()
    policy: Policy | None = None
    answered: tuple[AnsweredRule, ...] = ()
    fault: Exception | None = None
    revision: int = 0
    attempt: Attempt | None = None
    concern: Concern = Concern.OTHER

    @property
    def trace(self) -> tuple[RuleTrace, ...]:
        """How every rule was answered."""
        return traced(self.policy, self.answered) if self.policy else ()


def evaluate(policy: Policy | None, attempt: Attempt) -> Decision:
    """Decide by what is known now. Any exception denies, and so does a policy of None.

    Enforcement, preview and replay all call this function.
    """
    decided = partial(Decision, policy=policy, revision=policy.number if policy else 0, attempt=attempt)
    if closed := _closed(attempt.guardrails):
        return decided(Effect.DENY, closed)
    if attempt.let_in is True:
        found = decided(Effect.ALLOW, PASS)
    elif attempt.guardrails.stopped:
        found = decided(Effect.DENY, STOP)
    else:
        found = _by_rules(policy, attempt, decided)
    return _left_open(found, attempt)


def _closed(guardrails: Guardrails) -> str:
    """Name the first guardrail that refuses and that no pass skips. All of them deny; the order only picks the name."""
    if guardrails.service_off:
        return SERVICE
    if guardrails.agent_off is True:
        return AGENT
    return DEVICE if guardrails.device_ended else ""


def _by_rules(policy: Policy | None, attempt: Attempt, decided: Callable[..., Decision]) -> Decision:
    if policy is None:
        return decided(Effect.DENY, FAULT)
    try:
        outcome = read(policy, attempt.service, attempt.facts)
    except Exception as fault:  # noqa: BLE001 - no error may let anyone in
        return decided(Effect.DENY, FAULT, fault=fault)
    if len(outcome.effects) > 1:
        return decided(None, would_have=outcome.would_have, answered=outcome.answered)
    by = outcome.decider
    return decided(
        by.effect, by.key, by.message, outcome.would_have, answered=outcome.answered, concern=_concern(by, outcome)
    )


def _concern(by: Rule, outcome: Outcome) -> Concern:
    if not any(isinstance(it, ABOUT_THE_PHONE) for it in by.conditions):
        return Concern.OTHER
    answer = next(it.answer() for it in outcome.answered if it.rule is by)
    return Concern.UNTOLD_PHONE if answer is Answer.UNKNOWN else Concern.PHONE


def _left_open(found: Decision, attempt: Attempt) -> Decision:
    """Leave undecided what an agent's pass, or an agent who is switched off, can still change."""
    passes = isinstance(attempt.let_in, Later) and found.effect is not Effect.ALLOW
    refuses = isinstance(attempt.guardrails.agent_off, Later) and found.effect is not Effect.DENY
    return replace(found, effect=None, decided_by="", message="") if passes or refuses else found
