"""What other timeouts would do to agents who are signed in, computed as for their next request."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, FilteredRelation, OuterRef, Q

from idp.agents.authentication import Method
from idp.audit.models import Kind, LoginEvent
from idp.login.emergency import everyone_out
from idp.login.ladder.next_code import next_code
from idp.login.ladder.rungs import DeviceFacts, SessionFacts
from idp.policies.timeouts import TimeoutPolicy

COLUMNS = (
    "pk",
    "agent",
    "agent__full_name",
    "remembered",
    "authenticated_at",
    "last_seen_at",
    "session__opened_by",
    "session__opened_at",
    "session__last_seen_at",
)


@dataclass(frozen=True, slots=True)
class Effect:
    """How many devices a policy applies to, and how many of them need a code, after a change and before it.

    `agents` names those who need a code only because of the change, in alphabetical order.
    """

    devices: int
    need_code: int
    need_code_already: int
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignedInDevice:
    """A signed-in device, with the facts that decide about its next code."""

    name: str
    facts: DeviceFacts
    session: SessionFacts | None
    token_issued_at: datetime | None


def preview(services: Collection[str], before: TimeoutPolicy, after: TimeoutPolicy, now: datetime) -> Effect:
    """Return what a change of policy does to the signed-in devices that have opened these services.

    One query, however many devices there are; the rest is the login's own calculation.
    """
    devices = signed_in_to(services)
    already = {it.facts.id for it in devices if _needs_code(it, before, now)}
    later = {it.facts.id: it for it in devices if _needs_code(it, after, now)}
    newly = {it.facts.agent: it.name for id_, it in later.items() if id_ not in already}
    return Effect(len(devices), len(later), len(already & later.keys()), tuple(sorted(newly.values())))


def signed_in_to(services: Collection[str]) -> list[SignedInDevice]:
    """Return the signed-in devices of active agents from which any of these services was opened."""
    used = LoginEvent.objects.filter(device=OuterRef("pk"), kind=Kind.SIGNED_IN, service__in=list(services))
    rows = everyone_out.signed_in().filter(Exists(used), agent__is_active=True)
    rows = rows.annotate(session=FilteredRelation("sso_sessions", condition=Q(sso_sessions__ended_at__isnull=True)))
    return [_signed_in(row) for row in rows.order_by().values(*COLUMNS)]


def _signed_in(row: dict[str, Any]) -> SignedInDevice:
    opened_by, remembered = row["session__opened_by"], row["remembered"]
    return SignedInDevice(
        name=row["agent__full_name"],
        facts=DeviceFacts(row["pk"], row["agent"], row["authenticated_at"]),
        session=opened_by and SessionFacts(Method(opened_by), row["session__opened_at"], row["session__last_seen_at"]),
        token_issued_at=row["last_seen_at"] if remembered else None,
    )


def _needs_code(device: SignedInDevice, policy: TimeoutPolicy, now: datetime) -> bool:
    return next_code(device.facts, device.session, policy, token_issued_at=device.token_issued_at).unused <= now
