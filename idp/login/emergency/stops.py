"""The emergency stop: nobody signs in while it lasts, but who holds a pass. Both acts stand in the trail."""

from datetime import datetime

from django.db import IntegrityError, transaction

from idp.agents.models import Agent
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.policies.models import Stop


def stop(by: Agent | None, why: str, origin: Origin, now: datetime) -> Stop | None:
    """Stop all sign-ins from the next request on; None if they were stopped already. Raises ValueError.

    What is signed in at a service stays so until it comes back here.
    """
    why = _reason(why)
    try:
        with transaction.atomic():
            begun = Stop.objects.create(since=now, by=by, why=why)
            events.record(Kind.STOPPED, origin, now, detail=f"{_name(by)}: {why}"[:200])
    except IntegrityError:
        return None
    return begun


@transaction.atomic
def lift(by: Agent | None, origin: Origin, now: datetime) -> bool:
    """Let people sign in again; False if nothing was stopped."""
    in_force = Stop.objects.in_force().first()
    if in_force is None or not Stop.objects.in_force().update(lifted_at=max(now, in_force.since)):
        return False
    events.record(Kind.STOP_LIFTED, origin, now, detail=_name(by))
    return True


def _name(by: Agent | None) -> str:
    return by.email if by else "command line"


def _reason(why: str) -> str:
    why = why.strip()
    if not 0 < len(why) <= 200:  # noqa: PLR2004 - as the column
        raise ValueError("Say why, in up to 200 characters.")
    return why
