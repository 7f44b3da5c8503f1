"""A made-up attempt, to see what the access policy would decide: for commands, policy files and previews."""

from dataclasses import dataclass
from datetime import datetime

from idp.policies import user_agents
from idp.policies.access.decisions import Attempt, Guardrails
from idp.policies.access.facts import LATER, AgentFacts, TouchPoints, gather


@dataclass(frozen=True, slots=True)
class Trial:
    """A header, and what else is known. Without an agent, it is judged as before the code.

    `touch_points` *later*: the first page has not been posted yet; None: script is off. `let_in`: the agent holds an
    access pass.
    """

    user_agent: str
    now: datetime
    service: str = ""
    touch_points: TouchPoints = LATER
    address: str | None = None
    agent: AgentFacts | None = None
    let_in: bool = False

    def attempt(self, guardrails: Guardrails | None = None) -> Attempt:
        """Return the attempt for `evaluate`. Without guardrails, only the rules decide."""
        facts = gather(
            user_agents.parse(self.user_agent),
            touch_points=self.touch_points,
            address=self.address,
            now=self.now,
            agent=self.agent,
        )
        return Attempt(self.service, facts, guardrails or Guardrails(), self.let_in)
