"""The body of a message: who, on which device, what and when. It has no number, address, code or secret."""

import json
from typing import Any
from uuid import UUID

from idp.agents.models import Agent, Device, Reason
from idp.audit.chain import lines
from idp.audit.chain.digests import COVERED, MARKED
from idp.audit.models import LoginEvent, Seal
from idp.webhooks.kinds import Kind

FIELDS = {
    "id": "the message's id, a UUID: the same at each attempt, and equal to the header `webhook-id`",
    "type": "what happened",
    "timestamp": "when it happened, in UTC; the header `webhook-timestamp` says when it was sent",
    "data.agent.id": "the agent; a UUID",
    "data.agent.name_id": "the NameID by which Flex knows the agent; null before the first answer to Flex",
    "data.agent.email": "only if the webhook is set to include email addresses",
    "data.device.id": "the phone or computer; a UUID",
    "data.device.kind": "`mobile` or `desktop`",
    "data.device.label": "a label for people, such as *iPhone, Safari*, from what the browser claims",
    "data.device.platform": "`apple`, `android` or `other`",
    "data.device.replaced_by": "the phone that replaced it, else null",
    "data.reason": f"why the device ended: {', '.join(f'`{it}`' for it in Reason.values)}; else null",
    "data.method": "how the agent signed in, such as `code`, `token`, `session`; else null",
    "data.service": "the short name of the service that asked, else empty",
    "data.reference": "the reference under which trail and log record it",
}


LINE = {
    "position": "its position in the chain; the previous entry's is one less",
    "previous": "the digest of the previous entry, 64 hex digits; null if the purge has deleted that",
    "digest": "its own digest: SHA-256 over `previous` and its canonical bytes, as described in *Verify the trail*",
    "signature": "for the last entry of a batch, a JWT which proves that Latchkey wrote the chain so far; else null",
    "line": "the entry, column by column; instead of address and user agent, their marks, which the digest covers",
}


def of_event(
    message: UUID, kind: Kind, event: LoginEvent, agent: Agent, *, name_id: str | None, tells_email: bool
) -> bytes:
    """Return the body of a message about a line of the trail."""
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


def of_line(message: UUID, kind: Kind, event: LoginEvent) -> bytes:
    """Return the body of a message that forwards a line of the trail, with its position in the chain.

    The address and user agent are sent only as marks: enough to compute the digest, but not to learn the values.
    """
    seal = Seal.objects.get(event=event)
    before = Seal.objects.filter(position=seal.position - 1).values_list("digest", flat=True).first()
    plain = lines.plain({it: getattr(event, it) for it in lines.COLUMNS})
    marks = {f"{it}_mark": bytes(getattr(seal, f"{it}_mark")).hex() for it in MARKED}
    data = {
        "position": seal.position,
        "previous": bytes(before).hex() if before is not None else None,
        "digest": bytes(seal.digest).hex(),
        "signature": seal.signature or None,
        "line": {name: plain[name] for name in COVERED} | marks,
    }
    return _body(message, kind, event.at.isoformat().replace("+00:00", "Z"), data)


def of_test(message: UUID, timestamp: str) -> bytes:
    """Return the body of a test message, which is about nobody."""
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
