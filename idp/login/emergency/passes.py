"""Passes: one agent is let in for up to a day, despite access rules, their default and the emergency stop.

An agent who is switched off stays out all the same. The trail records when a pass is given or withdrawn, and each
sign-in that used it.
"""

from datetime import datetime, timedelta

from django.db import transaction

from idp.agents.models import LONGEST_PASS, AccessPass, Agent
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.login.emergency import reasons

USUAL = timedelta(hours=2)
"""How long a pass lasts unless the operator chooses."""


@transaction.atomic
def give(agent: Agent, lasts: timedelta, by: Agent | None, why: str, *, origin: Origin, now: datetime) -> AccessPass:
    """Give an agent a pass.

    Raises ValueError, with a sentence for the operator, if it would last over 24 hours or the reason is missing or too
    long.
    """
    why = reasons.checked(why)
    if not timedelta(0) < lasts <= LONGEST_PASS:
        raise ValueError("A pass runs for up to 24 hours.")
    given = AccessPass.objects.create(agent=agent, given_at=now, until=now + lasts, by=by, why=why)
    events.record(Kind.PASS_GIVEN, origin, now, agent=agent, detail=f"until {_at(given)}, {events.name_of(by)}: {why}")
    return given


@transaction.atomic
def take_back(given: AccessPass, by: Agent | None, origin: Origin, now: datetime) -> bool:
    """End a pass early. Returns False if it was over."""
    if not AccessPass.objects.running(now).filter(pk=given.pk).update(ended_at=now):
        return False
    events.record(Kind.PASS_ENDED, origin, now, agent=given.agent, detail=events.name_of(by))
    return True


def _at(given: AccessPass) -> str:
    return f"{given.until:%Y-%m-%d %H:%M} UTC"
