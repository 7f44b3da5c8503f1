"""Asking the access policy about a request, whoever asks: a page, a Response about to be issued, an app's renewal."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from idp.agents import let_in
from idp.agents.models import Agent, Device
from idp.login.request_facts import RequestFacts
from idp.policies import in_force
from idp.policies.access import recorded_attempts
from idp.policies.access.decisions import Attempt, Decision, Guardrails, evaluate
from idp.policies.access.facts import LATER, AgentFacts, Later, RegisteredApp, TouchPoints, gather
from idp.policies.rule_names import name_of

log = structlog.get_logger(__name__)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Subject:
    """Subject somebody proved to be, and on which phone or computer; None for one that is new.

    `fresh`: by a code given just now, so its age is nothing, whatever the device's row says.
    """

    agent: Agent
    device: Device | None
    fresh: bool = False


def decide(
    service: str,
    facts: RequestFacts,
    subject: Subject | None,
    now: datetime,
    *,
    touch_points: TouchPoints,
    app: RegisteredApp | None = None,
) -> Decision:
    """Judge one request by the policy of this moment. Whatever goes wrong denies, and the log tells it.

    Without anybody proved, rules and passes of agents are still open, and the decision may be undecided.
    """
    now_in_force = in_force.look()
    judged = gather(
        facts.judged_agent,
        touch_points=touch_points,
        address=facts.origin.address,
        now=now,
        agent=agent_facts(subject, now) if subject else None,
        app=app,
    )
    guardrails = Guardrails(
        stopped=now_in_force.stopped,
        agent_off=not subject.agent.is_active if subject else LATER,
        device_ended=bool(subject and subject.device and subject.device.revoked_at),
    )
    passed = now_in_force.policy is not None and _let_in(subject, now)
    decision = evaluate(now_in_force.policy, Attempt(service, judged, guardrails, passed))
    if decision.decided_by == "fault":
        log.error("access_policy_fault", exc_info=decision.fault)
    return decision


def _let_in(subject: Subject | None, now: datetime) -> bool | Later:
    """Say whether a pass lets somebody in; before anybody is proved, whether one may."""
    if subject is not None:
        return let_in.by_pass(subject.agent.pk, now)
    return LATER if let_in.somebody(now) else False


def recorded(decision: Decision) -> dict[str, Any]:
    """Return what a line of the trail keeps of a decision: enough to judge the same facts again."""
    return {
        "effect": decision.effect or "",
        "decided_by": decision.decided_by,
        "revision": decision.revision or None,
        "would_have": [{"rule": it.key, "effect": it.effect.value} for it in decision.would_have],
        "judged": recorded_attempts.to_json(decision.attempt) if decision.attempt else {},
    }


def name(decision: Decision) -> str:
    """Name the rule that decided, or what else did."""
    return name_of(decision.decided_by, decision.revision)


def agent_facts(subject: Subject, now: datetime) -> AgentFacts:
    """Say what is known of somebody who proved who they are."""
    agent, device = subject.agent, subject.device
    return AgentFacts(
        agent.email,
        frozenset(agent.role_names),
        agent.department.name if agent.department else "",
        device_age=max(0, (now - device.enrolled_at).days) if device else 0,
        code_age=0 if subject.fresh or device is None else max(0, (now - device.authenticated_at) // HOUR),
    )
