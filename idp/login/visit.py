"""One request to a login: the flow it belongs to, what it brings, and when. Judged and recorded here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from idp.agents.models import Agent
from idp.audit import events
from idp.audit.models import Kind
from idp.login import judging, ladder
from idp.login.begun import UnderWay
from idp.login.judging import Who
from idp.login.ladder import Refuse
from idp.login.presented import Presented
from idp.policies.access.decisions import Decision
from idp.policies.access.facts import RegisteredApp, TouchPoints
from idp.policies.access.rules import Effect

Flow_co = TypeVar("Flow_co", bound=UnderWay, covariant=True)


@dataclass(frozen=True, slots=True)
class Visit(Generic[Flow_co]):
    """A request on its way through the login."""

    flow: Flow_co
    presented: Presented
    now: datetime

    def decide(self, who: Who | None, *, touch_points: TouchPoints) -> Decision:
        """Ask the access policy with what is known at this point.

        Rules about the agent wait until one is proved; touch points until the first page was posted, if one
        is shown at all.
        """
        seen = self.presented.user_agent
        app = RegisteredApp(self.flow.service_name, seen.app_version) if self.presented.client else None
        return judging.decide(self.flow.service, self.presented, who, self.now, touch_points=touch_points, app=app)

    def judge(self, who: Who | None) -> Decision | Refuse:
        """Ask the access policy before or after a proof, and record it if it refuses. After one nothing stays open."""
        decision = self.decide(who, touch_points=self.presented.touch_points)
        if decision.effect != Effect.DENY and (who is None or decision.effect is not None):
            return decision
        self.record_refusal(decision, who.agent if who else None)
        return ladder.refusal(decision)

    def record(self, kind: Kind, decision: Decision | None = None, **more: Any) -> None:
        """Add a line about this request to the trail, with what the access policy judged if it was asked."""
        judged = judging.recorded(decision) if decision else {"judged": self._understood()}
        events.record(kind, self.presented.origin, self.now, service=self.flow.service, **judged, **more)

    def record_refusal(self, decision: Decision, agent: Agent | None) -> None:
        """Add a line that the access policy refused this request."""
        self.record(Kind.REFUSED, decision, agent=agent, detail=judging.name(decision))

    def _understood(self) -> dict[str, list[str]]:
        seen = self.presented.judged_agent
        return {"platform": sorted(seen.platform), "form": sorted(seen.form), "client": sorted(seen.client)}
