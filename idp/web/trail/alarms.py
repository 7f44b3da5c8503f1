"""Alarms: alarming events with both sides, who raised the alarm from where, and whose sign-in it is about."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from idp.agents.authentication import FRESH
from idp.agents.models import Agent
from idp.audit.models import Acknowledgement, Kind, LoginEvent, LoginEventQuerySet
from idp.sql.unindexed import Unindexed

SHOWN = 50
_RAISED_BY = {
    Kind.NOT_ME: "Where the agent reported it",
    Kind.TOKEN_COPIED: "Where the old copy was used",
    Kind.PASSKEY_COPIED: "Where the copied passkey was used",
}
_ABOUT = {
    Kind.NOT_ME: "The reported sign-in, when its code was given",
    Kind.TOKEN_COPIED: "The original sign-in, when its code was given",
    Kind.PASSKEY_COPIED: "The phone with the original passkey, at its last code or passkey",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an alarm, as its request shows it."""

    who: str
    at: datetime | None
    address: str
    user_agent: str

    @property
    def words(self) -> str:
        """When and from where."""
        if self.at is None:
            return "Not in the trail."
        place, agent = self.address or "an unknown address", self.user_agent or "without a user agent"
        return f"{self.at:%Y-%m-%d %H:%M} UTC, from {place}, {agent}"


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm and its two sides."""

    event: LoginEvent
    sides: tuple[Side, Side]
    acknowledgement: Acknowledgement | None

    @property
    def sentence(self) -> str:
        """What happened, in a sentence."""
        event, label = self.event, self.event.device.label if self.event.device else "a phone"
        if event.kind == Kind.NOT_ME:
            return f"{event.agent} says the sign-in on {label} was not them ({event.detail})."
        if event.kind == Kind.PASSKEY_COPIED:
            return f"{event.agent}: the passkey of {label} has been copied, so remove it ({event.detail})."
        return f"{event.agent}: a copy of the sign-in on {label} was used. {event.detail}".strip()

    @property
    def lines(self) -> tuple[str, ...]:
        """Where both sides were."""
        return tuple(f"{side.who}: {side.words}" for side in self.sides)


def waiting() -> LoginEventQuerySet:
    """Return the events that nobody has acknowledged, the newest first."""
    return LoginEvent.objects.all().unacknowledged().select_related("agent", "device")


def with_sides(events: LoginEventQuerySet, most: int = SHOWN) -> list[Alarm]:
    """Return alarms with both sides, in a fixed number of queries."""
    chosen = list(events.select_related("agent", "device", "acknowledgement__by")[:most])
    theirs = LoginEvent.objects.filter(
        device__in=[it.device_id for it in chosen]
    )  # few rows, compared with all sign-ins
    proved = theirs.alias(of_kind=Unindexed("kind")).filter(of_kind=Kind.SIGNED_IN, method__in=FRESH)
    by_device: dict[object, list[LoginEvent]] = {}
    for it in proved.order_by("-at"):
        by_device.setdefault(it.device_id, []).append(it)
    return [_alarm(it, by_device.get(it.device_id, [])) for it in chosen]


def acknowledge(event: LoginEvent, by: Agent, now: datetime) -> bool:
    """Record that an operator looked into an alarm. Returns False if somebody had already."""
    try:
        with transaction.atomic():
            Acknowledgement.objects.create(event=event, by=by, at=now)
    except IntegrityError:
        return False
    return True


def _alarm(event: LoginEvent, proved: list[LoginEvent]) -> Alarm:
    before = next((it for it in proved if it.at <= event.at), None)
    kind = Kind(event.kind)
    about = Side(_ABOUT[kind], *((before.at, before.address or "", before.user_agent) if before else (None, "", "")))
    raised = Side(_RAISED_BY[kind], event.at, event.address or "", event.user_agent)
    return Alarm(event, (raised, about), getattr(event, "acknowledgement", None))
