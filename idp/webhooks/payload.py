"""The body of a message: who, on which device, what, when. No number, address, code or secret is in it."""

import json
from typing import Any
from uuid import UUID

from idp.agents.models import Agent, Device, Reason
from idp.audit.models import LoginEvent
from idp.webhooks.kinds import Kind

FIELDS = {
    "id": "the message, the same at each try and as the header `webhook-id`; a UUID",
    "type": "what happened",
    "timestamp": "when it happened, UTC; the header `webhook-timestamp` is when it was sent",
    "data.agent.id": "the agent; a UUID",
    "data.agent.name_id": "the NameID under which Flex knows the agent; null before the first answer to Flex",
    "data.agent.email": "only where the webhook is set to tell e-mail addresses",
    "data.device.id": "the phone or computer; a UUID",
    "data.device.kind": "`mobile` or `desktop`",
    "data.device.label": "for people, such as *iPhone, Safari*; what the browser says of itself",
    "data.device.platform": "`apple`, `android` or `other`",
    "data.device.replaced_by": "the phone that took its place, else null",
    "data.reason": f"why the device ended: {', '.join(f'`{it}`' for it in Reason.values)}; else null",
    "data.method": "how the agent signed in, such as `code`, `token`, `session`; else null",
    "data.service": "the short name of the service that asked, else empty",
    "data.reference": "leads to the trail and the log",
}


def of_event(
    message: UUID, kind: Kind, event: LoginEvent, agent: Agent, *, name_id: str | None, tells_email: bool
) -> bytes:
    """Write the body of a message about a line of the trail."""
    ended = kind in {Kind.DEVICE_REPLACED, Kind.DEVICE_REVOKED}
    who: dict[str, Any] = {"id": str(agent.pk), "name_id": name_id}
    if tells_email:
        who["email"] = agent.email
    data = {
        "agent": who,
        "device": _device(event.device) if event.device else None,
        "reason": event.device.reason if ended and event.device else None,
        "method": event.method or None,
        "service": event.service,
        "reference": event.reference,
    }
    return _body(message, kind, event.at.isoformat().replace("+00:00", "Z"), data)


def of_test(message: UUID, timestamp: str) -> bytes:
    """Write the body of a test, which is about nobody."""
    return _body(message, Kind.TEST, timestamp, {})


def _device(device: Device) -> dict[str, Any]:
    return {
        "id": str(device.pk),
        "kind": device.kind,
        "label": device.label,
        "platform": device.family,
        "replaced_by": str(device.replaced_by_id) if device.replaced_by_id else None,
    }


def _body(message: UUID, kind: Kind, timestamp: str, data: dict[str, Any]) -> bytes:
    return json.dumps({"id": str(message), "type": kind, "timestamp": timestamp, "data": data}).encode()
