"""Ending sign-ins from outside a login: an operator signs a phone out, or an agent is switched off."""

from datetime import datetime

from django.db import transaction

from idp.agents import devices
from idp.agents.models import Device, DeviceQuerySet, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.sessions import lifecycle as sessions


@transaction.atomic
def sign_out(chosen: DeviceQuerySet, reason: Reason, by: str, origin: Origin, now: datetime) -> list[Device]:
    """End some devices at once, each with a line in the trail that says by whom. Returns those that were signed in."""
    devices.hold(chosen.active().values_list("pk", flat=True))
    ended = [devices.revoke(device, reason, now) for device in chosen.active().select_related("agent")]
    sessions.end([device.pk for device in ended], reason, now)
    for device in ended:
        detail = f"{reason.label} ({by})"[:200]
        events.record(Kind.DEVICE_ENDED, origin, now, agent=device.agent, device=device, detail=detail)
    return ended


@transaction.atomic
def end_sessions(chosen: DeviceQuerySet, reason: Reason, by: str, origin: Origin, now: datetime) -> None:
    """End the sessions of some devices, which stay known: the next sign-in there may still be silent."""
    devices.hold(chosen.values_list("pk", flat=True))
    sessions.end(chosen.values_list("pk", flat=True), reason, now)
    for device in chosen.select_related("agent"):
        detail = f"its session, {reason.label} ({by})"[:200]
        events.record(Kind.DEVICE_ENDED, origin, now, agent=device.agent, device=device, detail=detail)
