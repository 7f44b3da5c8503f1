"""One request to a login: the flow it belongs to, what it brings, and when. Judged and recorded here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from idp.agents.models import Agent
from idp.audit import events
from idp.audit.models import Kind
from idp.login.models import LoginFlow
from idp.login.presented import Presented
from idp.policies.access import LATER, Decision, Effect, Facts, Guardrails, Later, evaluate
from idp.policies.models import name_of, rules_in_force

log = structlog.get_logger(__name__)
TouchPoints = int | None | Later
UNREADABLE_RULES = Decision(Effect.DENY, "fault")


@dataclass(frozen=True, slots=True)
class Visit:
    """A request on its way through the login."""

    flow: LoginFlow
    presented: Presented
    now: datetime

    def decide(self, agent: Agent | None, *, touch_points: TouchPoints) -> Decision:
        """Ask the access policy with what is known at this point.

        Rules about the agent wait until one is proved; touch points until the first page was posted, if one
        is shown at all.
        """
        rules = rules_in_force()
        if rules is None:
            return UNREADABLE_RULES
        facts = Facts(
            user_agent=self.presented.judged_agent if self.presented.user_agent.text else None,
            touch_points=touch_points,
            role=frozenset(agent.role_names) if agent else LATER,
        )
        guardrails = Guardrails(agent_off=not agent.is_active if agent else LATER)
        decision = evaluate(rules, facts, service=self.flow.service, guardrails=guardrails)
        if decision.fault is not None:
            log.error("access_policy_fault", exc_info=decision.fault)
        return decision

    def record(self, kind: Kind, **more: Any) -> None:
        """Add a line about this request to the trail."""
        seen = self.presented.judged_agent
        judged = {"platform": sorted(seen.platform), "form": sorted(seen.form), "client": sorted(seen.client)}
        events.record(kind, self.presented.origin, self.now, service=self.flow.service, judged=judged, **more)

    def record_refusal(self, decision: Decision, agent: Agent | None) -> None:
        """Add a line that the access policy refused this request."""
        by = decision.decided_by
        self.record(Kind.REFUSED, agent=agent, decided_by=by, detail=name_of(by), would_have=watched(decision))


def watched(decision: Decision) -> list[dict[str, str]]:
    """List what the rules in watch only would have done."""
    return [{"rule": it.key, "effect": it.effect.value} for it in decision.would_have]
