"""Who signs in, on which device, and what overrides sign-ins and access rules."""

from idp.agents.models.access_pass import LONGEST_PASS, AccessPass
from idp.agents.models.counts import AgentCount, AgentKind, DeviceCount
from idp.agents.models.cutoff import Cutoff
from idp.agents.models.device import LONGEST_LABEL, SLOTS, Device, DeviceQuerySet, Kind, Reason
from idp.agents.models.people import Agent, AgentRole, Department, writable
from idp.agents.models.supervisor import GrantableRole, Supervisor

__all__ = [
    "LONGEST_LABEL",
    "LONGEST_PASS",
    "SLOTS",
    "AccessPass",
    "Agent",
    "AgentCount",
    "AgentKind",
    "AgentRole",
    "Cutoff",
    "Department",
    "Device",
    "DeviceCount",
    "DeviceQuerySet",
    "GrantableRole",
    "Kind",
    "Reason",
    "Supervisor",
    "writable",
]
