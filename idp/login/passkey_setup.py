"""Sets up passkeys on a device and removes them, with a line in the trail for each."""

from datetime import datetime, timedelta

from django.db import transaction

from idp.agents.authentication import Method
from idp.agents.models import Device
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.clock import CLOCKS_APART
from idp.passkeys import lifecycle
from idp.passkeys.models import Passkey, PasskeyQuerySet
from idp.passkeys.verification import Refused
from idp.sessions import lifecycle as sessions

LATELY = timedelta(minutes=10)
"""How long after its last code or passkey a device may set up a passkey."""
ENOUGH = frozenset({Method.CODE, Method.APP, Method.PASSKEY})
"""The methods that allow it. A printed or one-time code lets an agent in, but sets up nothing lasting."""


def is_proved_lately(device: Device, now: datetime) -> bool:
    """Whether the device was signed in by one of those methods within the last ten minutes."""
    session, age = sessions.find(device), now - device.authenticated_at
    is_recent = -CLOCKS_APART <= age < LATELY  # further ahead if a wrong clock dated it
    return session is not None and session.opened_by in ENOUGH and is_recent


def set_up(text: str, device: Device, origin: Origin, now: datetime) -> Passkey | Refused:
    """Store a new passkey, or return why it was rejected. Records either. Runs inside the caller's transaction."""
    made = lifecycle.set_up(text, device, now)
    if isinstance(made, Refused):
        events.record(
            Kind.PASSKEY_REFUSED, origin, now, agent=device.agent, device=device, detail=f"set-up: {made.why}"
        )
    else:
        events.record(
            Kind.FACTOR_ADDED, origin, now, agent=device.agent, device=device, detail=f"{_named(made)}, by the agent"
        )
    return made


@transaction.atomic
def remove(chosen: PasskeyQuerySet, by: str, origin: Origin, now: datetime) -> list[Passkey]:
    """Remove passkeys, and record each. Returns those that were in use until now."""
    removed = lifecycle.remove(chosen, now)
    for passkey in removed:
        detail = f"{_named(passkey)}, {by}"
        events.record(Kind.FACTOR_REMOVED, origin, now, agent=passkey.agent, device=passkey.device, detail=detail)
    return removed


def _named(passkey: Passkey) -> str:
    return f"passkey of {passkey.label}"
