"""A supervisor's home page: which of their agents cannot sign in and why, who is signed in, and who is not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet

from idp.agents.models import Agent, Device, Supervisor
from idp.audit.models import Kind, LoginEvent
from idp.login.emergency import everyone_out
from idp.web.departments import reach

SHOWN = 50
RECENT = timedelta(hours=24)
TROUBLES = {
    Kind.REFUSED: "Refused by the access rules",
    Kind.CODE_NOT_SENT: "A code could not be sent",
    Kind.CODE_UNKNOWN: "A code could not be checked",
    Kind.CODE_WRONG: "Typed a wrong code",
}
SWITCHED_OFF = "Switched off."
NO_NUMBER = "Has no mobile number, so no code can be sent."


@dataclass(frozen=True, slots=True)
class Line:
    """An agent, and sentences about them: why they cannot sign in, or on which devices they are signed in."""

    agent: Agent
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page: the number of its agents, and the first of them."""

    count: int
    lines: tuple[Line, ...]

    @property
    def more(self) -> int:
        """How many agents are not shown."""
        return self.count - len(self.lines)


def context(limits: Supervisor, now: datetime) -> dict[str, Any]:
    """Return the context of the page. The number of queries does not grow with the number of agents."""
    agents = reach.agents_for(limits.person).select_related("department").prefetch_related("numbers")
    failures = _failures(agents, now)
    devices = everyone_out.signed_in()
    is_signed_in = Q(Exists(devices.filter(agent=OuterRef("pk"))))
    cannot = Q(is_active=False) | Q(numbers=None) | Q(pk__in=failures)
    signed_in = agents.prefetch_related(Prefetch("devices", devices, to_attr="signed_in_on"))
    return {
        "limits": limits,
        "cannot": _section(agents.filter(cannot), lambda it: _obstacles(it, failures)),
        "signed_in": _section(
            signed_in.filter(is_signed_in), lambda it: [_device_in_words(device) for device in it.signed_in_on]
        ),
        "others": _section(agents.exclude(cannot).exclude(is_signed_in), lambda _: ()),
    }


def _section(agents: QuerySet[Agent], sentences_of: Any) -> Section:  # noqa: ANN401 - reads attributes that a prefetch adds
    lines = tuple(Line(it, tuple(sentences_of(it))) for it in agents[:SHOWN])
    return Section(agents.count() if len(lines) == SHOWN else len(lines), lines)


def _failures(agents: QuerySet[Agent], now: datetime) -> dict[UUID, str]:
    """Return, by agent, what went wrong in the latest attempt of the last 24 hours, if it failed."""
    outcomes = (Kind.SIGNED_IN, Kind.ANSWERED, *TROUBLES)
    theirs = LoginEvent.objects.filter(agent__in=agents.order_by().values("pk"))
    recent = theirs.filter(kind__in=outcomes, at__gte=now - RECENT).order_by()
    latest = recent.values("agent").annotate(last=Max("pk")).values("last")
    failed = LoginEvent.objects.filter(pk__in=latest, kind__in=TROUBLES)
    return {
        agent: f"{TROUBLES[Kind(kind)]}, {at:%Y-%m-%d %H:%M} UTC; reference {reference}."
        for agent, kind, at, reference in failed.values_list("agent_id", "kind", "at", "reference")
        if agent is not None
    }


def _obstacles(agent: Agent, failures: dict[UUID, str]) -> Iterable[str]:
    if not agent.is_active:
        yield SWITCHED_OFF
    if not agent.numbers.all():
        yield NO_NUMBER
    if agent.pk in failures:
        yield failures[agent.pk]


def _device_in_words(device: Device) -> str:
    return f"{device.label}, last sign-in {device.last_seen_at:%Y-%m-%d %H:%M} UTC"
