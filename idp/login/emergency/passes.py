"""Passes: one named agent is let in for up to a day, past access rules, default and emergency stop.

No other guardrail is skipped: who is switched off stays out. Giving one, taking it back and each sign-in by it
stand in the trail.
"""

from datetime import datetime, timedelta

from django.db import transaction

from idp.agents.models import LONGEST_PASS, AccessPass, Agent
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind

USUAL = timedelta(hours=2)


@transaction.atomic
def give(agent: Agent, lasts: timedelta, by: Agent | None, why: str, *, origin: Origin, now: datetime) -> AccessPass:
    """Let an agent in for a while. Raises ValueError with a sentence if it is too long or without a reason."""
    why = why.strip()
    if not timedelta(0) < lasts <= LONGEST_PASS:
        raise ValueError("A pass runs for up to 24 hours.")
    if not 0 < len(why) <= 200:  # noqa: PLR2004 - as the column
        raise ValueError("Say why, in up to 200 characters.")
    given = AccessPass.objects.create(agent=agent, given_at=now, until=now + lasts, by=by, why=why)
    events.record(Kind.PASS_GIVEN, origin, now, agent=agent, detail=f"until {_at(given)}, {_name(by)}: {why}"[:200])
    return given


@transaction.atomic
def take_back(given: AccessPass, by: Agent | None, origin: Origin, now: datetime) -> bool:
    """End a pass before its time; False if it was over."""
    if not AccessPass.objects.running(now).filter(pk=given.pk).update(ended_at=now):
        return False
    events.record(Kind.PASS_ENDED, origin, now, agent=given.agent, detail=_name(by))
    return True


def _at(given: AccessPass) -> str:
    return f"{given.until:%Y-%m-%d %H:%M} UTC"


def _name(by: Agent | None) -> str:
    return str(by) if by else "command line"
