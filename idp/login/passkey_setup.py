"""Setting a passkey up on the phone in hand: what that takes, and what is written down."""

from datetime import datetime, timedelta

from django.db import transaction

from idp.agents.authentication import Method
from idp.agents.models import Device
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.passkeys import keeping
from idp.passkeys.models import Passkey, PasskeyQuerySet
from idp.passkeys.verification import Refused
from idp.sessions import lifecycle as sessions

LATELY = timedelta(minutes=10)
ENOUGH = frozenset({Method.CODE, Method.APP, Method.PASSKEY})
"""A printed code or one that an operator read out lets an agent in, but sets up nothing that outlasts it."""


def is_proved_lately(device: Device, now: datetime) -> bool:
    """Whether this device was signed in by a texted code, an app or a passkey within the last ten minutes."""
    session = sessions.find(device)
    return session is not None and session.opened_by in ENOUGH and now < device.authenticated_at + LATELY


def set_up(text: str, device: Device, origin: Origin, now: datetime) -> Passkey | Refused:
    """Keep a new passkey with a line in the trail, or write down why not. Runs in the caller's transaction."""
    made = keeping.set_up(text, device, now)
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
    """Remove some passkeys, each with a line in the trail. Returns those that counted until now."""
    removed = keeping.remove(chosen, now)
    for passkey in removed:
        detail = f"{_named(passkey)}, {by}"[:200]
        events.record(Kind.FACTOR_REMOVED, origin, now, agent=passkey.agent, device=passkey.device, detail=detail)
    return removed


def _named(passkey: Passkey) -> str:
    return f"passkey of {passkey.label}"
