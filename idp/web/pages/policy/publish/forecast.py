"""What a publication would change for agents who signed in recently, and for the operator."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from idp.agents.models import Agent, Device
from idp.audit.past_sign_ins import past
from idp.login import access_decision
from idp.login.access_decision import Subject
from idp.login.request_facts import RequestFacts
from idp.policies import user_agents
from idp.policies.access.decisions import Attempt, evaluate
from idp.policies.access.facts import LATER, gather
from idp.policies.access.rules import Effect
from idp.policies.editing.lockout import Lockout
from idp.policies.simulation.replay import Group, Line, Replayed, replay
from idp.policies.user_agents.words import describe
from idp.web.pages.policy.publish.target import Target

IN_THIS_BROWSER = "It would refuse you in this browser."
ON_YOUR_PHONE = "It would have refused you on {device}, last on {last:%d %B, %H:%M} UTC."


@dataclass(frozen=True, slots=True)
class Row:
    """The sign-ins of an agent on a device that would change."""

    agent: Agent | None
    device: str
    line: Line
    let_in: int

    @property
    def who(self) -> str:
        """The agent's name."""
        return str(self.agent) if self.agent else "not known yet"

    @property
    def often(self) -> str:
        """How many sign-ins would change, of those that succeed now."""
        return f"{self.line.sign_ins} of {self.let_in}" if self.let_in else str(self.line.sign_ins)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The replay of one policy compared with another, and the confirmation that it requires."""

    replayed: Replayed
    lockout: Lockout

    @property
    def unknown(self) -> tuple[int, int]:
        """How many sign-ins would be refused because the device is not recognised, and on how many devices."""
        lines = [it for it in self.replayed.of(Group.REFUSED) if it.unknown]
        return sum(it.unknown for it in lines), len(lines)

    @property
    def numbers(self) -> str:
        """The numbers in a sentence, for the history."""
        counted = ", ".join(f"{len(self.replayed.agents(it))} {it.value}" for it in Group)
        return f"Of {self.lockout.agents} agents of the last 30 days: {counted}."

    def rows(self, group: Group, most: int | None = None) -> list[Row]:
        """Return the agents and devices of a group, the latest first."""
        lines = self.replayed.of(group)[:most]
        agents = Agent.objects.in_bulk({it.agent for it in lines if it.agent})
        devices = Device.objects.in_bulk({it.device for it in lines if it.device})
        return [self._row(it, agents.get(it.agent), devices.get(it.device)) for it in lines]

    def _row(self, line: Line, agent: Agent | None, device: Device | None) -> Row:
        device_name = device.label if device else describe(user_agents.parse(line.last.text))
        return Row(agent, device_name, line, self.replayed.let_in.get(line.agent, 0) if agent else 0)


def make_forecast(target: Target, operator: Agent, facts: RequestFacts, *, until: datetime, now: datetime) -> Forecast:
    """Judge the sign-ins up to an instant by the policy in force, and by the one to publish."""
    replayed = replay(*target.policies, past(until))
    warnings = (*_in_this_browser(target, operator, facts, now), *_on_own_phones(replayed, operator))
    refused, agents = len(replayed.agents(Group.REFUSED)), len(replayed.let_in)
    return Forecast(replayed, Lockout(refused, agents, settings.LATCHKEY.lockout_share, warnings))


def _in_this_browser(target: Target, operator: Agent, facts: RequestFacts, now: datetime) -> Iterator[str]:
    """Warn if the operator's browser would be refused, at any service or at one that a rule names."""
    gathered = gather(
        facts.judged_agent,
        touch_points=LATER,
        address=facts.origin.address,
        now=now,
        agent=access_decision.agent_facts(Subject(operator, None), now),
    )
    services = {"", *(slug for policy in target.policies for rule in policy.rules for slug in rule.scope)}
    for service in services:
        was, will_be = (evaluate(it, Attempt(service, gathered)).effect for it in target.policies)
        if will_be is Effect.DENY and was is not Effect.DENY:
            yield IN_THIS_BROWSER
            return


def _on_own_phones(replayed: Replayed, operator: Agent) -> Iterator[str]:
    """Warn of each device on which the operator would have been refused."""
    own: list[Line] = [it for it in replayed.of(Group.REFUSED) if it.agent == operator.pk]
    devices: dict[Any, Device] = Device.objects.in_bulk({it.device for it in own if it.device})
    for line in own:
        device = devices.get(line.device)
        yield ON_YOUR_PHONE.format(device=device.label if device else "a phone", last=line.last.at)
