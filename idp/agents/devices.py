"""Enrols a device after a right code, revokes devices, and finds the device that a browser's cookie names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import CharField, DateTimeField, Exists, F, Max, OuterRef, QuerySet, Subquery, UUIDField

from idp.agents.models import SLOTS, Agent, AgentRole, Cutoff, Device, Kind, Reason
from idp.bearer_secrets import keyed_hash, new_secret, same
from idp.sql.joined_texts import Together, apart
from idp.sql.prepared import Select, Slot, Update
from idp.versions import version
from idp.versions.cached import Cached

A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Browser:
    """What a browser tells about itself: its kind, a label for people, its platform family, and its touch points.

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


def named() -> QuerySet[Device]:
    """Ask for what a cookie names, with the agent, their department and roles, and the version by which to judge it.

    The hash is a slot, `secret`.
    """
    return _whole().filter(secret_hash=Slot("secret", CharField()))


def of_id() -> QuerySet[Device]:
    """Ask for the same by its id, the slot `pk`."""
    return _whole().filter(pk=Slot("pk", UUIDField()))


def _whole() -> QuerySet[Device]:
    rows = Device.objects.select_related("agent__department")
    rows = rows.annotate(held_roles=roles("agent"), version=version.Present())
    return rows.order_by()  # hardly ever more than one: sorted here, it costs less


def roles(of: str) -> Subquery:
    """Return the roles of an agent that a query names so, put together, for `Agent.held_roles`."""
    of_one = AgentRole.objects.filter(agent=OuterRef(of)).order_by().values("agent")
    return Subquery(of_one.annotate(all=Together("role")).values("all"))


_NAMED, _OF_ID = Select(named), Select(of_id)
_HOLD_NAMED = Update(
    lambda: Device.objects.filter(secret_hash=Slot("secret", CharField()), revoked_at__isnull=True),
    generation=F("generation"),
)
_HOLD_OF_ID = Update(lambda: Device.objects.filter(pk=Slot("pk", UUIDField())), generation=F("generation"))
_SEEN = Update(
    lambda: Device.objects.filter(pk=Slot("pk", UUIDField()), last_seen_at__lt=Slot("now", DateTimeField())),
    last_seen_at=Slot("now", DateTimeField()),
)


def find(secret: str | None, among: Select[Device] = _NAMED) -> Device | None:
    """Return the device that a cookie names, ended ones too, so that they can be told why.

    One that a cutoff ended reads as revoked, whether or not that has been written down. `among` asks for more with it.
    """
    device = _find(_hash(secret), among) if secret else None
    return _with_cutoff(device) if device is not None else None


def cut_off_at(device: Device) -> datetime | None:
    """Return the instant of *everyone out*, if it was at or after the last code on this device."""
    return cutoff_since(device.authenticated_at)


def cutoff_since(proved_at: datetime) -> datetime | None:
    """Return the instant of *everyone out*, if it was at or after a code."""
    latest = latest_cutoff()
    return latest if latest is not None and proved_at <= latest else None


@Cached
def latest_cutoff() -> datetime | None:
    """Return the instant of the last *everyone out*, or None."""
    latest: datetime | None = Cutoff.objects.aggregate(latest=Max("at"))["latest"]
    return latest


def as_of_cutoff(device: Device, latest: datetime | None) -> Device:
    """Return a device that reads as revoked if the latest cutoff ended it, whether or not that was written down."""
    if device.revoked_at is None and latest is not None and device.authenticated_at <= latest:
        device.revoked_at, device.reason = max(latest, device.enrolled_at), Reason.EVERYONE
    return device


def _with_cutoff(device: Device) -> Device:
    return as_of_cutoff(device, latest_cutoff()) if device.revoked_at is None else device


def _as_of_now(device: Device) -> Device:
    version.take_after_lock(device.version)  # type: ignore[attr-defined]  # of what the query brought
    return _with_cutoff(device)


def _find(secret_hash: str, among: Select[Device]) -> Device | None:
    found = among(secret=secret_hash)
    device = max(found, key=lambda it: (it.revoked_at is None, it.revoked_at or it.enrolled_at), default=None)
    return _with_roles(device) if device is not None else None


def _with_roles(device: Device) -> Device:
    device.agent.held_roles = apart(device.held_roles)  # type: ignore[attr-defined]  # of the query
    return device


def find_and_hold(secret: str | None, among: Select[Device] = _NAMED) -> Device | None:
    """Return the device that a cookie names, held until the commit: what it and its agent say now is fresh.

    One that was revoked is not held, since nothing changes it any more. The configuration is looked at as it stands
    after the wait for the row.
    """
    if not secret:
        return None
    secret_hash = _hash(secret)
    if connection.features.has_select_for_update:  # SQLite's one writer is this transaction, from its BEGIN IMMEDIATE
        _HOLD_NAMED.later(secret=secret_hash)
    device = _find(secret_hash, among)
    return _as_of_now(device) if device is not None else None


