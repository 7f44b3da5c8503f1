"""Operations of an app on its own device: read it, change it, and make links that open services."""

import re
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field, StringConstraints, field_validator

from idp import clock
from idp.agents import app_devices
from idp.agents.app_devices import NO_PUSH, Description, Push
from idp.agents.models import Device
from idp.agents.writable import UNWRITABLE
from idp.audit import acts, events
from idp.audit.events import Actor
from idp.audit.models import Kind
from idp.login import app_sign_in, request_facts
from idp.login.flow.transactions import in_transaction
from idp.login.request_facts import RequestFacts
from idp.native import links
from idp.native.api.bearer import ACCESS_ERRORS, AppToken, bearer_of, device_of
from idp.native.api.document import refusals
from idp.native.api.schemas import Body, DeviceTold, device_fields
from idp.native.errors import CodeNeeded, InvalidRequest, InvalidToken, NoSuchThing

router = Router(auth=AppToken())
Text = Annotated[str, StringConstraints(strip_whitespace=True)]


class OwnDevice(DeviceTold):
    """The app's device. `code_needed_at` is when the timeout policy next requires a code, null for never."""

    code_needed_at: datetime | None


class PushSaid(Body):
    """The push address of the app. Only the push provider interprets `address`."""

    provider: Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,15}$", examples=["apns", "fcm"])]
    address: Annotated[str, Field(pattern="^[!-~]{1,2048}$")]


class DeviceSaid(Body):
    """The values to change. Omitted ones stay; `push` null removes the push address."""

    label: Annotated[Text, Field(min_length=1, max_length=100)] | None = None
    app_version: Annotated[str, Field(pattern="^[ -~]{0,40}$")] | None = None
    push: PushSaid | None = None

    @field_validator("label")
    @classmethod
    def is_writable(cls, label: str | None) -> str | None:
        """Refuse characters that the database cannot store."""
        if label is not None and re.search(UNWRITABLE, label):
            raise ValueError("this holds a character that cannot be written down")
        return label


class LinkWanted(Body):
    """The service to open, by its short name. The app must be allowed to open it."""

    sp: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,50}$", examples=["flex"])]


class Link(Schema):
    """An address that a browser can open once, within `expires_in` seconds."""

    url: str
    expires_in: int


@router.get("/device", response=OwnDevice, tags=["device"], openapi_extra=refusals(*ACCESS_ERRORS))
def read_device(request: HttpRequest) -> dict[str, Any]:
    """Return the app's own device."""
    return _own(request, device_of(request))


@router.patch("/device", response=OwnDevice, tags=["device"], openapi_extra=refusals(InvalidRequest, *ACCESS_ERRORS))
def change_device(request: HttpRequest, said: DeviceSaid) -> dict[str, Any]:
    """Change the label, app version or push address of the app's own device.

    A push address belongs to one device. If another device has it, that device loses it.
    """
    push = Push(said.push.provider, said.push.address) if said.push else NO_PUSH
    wanted = Description(said.label, said.app_version, push if "push" in said.model_fields_set else None)
    seen, now = request_facts.of_app(request, bearer_of(request).client.client_id), clock.now()
    device = in_transaction(lambda: _describe(device_of(request), wanted, seen, bearer_of(request).client.service, now))
    return _own(request, device)


@router.delete("/device", response={204: None}, tags=["device"], openapi_extra=refusals(*ACCESS_ERRORS))
def sign_out(request: HttpRequest) -> Status[None]:
    """Sign out the app's own device, and delete its push address."""
    app_sign_in.sign_out_device(
        device_of(request), request_facts.of_app(request, bearer_of(request).client.client_id), clock.now()
    )
    return Status(204, None)


@router.post(
    "/sign-in-links",
    response=Link,
    tags=["sign-in"],
    openapi_extra=refusals(InvalidRequest, *ACCESS_ERRORS, CodeNeeded, NoSuchThing),
)
def make_link(request: HttpRequest, wanted: LinkWanted) -> dict[str, Any]:
    """Make a link that opens a service in a browser, where the agent enters a code only if one is due.

    If the last code is too old for that service, the answer is 401 with reason `code_needed`.
    """
    url = links.make(bearer_of(request).client, device_of(request), wanted.sp, clock.now())
    return {"url": url, "expires_in": int(links.LIFETIME.total_seconds())}


def _describe(asking: Device, wanted: Description, seen: RequestFacts, service: str, now: datetime) -> Device:
    device, changed = app_devices.describe(asking.pk, wanted, now)
    if device is None:
        raise InvalidToken("the device was signed out meanwhile")
    for it in changed:
        events.record(Kind.PUSH_CHANGED, seen.origin, now, agent=it.agent, device=it, service=service)
    called = acts.differences(_called(asking), _called(device))
    if called:
        with events.acting(Actor(service, seen.origin)):
            acts.record(Kind.CHANGED, acts.thing(device), now, called)
    return device


def _called(device: Device) -> dict[str, str]:
    return {"label": device.label, "app_version": device.app_version}


def _own(request: HttpRequest, device: Device) -> dict[str, Any]:
    after = bearer_of(request).client.timeout_policy.limits.code_again_after
    return {**device_fields(device), "code_needed_at": device.authenticated_at + after if after is not None else None}
