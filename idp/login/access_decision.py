"""Asks the access policy about a request: of a page, of a Response to be issued, or of an app that renews."""

from datetime import datetime, timedelta
from typing import Any

import structlog

from idp.agents import access_passes
from idp.agents.models import Agent, Device
from idp.login.request_facts import RequestFacts
from idp.policies import in_force
from idp.policies.access import recorded_attempts
from idp.policies.access.decisions import FAULT, Attempt, Decision, Guardrails, evaluate
from idp.policies.access.facts import LATER, AgentFacts, Later, RegisteredApp, TouchPoints, gather
from idp.policies.rule_names import name_of
from idp.values import value

log = structlog.get_logger(__name__)
HOUR = timedelta(hours=1)


@value
class Subject:
    """An agent who is proved, and the device they use; None if the device is new.

    `fresh` means that the proof was given just now, so its age is 0 whatever the device's row says.
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
    """Judge a request by the access policy in force. A fault denies, and is logged.

    Without a `subject`, rules about agents and passes of agents stay open, so the decision may have no effect yet.
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
    if decision.decided_by == FAULT:
        log.error("access_policy_fault", exc_info=decision.fault)
    return decision


def _let_in(subject: Subject | None, now: datetime) -> bool | Later:
    """Whether a pass lets the subject in. Without a subject: LATER if any pass is valid."""
    if subject is not None:
        return access_passes.admits(subject.agent.pk, now)
    return LATER if access_passes.any_valid(now) else False


def recorded(decision: Decision) -> dict[str, Any]:
    """Return what the trail keeps of a decision: enough to judge the same facts again."""
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
    """Return what the access policy may know about a proved agent."""
    agent, device = subject.agent, subject.device
    return AgentFacts(
        agent.email,
        frozenset(agent.role_names),
        agent.department.name if agent.department else "",
        device_age=max(0, (now - device.enrolled_at).days) if device else 0,
        code_age=0 if subject.fresh or device is None else max(0, (now - device.authenticated_at) // HOUR),
    )
