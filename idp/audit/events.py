"""Writing the trail, in the same transaction as what it tells of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from idp.agents.models import Agent, Device
from idp.audit.models import Kind, LoginEvent

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, as far as it claims: address, user agent, and our reference for it."""

    address: str | None
    user_agent: str
    reference: str


def record(
    kind: Kind,
    origin: Origin,
    now: datetime,
    *,
    agent: Agent | None = None,
    device: Device | None = None,
    **more: Any,
) -> LoginEvent:
    """Add a line to the trail, and a line to the log without anything personal in it."""
    log.info("event", kind=kind.value, service=more.get("service", ""))
    return LoginEvent.objects.create(
        at=now,
        kind=kind,
        agent=agent,
        device=device,
        address=origin.address,
        user_agent=origin.user_agent,
        reference=origin.reference,
        **more,
    )
