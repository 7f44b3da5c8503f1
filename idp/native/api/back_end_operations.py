"""What back ends read: one agent with their devices, and every device that changed since they last asked."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from idp import clock
from idp.agents.models import Agent, Cutoff, Device, Reason
from idp.login.emergency import everyone_out
from idp.native.api.bearer import ACCESS_ERRORS, BackEndToken
from idp.native.api.document import refusals
from idp.native.api.schemas import DeviceTold, device_fields
from idp.native.errors import InvalidRequest, NoSuchThing
from idp.otp import numbers

router = Router(auth=BackEndToken(), tags=["registry"])
PAGE = 200
SETTLING = timedelta(seconds=10)
"""Longer than any transaction. A change this recent may yet get an earlier neighbour, so it is sent again."""

NameId = Annotated[str, Path(pattern="^[!-~]{1,100}$", description="The NameID under which a service knows the agent.")]
Cursor = Annotated[
    str, Query(pattern="^[A-Za-z0-9_-]{0,100}$", description="`next` of the page before; none at first.")
]


class AgentTold(Schema):
    """An agent. The number was verified by the latest code entered for it, if that is still stored."""

    name_id: str
    may_sign_in: bool
    phone_number: str | None
    phone_number_verified_at: datetime | None
    devices: list[DeviceTold]


class DeviceInTheFeed(DeviceTold):
    """A device in its current state, signed in or signed out."""

    name_id: str | None
    signed_out_at: datetime | None
    reason: str | None


class Devices(Schema):
    """A page of devices, by their last change. Continue with `next`, at once if `more` is true."""

    devices: list[DeviceInTheFeed]
    next: str
    more: bool


@router.get(
    "/agents/{name_id}",
    response=AgentTold,
    openapi_extra=refusals(InvalidRequest, *ACCESS_ERRORS, NoSuchThing),
)
def read_agent(request: HttpRequest, name_id: NameId) -> dict[str, Any]:  # noqa: ARG001 - as every operation
    """Return an agent's phone number and the devices on which they are signed in."""
    agent = Agent.objects.filter(subject_names__value=name_id, subject_names__told=True).first()
    if agent is None:
        raise NoSuchThing("no agent of that NameID")
    phone = numbers.held_by(agent)
    active = everyone_out.signed_in().of(agent) if agent.is_active else Device.objects.none()
    return {
        "name_id": name_id,
        "may_sign_in": agent.is_active,
        "phone_number": phone.number if phone else None,
        "phone_number_verified_at": phone.proved_at if phone else None,
        "devices": [device_fields(device) for device in active],
    }


@router.get("/devices", response=Devices, openapi_extra=refusals(InvalidRequest, *ACCESS_ERRORS))
def read_devices(request: HttpRequest, since: Cursor = "") -> dict[str, Any]:  # noqa: ARG001 - as every operation
    """Return the devices that changed since a cursor: signed in, changed their description, or signed out.

    Each device is returned at least once after each change. One that changed in the last seconds may be repeated.
    """
    rows = _after(Device.objects.select_related("agent").prefetch_related("agent__subject_names"), since)
    page = list(rows.order_by("changed_at", "id")[: PAGE + 1])
    more, page, out = len(page) > PAGE, page[:PAGE], Cutoff.objects.first()
    return {"devices": [_in_the_feed(it, out) for it in page], "next": _next(page, since, more=more), "more": more}


def _in_the_feed(device: Device, out: Cutoff | None) -> dict[str, Any]:
    own = [it for it in device.agent.subject_names.all() if it.service_provider_id is None and it.told]
    names = [it.value for it in own if it.replaced_at is None]
    return {
        **device_fields(device),
        "name_id": next(iter(names), None),
        **_ending(device, out),
    }


def _ending(device: Device, out: Cutoff | None) -> dict[str, Any]:
    """Return when and why a device ended. *Everyone out* counts from its instant, and removes the push address."""
    if device.revoked_at is None and out is not None and device.authenticated_at <= out.at:
        return {"signed_out_at": max(out.at, device.enrolled_at), "reason": Reason.EVERYONE, "push": None}
    return {"signed_out_at": device.revoked_at, "reason": device.reason or None}


def _next(page: list[Device], since: str, *, more: bool) -> str:
    settled = clock.now() - SETTLING
    told_for_good = page if more else [it for it in page if it.changed_at <= settled]
    return _cursor(told_for_good[-1].changed_at, told_for_good[-1].pk) if told_for_good else since


def _cursor(at: datetime, pk: UUID) -> str:
    return base64.urlsafe_b64encode(f"{at.isoformat()} {pk}".encode()).decode().rstrip("=")


def _after(devices: QuerySet[Device], since: str) -> QuerySet[Device]:
    if not since:
        return devices
    try:
        text = base64.urlsafe_b64decode(since + "=" * (-len(since) % 4)).decode("ascii")
        at, pk = datetime.fromisoformat(text[:-37]).astimezone(UTC), UUID(text[-36:])
    except (ValueError, OverflowError):
        raise InvalidRequest("no cursor of ours", sentence="since must be a next of ours.") from None
    return devices.filter(Q(changed_at__gt=at) | Q(changed_at=at, id__gt=pk))
