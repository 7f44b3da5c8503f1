"""*That was not me*: an agent reports a sign-in that somebody else made, which ends it at once.

The report may come from anyone who holds the old phone or its cookie, so it can do little. It signs out the one phone
that replaced the old one, once, within seven days, and raises an alarm about both phones.
"""

from datetime import datetime, timedelta

from django.db import transaction

from idp.agents import device_rows, locks
from idp.agents.models import Device, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.login import passkey_setup
from idp.login.endings import signing_out
from idp.login.request_facts import RequestFacts
from idp.passkeys.models import Passkey

REPORTABLE_FOR = timedelta(days=7)
"""How long after it was replaced a phone may report the sign-in that replaced it."""


def replacement(device: Device | None, now: datetime) -> Device | None:
    """Return the phone that replaced this one, if its sign-in may still be reported from here.

    Only a phone that was replaced may report, not one that was revoked as copied, by an operator or otherwise.
    """
    if device is None or device.revoked_at is None or device.reason != Reason.REPLACED:
        return None
    return device.replaced_by if now < device.revoked_at + REPORTABLE_FOR else None


def was_reported(device: Device) -> bool:
    """Whether the sign-in on a device has been reported."""
    return LoginEvent.objects.filter(kind=Kind.NOT_ME, device=device).exists()


def report_replacement(facts: RequestFacts, now: datetime) -> bool:
    """Report and sign out the phone that replaced the one the request comes from.

    Returns False if there is nothing to report, or it was reported before.
    """
    device = device_rows.find(facts.device_secret)
    other = replacement(device, now)
    if device is None or other is None or device.family != facts.family:
        return False
    return report(device, other, facts.origin, now)


@transaction.atomic
def report(here: Device, other: Device, origin: Origin, now: datetime) -> bool:
    """Record that the agent on `here` disowns `other`, and sign `other` out. Returns False if that was done before.

    A passkey that was set up on `other` is removed with it.
    """
    locks.hold_agents([other.agent_id])
    locks.hold_devices([here.pk, other.pk])
    if was_reported(other):
        return False
    said = f"said on {here.label}"
    events.record(Kind.NOT_ME, origin, now, agent=other.agent, device=other, detail=said)
    signing_out.sign_out(Device.objects.filter(pk=other.pk), Reason.REPORTED, said, origin, now)
    passkey_setup.remove(Passkey.objects.filter(device=other), f"that was not me, {said}", origin, now)
    return True
