"""Lets an agent in for two hours in an operator's name, from any page."""

from django.contrib import messages
from django.http import HttpRequest

from idp import clock
from idp.agents.models import Agent
from idp.login import request_facts
from idp.login.emergency import passes, reasons
from idp.web.departments import reach
from idp.web.request_fields import text_field


def let_in(request: HttpRequest, agent: Agent, otherwise: str) -> None:
    """Give the agent a pass, past access rules and a stop of all sign-ins.

    The reason is the field `why`, shortened if need be, or `otherwise` if it is empty.
    """
    why = text_field(request.POST, "why")[: reasons.LONGEST] or otherwise
    origin = request_facts.origin_of(request)
    given = passes.give(agent, passes.USUAL, reach.operator_of(request), why, origin=origin, now=clock.now())
    messages.success(request, f"{agent} is exempt from the access rules until {given.until:%H:%M} UTC.")
