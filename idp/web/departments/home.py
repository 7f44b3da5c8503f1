"""A supervisor's home page: which of their agents cannot sign in and why, who is signed in, and who is not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from idp.agents.models import Agent, Device, Supervisor
from idp.audit.models import Kind, LoginEvent
from idp.login.emergency import everyone_out
from idp.web.departments import reach

SHOWN = 50
LATELY = timedelta(hours=24)
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
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the page: the number of its agents, and the first of them."""

    count: int
    lines: tuple[Line, ...]

    @property
    def more(self) -> int:
        """How many agents are not shown."""
        return self.count - len(self.lines)


def parts(limits: Supervisor, now: datetime) -> dict[str, Any]:
    """Return the context of the page. The number of queries does not grow with the number of agents."""
    theirs = reach.agents_for(limits.person).select_related("department").prefetch_related("numbers")
    troubled = _troubled(theirs, now)
    devices = everyone_out.signed_in()
    here = Q(Exists(devices.filter(agent=OuterRef("pk"))))
    cannot = Q(is_active=False) | Q(numbers=None) | Q(pk__in=troubled)
    signed_in = theirs.prefetch_related(Prefetch("devices", devices, to_attr="signed_in_on"))
    return {
        "limits": limits,
        "cannot": _part(theirs.filter(cannot), lambda it: _why_not(it, troubled)),
        "signed_in": _part(signed_in.filter(here), lambda it: [_on(device) for device in it.signed_in_on]),
        "others": _part(theirs.exclude(cannot).exclude(here), lambda _: ()),
    }


def _part(people: QuerySet[Agent], said: Any) -> Part:  # noqa: ANN401 - reads attributes that a prefetch adds
    lines = tuple(Line(it, tuple(said(it))) for it in people[:SHOWN])
    return Part(people.count() if len(lines) == SHOWN else len(lines), lines)


def _troubled(theirs: QuerySet[Agent], now: datetime) -> dict[UUID, str]:
    """Return, by agent, what went wrong in the latest attempt of the last 24 hours, if it failed."""
    ways = (Kind.SIGNED_IN, Kind.ANSWERED, *TROUBLES)
    events = LoginEvent.objects.filter(agent__in=theirs.order_by().values("pk"), kind__in=ways, at__gte=now - LATELY)
    latest: dict[UUID, tuple[str, str]] = {}
    for agent, kind, at, reference in events.order_by("at", "pk").values_list("agent_id", "kind", "at", "reference"):
        if agent is not None:
            latest[agent] = kind, f"{at:%Y-%m-%d %H:%M} UTC; reference {reference}."
    return {agent: f"{TROUBLES[Kind(kind)]}, {when}" for agent, (kind, when) in latest.items() if kind in TROUBLES}


def _why_not(agent: Agent, troubled: dict[UUID, str]) -> Iterable[str]:
    if not agent.is_active:
        yield SWITCHED_OFF
    if not agent.numbers.all():
        yield NO_NUMBER
    if agent.pk in troubled:
        yield troubled[agent.pk]


def _on(device: Device) -> str:
    return f"{device.label}, last sign-in {device.last_seen_at:%Y-%m-%d %H:%M} UTC"
