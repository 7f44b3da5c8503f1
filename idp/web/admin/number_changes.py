"""A number that was changed: written down, and told to both numbers where a sender of texts is set."""

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest

from idp import clock
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.models import Kind
from idp.login import number_notices, presented
from idp.otp import notices
from idp.otp.models import PhoneAuthenticator

NOBODY_IS_TOLD = "Nobody is told of the change: LATCHKEY_MESSAGING_FROM names no sender. Tell the agent yourself."


def numbers_of(agent: Agent) -> list[str]:
    """Return the numbers an agent has now."""
    return list(PhoneAuthenticator.objects.filter(user=agent).values_list("number", flat=True))


def tell(request: HttpRequest, agent: Agent, before: list[str]) -> None:
    """Record a change, and have the numbers told after the commit. No number stands in the trail."""
    told = number_notices.of_change(before, numbers_of(agent))
    if not told:
        return
    origin, on = presented.by(request).origin, notices.are_on()
    how = "" if on else ", nobody is told"
    detail = f"{' and '.join(it.which for it in told)}, by {request.user}{how}"[:200]
    events.record(Kind.NUMBER_CHANGED, origin, clock.now(), agent=agent, detail=detail)
    if not on:
        messages.warning(request, NOBODY_IS_TOLD)
        return
    transaction.on_commit(partial(number_notices.dispatch, agent.pk, told, origin))
    messages.info(request, f"A text about the change goes to {' and '.join(it.which for it in told)}.")
