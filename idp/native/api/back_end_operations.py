"""What back ends read: one agent with the agent's devices, and every device that changed since a cursor."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router

from idp import clock
from idp.agents import cutoffs
from idp.agents.models import Agent, Device
from idp.login.emergency import everyone_out
from idp.native.api import schemas
from idp.native.api.bearer import ACCESS_ERRORS, BackEndToken
from idp.native.api.cursor import Cursor, settled_until
from idp.native.api.device_fields import device_fields
from idp.native.api.document import errors
from idp.native.errors import InvalidRequest, UnknownResource
from idp.otp import numbers

router = Router(auth=BackEndToken(), tags=["agents and devices"])
PAGE = 200

NameId = Annotated[
    str, Path(pattern="^[!-~]{1,100}$", description="The agent's NameID, as Flex or another service knows it.")
]
Since = Annotated[
    str,
    Query(
        pattern="^[A-Za-z0-9_-]{0,200}$",
        description="The cursor: `next` of the previous page. Leave it out in the first request.",
    ),
]


@router.get(
    "/agents/{name_id}",
    response=schemas.Agent,
    openapi_extra=errors(InvalidRequest, *ACCESS_ERRORS, UnknownResource),
)
def read_agent(request: HttpRequest, name_id: NameId) -> dict[str, Any]:  # noqa: ARG001 - as every operation
    """Return an agent's phone number, and the devices on which the agent is signed in."""
    agent = Agent.objects.filter(subject_names__value=name_id, subject_names__told=True).first()
    if agent is None:
        raise UnknownResource("no agent with that NameID")
    phone = numbers.held_by(agent)
    active = everyone_out.signed_in().of(agent) if agent.is_active else Device.objects.none()
    return {
        "name_id": name_id,
        "may_sign_in": agent.is_active,
        "phone_number": phone.number if phone else None,
        "phone_number_verified_at": phone.proved_at if phone else None,
        "devices": [device_fields(device) for device in active],
    }


@router.get("/devices", response=schemas.DeviceChanges, openapi_extra=errors(InvalidRequest, *ACCESS_ERRORS))
def read_devices(request: HttpRequest, since: Since = "") -> dict[str, Any]:  # noqa: ARG001 - as every operation
    """Return the devices that changed since a cursor: signed in, described differently, or signed out.

    A page has up to 200 devices, in the order of their last change. Begin without `since`, and continue with `next`: at
    once while `more` is true, otherwise after a while. Each device is returned at least once after each change. A
    change of the last minute, or one made during a long import, may be repeated.
    """
    now = clock.now()
    cursor, settled = _cursor(since).as_of(now), settled_until(now)
    rows = cursor.beyond(Device.objects.select_related("agent").prefetch_related("agent__subject_names"))
    page = list(rows[: PAGE + 1])
    more, page, cutoff = len(page) > PAGE, page[:PAGE], cutoffs.latest_cutoff()
    onward = str(cursor.after(page, settled, more=more))
    return {"devices": [_change(cutoffs.as_of_cutoff(it, cutoff)) for it in page], "next": onward, "more": more}


def _change(device: Device) -> dict[str, Any]:
    own = [it for it in device.agent.subject_names.all() if it.service_provider_id is None and it.told]
    names = [it.value for it in own if it.replaced_at is None]
    return {
        **device_fields(device),
        "name_id": next(iter(names), None),
        "signed_out_at": device.revoked_at,
        "reason": device.reason or None,
    }


def _cursor(since: str) -> Cursor:
    try:
        return Cursor.read(since)
    except (ValueError, OverflowError):
        raise InvalidRequest(
            "not a cursor", sentence="since is not a cursor. Send the next of an earlier answer."
        ) from None
