"""Switches an agent off or on, by hand. Switching off ends all their sign-ins in the same transaction."""

from datetime import datetime

from django.db import transaction

from idp.agents import device_rows
from idp.agents.models import Agent, Device, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.login.endings import signing_out


@transaction.atomic
def off(agent: Agent, by: str, origin: Origin, now: datetime) -> list[Device]:
    """Switch an agent off. Returns the devices that were signed in."""
    device_rows.hold_agent(agent.pk)
    if Agent.objects.filter(pk=agent.pk, is_active=True).update(is_active=False):
        events.record(Kind.AGENT_OFF, origin, now, agent=agent, detail=f"by {by}"[:200])
    agent.is_active = False
    return signing_out.sign_out(Device.objects.of(agent), Reason.SWITCHED_OFF, by, origin, now)


@transaction.atomic
def on(agent: Agent, by: str, origin: Origin, now: datetime) -> bool:
    """Switch an agent on. Returns False if they were on. Devices that were revoked stay revoked."""
    switched = Agent.objects.filter(pk=agent.pk, is_active=False).update(is_active=True) == 1
    agent.is_active = True
    if switched:
        events.record(Kind.AGENT_ON, origin, now, agent=agent, detail=f"by {by}"[:200])
    return switched
