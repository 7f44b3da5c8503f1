"""A device as the API describes it."""

from typing import Any

from idp.agents.models import Device


def device_fields(device: Device) -> dict[str, Any]:
    """Return the fields of `schemas.Device`. A browser has no client ID."""
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
