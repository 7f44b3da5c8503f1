"""Schemas that several of the API's answers share."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, WithJsonSchema

from idp.agents.models import Device

Omitted = Annotated[str | None, WithJsonSchema({"type": "string"})]
"""Text that the answer omits if there is none."""


class Problem(Schema):
    """An error with the standard's code. `reason` is more specific; `reference` identifies the line in our log."""

    error: str
    error_description: str
    reference: str
    reason: Omitted = None


class Body(Schema):
    """A JSON object in a request. Unknown names are refused, since ignoring them would hide a mistake."""

    model_config = ConfigDict(extra="forbid")


class PushTold(Schema):
    """The push address of an app."""

    provider: str
    address: str


class DeviceTold(Schema):
    """A phone or computer on which an agent is, or was, signed in."""

    id: UUID
    kind: str
    platform: str
    label: str
    client_id: str | None
    app_version: str | None
    push: PushTold | None
    signed_in_since: datetime
    last_code_at: datetime
    last_seen_at: datetime


def device_fields(device: Device) -> dict[str, Any]:
    """Return the API's description of a device. A browser has no client ID."""
    push = {"provider": device.push_provider, "address": device.push_address}
    return {
        "id": device.pk,
        "kind": device.kind,
        "platform": device.family,
        "label": device.label,
        "client_id": device.client or None,
        "app_version": device.app_version or None,
        "push": push if device.push_address else None,
        "signed_in_since": device.enrolled_at,
        "last_code_at": device.authenticated_at,
        "last_seen_at": device.last_seen_at,
    }
