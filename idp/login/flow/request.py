"""One request to a login flow: asks the access policy about it, and records it in the trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from idp.agents.models import Agent
from idp.audit import events
from idp.audit.models import Kind
from idp.login import access_decision
from idp.login.access_decision import Subject
from idp.login.flow.in_memory import Flow
from idp.login.ladder import steps
from idp.login.ladder.steps import Refuse
from idp.login.request_facts import RequestFacts
from idp.policies.access.decisions import Decision
from idp.policies.access.facts import RegisteredApp, TouchPoints
from idp.policies.access.rules import Effect

Flow_co = TypeVar("Flow_co", bound=Flow, covariant=True)


@dataclass(frozen=True, slots=True)
class FlowRequest(Generic[Flow_co]):
    """A flow, what one request to it presents, and when."""

    flow: Flow_co
    facts: RequestFacts
    now: datetime

    def decide(self, subject: Subject | None, *, touch_points: TouchPoints) -> Decision:
        """Ask the access policy, with what is known so far.

        Rules about the agent stay open without a `subject`. Rules about touch points stay open until the first page has
        reported them, if a page is shown at all.
        """
        seen = self.facts.user_agent
        app = RegisteredApp(self.flow.service_name, seen.app_version) if self.facts.client else None
        return access_decision.decide(
            self.flow.service, self.facts, subject, self.now, touch_points=touch_points, app=app
        )

    def decide_or_refuse(self, subject: Subject | None) -> Decision | Refuse:
        """Ask the access policy before or after a proof, and record a refusal.

        With a `subject`, a decision that is still open counts as a refusal.
        """
        decision = self.decide(subject, touch_points=self.facts.touch_points)
        if decision.effect != Effect.DENY and (subject is None or decision.effect is not None):
            return decision
        self.record_refusal(decision, subject.agent if subject else None)
        return steps.refusal(decision)

    def record(self, kind: Kind, decision: Decision | None = None, **more: Any) -> None:
        """Record this request in the trail, with the facts that the access policy judged if it was asked."""
        judged = access_decision.recorded(decision) if decision else {"judged": self._understood()}
        events.record(kind, self.facts.origin, self.now, service=self.flow.service, **judged, **more)

    def record_refusal(self, decision: Decision, agent: Agent | None) -> None:
        """Record that the access policy refused this request."""
        self.record(Kind.REFUSED, decision, agent=agent, detail=access_decision.name(decision))

    def _understood(self) -> dict[str, list[str]]:
        seen = self.facts.judged_agent
        return {"platform": sorted(seen.platform), "form": sorted(seen.form), "client": sorted(seen.client)}
