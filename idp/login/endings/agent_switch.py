"""Switches agents off or on. Switching off ends all their sign-ins in the same transaction."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from idp.agents import locks
from idp.agents.models import Agent, Device, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.login.endings import signing_out

NOT_YOURSELF = "You cannot switch yourself off. Ask another operator."


@transaction.atomic
def off(agent: Agent, by: str, origin: Origin, now: datetime) -> list[Device]:
    """Switch an agent off. Returns the devices that were signed in."""
    locks.hold_agents([agent.pk])
    was_on = Agent.objects.filter(pk=agent.pk, is_active=True).update(is_active=False) == 1
    agent.is_active = False
    if was_on:
        return follow_off([agent], by, origin, now)
    return signing_out.sign_out(Device.objects.of(agent), Reason.SWITCHED_OFF, by, origin, now)


@transaction.atomic
def on(agent: Agent, by: str, origin: Origin, now: datetime) -> bool:
    """Switch an agent on. Returns False if they were on. Devices that were revoked stay revoked."""
    switched = Agent.objects.filter(pk=agent.pk, is_active=False).update(is_active=True) == 1
    agent.is_active = True
    if switched:
        follow_on([agent], by, origin, now)
    return switched


def follow_off(agents: Collection[Agent], by: str, origin: Origin, now: datetime) -> list[Device]:
    """Record that agents were switched off, and sign them out. Returns the devices that were signed in.

    The line of the trail also ends a proof that an app has yet to collect, even if the agent is switched on by then.
    Runs inside the caller's transaction.
    """
    for agent in agents:
        events.record(Kind.AGENT_OFF, origin, now, agent=agent, detail=f"by {by}")
    return signing_out.sign_out(Device.objects.filter(agent__in=agents), Reason.SWITCHED_OFF, by, origin, now)


def follow_on(agents: Collection[Agent], by: str, origin: Origin, now: datetime) -> None:
    """Record that agents were switched on."""
    for agent in agents:
        events.record(Kind.AGENT_ON, origin, now, agent=agent, detail=f"by {by}")