def get_and_hold(pk: UUID, among: Select[Device] = _OF_ID) -> Device:
    """Return the device of that id as `find_and_hold` would. Raises Device.DoesNotExist."""
    _HOLD_OF_ID.later(pk=pk)
    found = among(pk=pk)
    if not found:
        raise Device.DoesNotExist
    return _as_of_now(_with_roles(found[0]))


def enrol(
    agent: Agent, browser: Browser, present: Device | None, now: datetime, *, proved_at: datetime | None = None
) -> Enrolment:
    """Make this browser a device of the agent, and end what it replaces. The code counts from `proved_at`, or now.

    A phone ends the phones unused longest, until no more are left than the setting allows. A setting that was
    lowered thus counts for each agent from the next code on a phone.

    Runs inside the caller's transaction, in which the agent's row is held (`hold_agent`), so that sign-ins of one
    agent queue up. It holds every device it may touch in order of id, so that no two of them wait for each other.
    """
    own = Device.objects.of(agent).active()
    there = set() if agent.has_devices is False else set(own.values_list("pk", flat=True))
    hold(there | ({present.pk} if present else set()))
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
        phones = list(others) if there else []
        room = settings.LATCHKEY.phones_per_agent - 1
        ended += [revoke(phone, Reason.REPLACED, now) for phone in phones[room:]]
        slot = _slot(device, phones[:room])
    secret = "" if browser.client else new_secret()
    device.authenticated_at = proved_at or now
    _renew(device, browser, slot, secret, now)
    Device.objects.filter(pk__in=[old.pk for old in ended]).update(replaced_by=device)
    return Enrolment(device, secret, tuple(ended), is_new=present is None)


def replaced_by(device: Device) -> list[Device]:
    """Return the phones whose place a device took at its last code; most took none."""
    replaced = Device.objects.filter(replaced_by=device, reason=Reason.REPLACED)
    return list(replaced.filter(revoked_at__gte=device.authenticated_at).order_by("-enrolled_at"))


def is_ended(device: Device) -> bool:
    """Tell whether a device no longer counts: it was revoked, or a cutoff came after its last code."""
    return device.revoked_at is not None or cut_off_at(device) is not None


def is_known_by(device: Device, secret: str | None) -> bool:
    """Whether a cookie names this device, as far as its row was read."""
    return bool(secret) and same(device.secret_hash, _hash(secret or ""))


def renew_secret(device: Device) -> str:
    """Return a new secret for the device cookie in place of one that got lost with its answer."""
    secret = new_secret()
    Device.objects.filter(pk=device.pk).update(secret_hash=_hash(secret))
    return secret


def revoke(device: Device, reason: Reason, now: datetime) -> Device:
    """End a device: its session and tokens are read together with it and count no more from this commit.

    Its push address goes at once, so that nothing more reaches a phone that somebody else may hold.
    """
    device.revoked_at = max(now, device.enrolled_at)
    device.reason = reason
    device.push_provider = device.push_address = ""
    Device.objects.filter(pk=device.pk, revoked_at__isnull=True).update(
        revoked_at=device.revoked_at, reason=reason, push_provider="", push_address=""
    )
    return device


def hold_agent(pk: UUID) -> Agent:
    """Return an agent, held until the commit: whoever was switched off while we waited for the row is seen so.

    Their roles and department come with them, whether any device is theirs, and the version of what they are judged by.
    """
    Agent.objects.filter(pk=pk).update(is_active=F("is_active"))
    active = Exists(Device.objects.active().filter(agent=OuterRef("pk")))
    rows: Any = Agent.objects.select_related("department").annotate(in_one=roles("pk"), signed_in=active)
    found = rows.annotate(version=version.Present()).get(pk=pk)
    version.take_after_lock(found.version)
    agent: Agent = found
    agent.held_roles, agent.has_devices = apart(found.in_one), found.signed_in
    return agent


def hold(devices: Iterable[UUID]) -> None:
    """Take the write locks on some devices in order of id; what is read after this is fresh."""
    for pk in sorted(devices):
        Device.objects.filter(pk=pk).update(generation=F("generation"))


def seen(device: Device, now: datetime) -> None:
    """Note a sign-in on a device; the instant only grows, whatever a worker's clock says.

    To the minute, as people read it: what limits go by is the session's own instant, which is exact.
    """
    if now - device.last_seen_at >= A_MINUTE:
        _SEEN.later(pk=device.pk, now=now)


def _slot(device: Device, others: Iterable[Device]) -> int:
    """Return the slot a phone has already, else the lowest that none of the others takes."""
    taken = {other.slot for other in others}
    return device.slot or next(slot for slot in SLOTS if slot not in taken)


def _renew(device: Device, browser: Browser, slot: int | None, secret: str, now: datetime) -> None:
    device.kind = Kind.DESKTOP if slot is None else Kind.MOBILE
    device.slot = slot
    device.remembered = slot is not None or settings.LATCHKEY.remember_desktops
    device.label, device.family, device.touch_points = browser.label, browser.family, browser.touch_points
    device.client, device.secret_hash = browser.client, _hash(secret) if secret else ""
    device.generation += 1
    device.last_seen_at = max(now, device.last_seen_at or now)
    device.save()


def _hash(secret: str) -> str:
    return keyed_hash("device", secret)
