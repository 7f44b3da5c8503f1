"""Enrols a device after a right code, and revokes devices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import DateTimeField, UUIDField

from idp.agents import cutoffs, locks
from idp.agents.device_rows import secret_hash
from idp.agents.models import SLOTS, Agent, Device, Kind, Reason
from idp.bearer_secrets import new_secret
from idp.sql.prepared import Slot, Update

A_MINUTE = timedelta(minutes=1)
_SEEN = Update(
    lambda: Device.objects.filter(pk=Slot("pk", UUIDField()), last_seen_at__lt=Slot("now", DateTimeField())),
    last_seen_at=Slot("now", DateTimeField()),
)


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser says about itself: its kind, a label for people, its platform family, and its touch points.

    Touch points are None if no script reported them. An app has a `client`. It proves its device by its token, and gets
    no secret.
    """

    kind: Kind
    label: str
    family: str
    touch_points: int | None = None
    client: str = ""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The device that was enrolled, the new secret for its cookie, what this ended, and whether the device is new."""

    device: Device
    secret: str
    ended: tuple[Device, ...]
    is_new: bool = False


def enrol(
    agent: Agent, browser: Browser, present: Device | None, now: datetime, *, proved_at: datetime | None = None
) -> Enrolment:
    """Make this browser a device of the agent, and end what it replaces. The code counts from `proved_at`, or now.

    A phone ends the phones unused longest, until no more are left than the setting allows. A setting that was
    lowered thus counts for each agent from the next code on a phone.

    Runs inside the caller's transaction, in which the agent's row is held (`agent_rows.get_and_hold`), so that
    sign-ins of one agent queue up.
    """
    own = Device.objects.of(agent).active()
    active = set() if agent.has_devices is False else set(own.values_list("pk", flat=True))
    locks.hold_devices(active | ({present.pk} if present else set()))
    if present is not None:
        present.refresh_from_db()
        if present.revoked_at is not None:
            present = None
    ended = []
    if present is not None and present.agent_id != agent.pk:
        ended.append(revoke(present, Reason.HANDED_OVER, now))
        present = None
    device = present or Device(agent=agent, generation=0, enrolled_at=now)
    slot = None
    if Kind.MOBILE in (browser.kind, device.kind):
        others = own.phones().exclude(pk=device.pk).order_by("-last_seen_at", "-enrolled_at")
        phones = list(others) if active else []
        room = settings.LATCHKEY.phones_per_agent - 1
        ended += [revoke(phone, Reason.REPLACED, now) for phone in phones[room:]]
        slot = _slot(device, phones[:room])
    secret = "" if browser.client else new_secret()
    device.authenticated_at, device.last_cutoff = proved_at or now, cutoffs.mark()
    _renew(device, browser, slot, secret, now)
    Device.objects.filter(pk__in=[old.pk for old in ended]).update(replaced_by=device)
    return Enrolment(device, secret, tuple(ended), is_new=present is None)


def replaced_by(device: Device) -> list[Device]:
    """Return the phones that a device replaced at its last code, usually none."""
    replaced = Device.objects.filter(replaced_by=device, reason=Reason.REPLACED)
    return list(replaced.filter(revoked_at__gte=device.authenticated_at).order_by("-enrolled_at"))


def renew_secret(device: Device) -> str:
    """Return a new secret for the device cookie, in place of one whose response was lost."""
    secret = new_secret()
    Device.objects.filter(pk=device.pk).update(secret_hash=secret_hash(secret))
    return secret


def revoke(device: Device, reason: Reason, now: datetime) -> Device:
    """End a device. Its session and tokens are read together with it, and no longer count from this commit.

    Its push address is removed at once, so that nothing more reaches a phone that another person may hold.
    """
    device.revoked_at = max(now, device.enrolled_at)
    device.reason = reason
    device.push_provider = device.push_address = ""
    Device.objects.filter(pk=device.pk, revoked_at__isnull=True).update(
        revoked_at=device.revoked_at, reason=reason, push_provider="", push_address=""
    )
    return device


def seen(device: Device, now: datetime) -> None:
    """Record a sign-in on a device. The instant only grows, even if a worker's clock is behind.

    It is exact to the minute, as people read it. Limits use the session's own instant, which is exact.
    """
    if now - device.last_seen_at >= A_MINUTE:
        _SEEN.later(pk=device.pk, now=now)


def _slot(device: Device, others: Iterable[Device]) -> int:
    """Return the slot that a phone already has, else the lowest free one."""
    taken = {other.slot for other in others}
    return device.slot or next(slot for slot in SLOTS if slot not in taken)


def _renew(device: Device, browser: Browser, slot: int | None, secret: str, now: datetime) -> None:
    device.kind = Kind.DESKTOP if slot is None else Kind.MOBILE
    device.slot = slot
    device.remembered = slot is not None or settings.LATCHKEY.remember_desktops
    device.label, device.family, device.touch_points = browser.label, browser.family, browser.touch_points
    device.client, device.secret_hash = browser.client, secret_hash(secret) if secret else ""
    device.generation += 1
    device.last_seen_at = max(now, device.last_seen_at or now)
    device.save()
