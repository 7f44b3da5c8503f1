"""Records a changed number, and texts both numbers if a sender is configured."""

from django.contrib import messages
from django.http import HttpRequest

from idp import clock
from idp.agents.models import Agent
from idp.login import request_facts
from idp.login.endings import number_change
from idp.otp import notices
from idp.otp.models import PhoneAuthenticator

NO_SENDER = (
    "No text about the change is sent, because LATCHKEY_MESSAGING_FROM names no sender. Tell the agent yourself."
)


def numbers_of(agent: Agent) -> list[str]:
    """Return the agent's numbers, in E.164."""
    return list(PhoneAuthenticator.objects.filter(user=agent).values_list("number", flat=True))


def announce(request: HttpRequest, agent: Agent, before: list[str]) -> None:
    """Record the change, queue the texts about it, and tell the operator what is sent."""
    origin = request_facts.origin_of(request)
    announced = number_change.announce(
        agent, before, numbers_of(agent), by=str(request.user), origin=origin, now=clock.now()
    )
    if not announced:
        return
    if notices.are_on():
        messages.info(request, f"A text about the change goes to {' and '.join(it.which for it in announced)}.")
    else:
        messages.warning(request, NO_SENDER)
