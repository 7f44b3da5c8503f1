"""Reads the agent that a proof names, with what a sign-in needs to judge them, and locks their row."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from idp.agents import locks
from idp.agents.models import Agent, AgentRole, Device
from idp.sql.joined_texts import Together, apart
from idp.versions import version


def get_and_hold(pk: UUID) -> Agent:
    """Return an agent, held until the commit, as they are after the wait for the row. Raises Agent.DoesNotExist.

    With department, roles, whether they have an active device, and the version of the configuration to judge them by.
    """
    locks.hold_agents([pk])
    active = Exists(Device.objects.active().filter(agent=OuterRef("pk")))
    rows: Any = Agent.objects.select_related("department").annotate(in_one=roles("pk"), signed_in=active)
    found = rows.annotate(version=version.Present()).get(pk=pk)
    version.take_after_lock(found.version)
    agent: Agent = found
    agent.held_roles, agent.has_devices = apart(found.in_one), found.signed_in
    return agent


def roles(of: str) -> Subquery:
    """Return an expression for the joined roles of the agent in the column `of`, for `Agent.held_roles`."""
    of_one = AgentRole.objects.filter(agent=OuterRef(of)).order_by().values("agent")
    return Subquery(of_one.annotate(all=Together("role")).values("all"))
