"""Events about an agent that name the operator who acted."""

from django.http import HttpRequest

from idp import clock
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.models import Kind
from idp.login import request_facts


def record(kind: Kind, request: HttpRequest, agent: Agent, what: str = "") -> None:
    """Record what the operator did about the agent."""
    detail = ", ".join(it for it in (what, f"by {request.user}") if it)
    events.record(kind, request_facts.origin_of(request), clock.now(), agent=agent, detail=detail)
