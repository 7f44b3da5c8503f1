"""A number that was changed: written down, and told to both numbers where a sender of texts is set."""

from django.contrib import messages
from django.http import HttpRequest

from idp import clock
from idp.agents.models import Agent
from idp.login import request_facts
from idp.login.endings import number_change
from idp.otp import notices
from idp.otp.models import PhoneAuthenticator

NOBODY_IS_TOLD = "Nobody is told of the change: LATCHKEY_MESSAGING_FROM names no sender. Tell the agent yourself."


def numbers_of(agent: Agent) -> list[str]:
    """Return the numbers an agent has now."""
    return list(PhoneAuthenticator.objects.filter(user=agent).values_list("number", flat=True))


def tell(request: HttpRequest, agent: Agent, before: list[str]) -> None:
    """Record a change, have the numbers told of it, and say so to the operator."""
    origin = request_facts.origin_of(request)
    told = number_change.announce(
        agent, before, numbers_of(agent), by=str(request.user), origin=origin, now=clock.now()
    )
    if not told:
        return
    if notices.are_on():
        messages.info(request, f"A text about the change goes to {' and '.join(it.which for it in told)}.")
    else:
        messages.warning(request, NOBODY_IS_TOLD)
