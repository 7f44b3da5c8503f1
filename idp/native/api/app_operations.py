"""Operations of an app on its own device: read it, change it, and make links that open services."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from idp import clock
from idp.agents import app_devices
from idp.agents.app_devices import NO_PUSH, Description, Push
from idp.agents.models import Device
from idp.audit import acts, events
from idp.audit.events import Actor
from idp.audit.models import Kind
from idp.login import app_sign_in, request_facts
from idp.login.flow.transactions import in_transaction
from idp.login.request_facts import RequestFacts
from idp.native import links
from idp.native.api import schemas
from idp.native.api.bearer import ACCESS_ERRORS, AppToken, bearer_of, device_of
from idp.native.api.device_fields import device_fields
from idp.native.api.document import errors
from idp.native.errors import CodeNeeded, InvalidRequest, InvalidToken, UnknownResource

router = Router(auth=AppToken())


@router.get("/device", response=schemas.OwnDevice, tags=["device"], openapi_extra=errors(*ACCESS_ERRORS))
def read_device(request: HttpRequest) -> dict[str, Any]:
    """Return the app's own device."""
    return _own(request, device_of(request))


@router.patch(
    "/device", response=schemas.OwnDevice, tags=["device"], openapi_extra=errors(InvalidRequest, *ACCESS_ERRORS)
)
def change_device(request: HttpRequest, update: schemas.DeviceUpdate) -> dict[str, Any]:
    """Change the label, app version or push address of the app's own device.

    A push address belongs to one device. If another device has it, that device loses it.
    """
    push = Push(update.push.provider, update.push.address) if update.push else NO_PUSH
    description = Description(update.label, update.app_version, push if "push" in update.model_fields_set else None)
    client = bearer_of(request).client
    facts, now = request_facts.of_app(request, client.client_id), clock.now()
    device = in_transaction(lambda: _describe(device_of(request), description, facts, client.service, now))
    return _own(request, device)


@router.delete("/device", response={204: None}, tags=["device"], openapi_extra=errors(*ACCESS_ERRORS))
def sign_out(request: HttpRequest) -> Status[None]:
    """Sign out the app's own device, and delete its push address."""
    facts = request_facts.of_app(request, bearer_of(request).client.client_id)
    app_sign_in.sign_out_device(device_of(request), facts, clock.now())
    return Status(204, None)


@router.post(
    "/sign-in-links",
    response=schemas.SignInLink,
    tags=["sign-in"],
    openapi_extra=errors(InvalidRequest, *ACCESS_ERRORS, CodeNeeded, UnknownResource),
)
def make_link(request: HttpRequest, body: schemas.SignInLinkRequest) -> dict[str, Any]:
    """Make a link that opens a service in a browser, without a code unless one is due.

    If the agent's last code is too old for that service, the answer is 401 with the reason `code_needed`: sign the
    agent in again first.
    """
    url = links.make(bearer_of(request).client, device_of(request), body.sp, clock.now())
    return {"url": url, "expires_in": int(links.LIFETIME.total_seconds())}


def _describe(own: Device, description: Description, facts: RequestFacts, service: str, now: datetime) -> Device:
    device, changed = app_devices.describe(own.pk, description, now)
    if device is None:
        raise InvalidToken("the device was signed out during the request")
    for it in changed:
        events.record(Kind.PUSH_CHANGED, facts.origin, now, agent=it.agent, device=it, service=service)
    changes = acts.differences(_names(own), _names(device))
    if changes:
        with events.acting(Actor(service, facts.origin)):
            acts.record(Kind.CHANGED, acts.thing(device), now, changes)
    return device


def _names(device: Device) -> dict[str, str]:
    return {"label": device.label, "app_version": device.app_version}


def _own(request: HttpRequest, device: Device) -> dict[str, Any]:
    after = bearer_of(request).client.timeout_policy.limits.code_again_after
    return {**device_fields(device), "code_needed_at": device.authenticated_at + after if after is not None else None}
