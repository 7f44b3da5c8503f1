"""The emergency stop: while it is in force, only agents with a pass can sign in. The trail records both acts."""

from datetime import datetime

from django.db import IntegrityError, transaction

from idp.agents.models import Agent
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.login.emergency import reasons
from idp.policies.models import Stop


def stop(by: Agent | None, why: str, origin: Origin, now: datetime) -> Stop | None:
    """Stop all sign-ins from the next request on. Returns None if they are already stopped.

    An agent who is signed in at a service stays so until it sends them here again. Raises ValueError, with a sentence
    for the operator, if the reason is missing or too long.
    """
    why = reasons.checked(why)
    try:
        with transaction.atomic():
            begun = Stop.objects.create(since=now, by=by, why=why)
            events.record(Kind.STOPPED, origin, now, detail=f"{events.name_of(by)}: {why}")
    except IntegrityError:
        return None
    return begun


@transaction.atomic
def lift(by: Agent | None, origin: Origin, now: datetime) -> bool:
    """Let agents sign in again. Returns False if nothing was stopped."""
    in_force = Stop.objects.in_force().first()
    if in_force is None or not Stop.objects.in_force().update(lifted_at=max(now, in_force.since)):
        return False
    events.record(Kind.STOP_LIFTED, origin, now, detail=events.name_of(by))
    return True
