"""What became of codes: each agent is followed from the text to the right code."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import F, Q

from idp.agents.authentication import Method
from idp.agents.models.device import Reason
from idp.audit.models import Figure, Kind, LoginEvent
from idp.sql.in_parts import in_parts

ONE_ATTEMPT: Final = timedelta(minutes=10)
"""How long a code is valid. Whoever requests another meanwhile gets the same one."""
SECONDS: Final = (5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 180, 300, 600)
"""Upper ends of the steps in which the time from text to right code is counted."""
REQUESTED: Final = (Kind.CODE_SENT, Kind.CODE_NOT_SENT)
Happened = tuple[datetime, str, Figure, str]
"""When, at which service, what is counted of it, and the value in brackets of `Figure`."""


@dataclass(slots=True)
class _Attempt:
    """What an agent did about one code so far."""

    requested_at: datetime | None = None
    sent_at: list[datetime] = field(default_factory=list)


def followed(since: datetime, until: datetime) -> Iterator[Happened]:
    """Follow each agent from the text to the right code, beginning a little earlier, and tell of phones that forgot."""
    by_code = Q(kind__in=(Kind.SIGNED_IN, Kind.PROVED), method=Method.CODE)
    replaced = Q(kind=Kind.DEVICE_ENDED, detail=Reason.REPLACED, device__label=F("device__replaced_by__label"))
    lines = LoginEvent.objects.filter(at__gte=since - ONE_ATTEMPT, at__lt=until, agent__isnull=False)
    wanted = lines.filter(Q(kind__in=REQUESTED) | by_code | replaced).order_by("at", "pk")
    rows = wanted.values_list("at", "kind", "agent_id", "service", "detail")
    yield from (it for it in _each(in_parts(rows)) if it[0] >= since)


def _each(rows: Iterable[tuple[datetime, str, Any, str, str]]) -> Iterator[Happened]:
    attempts: dict[Any, _Attempt] = {}
    for at, kind, agent, service, detail in rows:
        attempt = attempts.setdefault(agent, _Attempt())
        if kind in REQUESTED:
            if not _lately(attempt.requested_at, at):
                yield at, service, Figure.ASKED, ""
            attempt.requested_at = at
            if kind == Kind.CODE_SENT:
                attempt.sent_at = [it for it in attempt.sent_at if _lately(it, at)]
                if not attempt.sent_at:
                    yield at, service, Figure.SENT, ""
                attempt.sent_at.append(at)
                yield at, service, Figure.TEXTED, detail.partition(":")[0]
        elif kind == Kind.DEVICE_ENDED:
            yield at, service, Figure.FORGOTTEN, ""
        elif _lately(attempt.requested_at, at):
            yield at, service, Figure.RIGHT, ""
            if sent_at := [it for it in attempt.sent_at if _lately(it, at)]:
                yield at, service, Figure.WAITED, str(_step(at - sent_at[0]))
            attempts[agent] = _Attempt()


def _lately(before: datetime | None, at: datetime) -> bool:
    return before is not None and at - before <= ONE_ATTEMPT


def _step(waited: timedelta) -> int:
    return SECONDS[min(bisect_left(SECONDS, waited.total_seconds()), len(SECONDS) - 1)]
