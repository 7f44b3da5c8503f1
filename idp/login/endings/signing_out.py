"""Signs devices out, or ends their sessions only."""

from datetime import datetime

from django.db import transaction

from idp.agents import devices, locks
from idp.agents.models import Device, DeviceQuerySet, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind
from idp.sessions import lifecycle as sessions
from idp.sessions.models import SsoSession


@transaction.atomic
def sign_out(chosen: DeviceQuerySet, reason: Reason, by: str, origin: Origin, now: datetime) -> list[Device]:
    """Revoke devices and end their sessions at once. Returns those that were signed in.

    The trail gets a line for each, with the reason and `by` whom.
    """
    locks.hold_devices(chosen.active().values_list("pk", flat=True))
    ended = [devices.revoke(device, reason, now) for device in chosen.active().select_related("agent")]
    sessions.end([device.pk for device in ended], reason, now)
    for device in ended:
        detail = f"{reason.label} ({by})"
        events.record(Kind.DEVICE_ENDED, origin, now, agent=device.agent, device=device, detail=detail)
    return ended


@transaction.atomic
def end_sessions(chosen: DeviceQuerySet, reason: Reason, by: str, origin: Origin, now: datetime) -> None:
    """End the sessions of devices, and leave the devices known. The trail gets a line for each that had one.

    Their next sign-in may still need no code, if they hold a long-lived token.
    """
    locks.hold_devices(chosen.values_list("pk", flat=True))
    still_open = SsoSession.objects.filter(ended_at__isnull=True)
    ended = list(chosen.filter(sso_sessions__in=still_open).select_related("agent"))
    sessions.end(chosen.values_list("pk", flat=True), reason, now)
    for device in ended:
        detail = f"its session, {reason.label} ({by})"
        events.record(Kind.DEVICE_ENDED, origin, now, agent=device.agent, device=device, detail=detail)
