"""Checks of access: the stop of all sign-ins, the device itself, and the access policy."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from idp.agents.models import Agent, Device, Reason
from idp.login import access_decision
from idp.login.access_decision import Subject
from idp.login.flow import device_state
from idp.login.ladder.steps import Cause
from idp.policies import in_force
from idp.policies.access.decisions import AGENT, FAULT, PASS, STOP, Decision, evaluate
from idp.policies.access.rules import DEFAULT, Effect
from idp.policies.editing import publishing
from idp.policies.models import Stop
from idp.policies.timeouts import Limit, TimeoutPolicy
from idp.saml.models import ServiceProvider
from idp.sessions.models import SsoSession
from idp.web import rights
from idp.web.next_codes import InForce, for_operator
from idp.web.sign_in_checks.arrival import Arrival
from idp.web.sign_in_checks.check import Check, Fix, State

LET_IN_SAYS = (
    "For two hours, neither the access rules nor a stop of all sign-ins apply to this agent, on any phone. The "
    "trail records your name, and the home page of the admin shows the pass."
)
WHY_A_CODE: dict[str, str] = {
    Limit.INACTIVITY: "it has not been used for as long as the timeout policy allows",
    Limit.ABSOLUTE: "its sign-in is as old as the timeout policy allows",
    Limit.CODE_AGE: "its last code is as old as the timeout policy allows",
    Cause.EXPIRED: "it has not signed in for 7 days",
}


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the access policy decides about the device before a code is sent, and after a right one."""

    before: Decision
    after: Decision

    @property
    def denied(self) -> Decision | None:
        """The decision that refuses, if one does. After a right code, nothing may stay open."""
        if self.before.effect is Effect.DENY:
            return self.before
        return self.after if self.after.effect in {Effect.DENY, None} else None


def decide(agent: Agent, service: str, arrival: Arrival, now: datetime) -> Verdicts:
    """Evaluate the access policy as the login does, with the facts of each of the two points."""
    device = arrival.device if arrival.device and arrival.device.revoked_at is None else None
    before = access_decision.decide(service, arrival.facts, None, now, touch_points=arrival.touch_points)
    subject = Subject(agent, device, fresh=True)
    return Verdicts(
        before, access_decision.decide(service, arrival.facts, subject, now, touch_points=arrival.touch_points)
    )


def stop(agent: Agent, verdicts: Verdicts) -> Check:
    """Whether all sign-ins are stopped and the agent has no pass."""
    name, begun = "Stop of all sign-ins", Stop.objects.in_force().first()
    if begun is None:
        return Check("stop", name, State.OPEN, "Sign-ins are not stopped.")
    if _without(verdicts.after, agent_off=False).decided_by == PASS:
        return Check("stop", name, State.OPEN, f"All sign-ins are stopped, but {agent} has a temporary pass.")
    sentence = f"All sign-ins have been stopped since {begun.since:%d %b, %H:%M} UTC: {begun.why.rstrip('.')}."
    lift = Fix("Open the stop of all sign-ins", reverse("admin:stop"), rights.STOP)
    return Check("stop", name, State.CLOSED, sentence, (_let_in(agent), lift))


def policy(agent: Agent, verdicts: Verdicts, arrival: Arrival) -> Check:
    """What the access policy decides now about this agent, device and service."""
    name, seen = "Access policy", f"{arrival.phone}{', judged by a sample of its kind' if arrival.guessed else ''}"
    before, after = _by_rules(verdicts.before), _by_rules(verdicts.after)
    denied = Verdicts(before, after).denied
    if after.decided_by == PASS:
        return Check("policy", name, State.OPEN, f"{agent} has a temporary pass, so the rules do not apply.")
    if denied is not None:
        return Check("policy", name, State.CLOSED, f"{_by(denied)} refuses {seen}.", (_let_in(agent), *_rule(denied)))
    if after.effect is Effect.ASK_CODE:
        return Check("policy", name, State.CODE, f"{_by(after)} asks for a code each time.")
    return Check("policy", name, State.OPEN, f"{_by(after)} lets {seen} in.")


def phone(arrival: Arrival, sp: ServiceProvider | None, now: datetime) -> Check:
    """Whether the device is signed in and needs no code, or why it needs one."""
    name, device = "Phone", arrival.device
    if device is None:
        return Check(
            "phone", name, State.CODE, f"Latchkey asks for a code, because {arrival.phone} is not signed in yet."
        )
    if device.revoked_at is not None:
        return Check("phone", name, State.CODE, f"A code is needed: {ended(device)}")
    limits = sp.timeout_policy.limits if sp else None
    session = SsoSession.objects.filter(device=device, ended_at__isnull=True).first()
    known = device_state.expected(device, session, limits, now) if limits else None
    if known is not None and known.authentication is None:
        why = WHY_A_CODE.get(known.reason or "", "its sign-in has ended")
        return Check("phone", name, State.CODE, f"A code is needed on {device.label}, since {why}.")
    due = _due(device, session, limits, sp, now)
    return Check("phone", name, State.OPEN, f"{device.label} is signed in, and needs its next code by {due}, UTC.")


def ended(device: Device) -> str:
    """Return when and why a device was signed out, and which of the agent's own devices replaced it."""
    at = f"{device.revoked_at:%d %b, %H:%M} UTC" if device.revoked_at else ""
    why = Reason(device.reason).label if device.reason else ""
    after = device.replaced_by  # another agent's if the phone was handed over: not shown
    by = f" ({after.label})" if after and after.agent_id == device.agent_id else ""
    return f"{device.label} was signed out on {at}: {why}{by}."


def _due(
    device: Device, session: SsoSession | None, limits: TimeoutPolicy | None, sp: ServiceProvider | None, now: datetime
) -> str:
    if limits is None or sp is None:
        return "no service's limits"
    return for_operator(device, session, [InForce(limits, (sp.name,))], now)


def _by_rules(decision: Decision) -> Decision:
    """Return the decision of pass, rules and default on the same facts, ignoring the account and a stop."""
    if decision.decided_by not in {AGENT, STOP}:
        return decision
    return _without(decision, agent_off=False, stopped=False)


def _without(decision: Decision, **guardrails: bool) -> Decision:
    """Evaluate the same attempt again, with some guardrails open."""
    attempt = decision.attempt
    if attempt is None:
        return decision
    return evaluate(in_force.policy(), replace(attempt, guardrails=replace(attempt.guardrails, **guardrails)))


def _by(decision: Decision) -> str:
    if decision.decided_by == FAULT:
        return "A rule cannot be read, and so"
    if decision.decided_by == DEFAULT:
        return "The default, for sign-ins that no rule matches,"
    return f"The rule “{access_decision.name(decision)}”"


def _let_in(agent: Agent) -> Fix:
    address = reverse("admin:let_agent_in", args=[agent.pk])
    return Fix(f"Let {agent} in for 2 hours", address, rights.LET_IN, says=LET_IN_SAYS)


def _rule(decision: Decision) -> tuple[Fix, ...]:
    rule = publishing.edited_rule(decision.decided_by)
    if rule is None:
        return ()
    return (Fix("Open the rule", reverse("admin:policies_accessrule_change", args=[rule.pk]), rights.SEE_RULES),)
