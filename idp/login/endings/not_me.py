"""*That was not me*: an agent tells operators of a sign-in that somebody else made, which ends at once.

What is believed of whoever says so is little, so that the word of an old phone, or of whoever holds its cookie,
does little: it ends the one phone that took its place, once, within days, and raises an alarm about both.
"""

from datetime import datetime, timedelta

from django.db import transaction

from idp.agents import devices
from idp.agents.models import Device, Reason
from idp.audit import events
from idp.audit.events import Origin
from idp.audit.models import Kind, LoginEvent
from idp.login import passkey_setup
from idp.login.endings import signing_out
from idp.login.request_facts import RequestFacts
from idp.passkeys.models import Passkey

REPORTABLE_FOR = timedelta(days=7)


def replacement(device: Device | None, now: datetime) -> Device | None:
    """Return the phone that took the place of this one, if its sign-in may still be reported from here.

    Only the replaced phone may, for seven days: not one that was ended as copied, by an operator or otherwise.
    """
    if device is None or device.revoked_at is None or device.reason != Reason.REPLACED:
        return None
    return device.replaced_by if now < device.revoked_at + REPORTABLE_FOR else None


def was_reported(device: Device) -> bool:
    """Whether somebody said of a device's sign-in that it was not them."""
    return LoginEvent.objects.filter(kind=Kind.NOT_ME, device=device).exists()


def report_replacement(facts: RequestFacts, now: datetime) -> bool:
    """Report and end the phone that took the place of the one that the browser's device cookie names.

    Returns whether that was news.
    """
    device = devices.find(facts.device_secret)
    other = replacement(device, now)
    if device is None or other is None or device.family != facts.browser.family:
        return False
    return report(device, other, facts.origin, now)


@transaction.atomic
def report(here: Device, other: Device, origin: Origin, now: datetime) -> bool:
    """Write down that an agent says of another device of theirs that it is not, and end it. Once for each device.

    A passkey that was set up there goes with it.
    """
    devices.hold([here.pk, other.pk])
    if was_reported(other):
        return False
    said = f"said on {here.label}"
    events.record(Kind.NOT_ME, origin, now, agent=other.agent, device=other, detail=said)
    signing_out.sign_out(Device.objects.filter(pk=other.pk), Reason.REPORTED, said, origin, now)
    passkey_setup.remove(Passkey.objects.filter(device=other), f"that was not me, {said}", origin, now)
    return True
