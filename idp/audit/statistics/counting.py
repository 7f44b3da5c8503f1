"""Counts the trail by the hour: sign-ins, their proofs, refusals, and codes.

The figures name nobody, so they stay when the lines themselves are deleted.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, F, Func, IntegerField, Max, Q
from django.db.models.fields.json import KeyTransform
from django.db.models.sql.compiler import SQLCompiler

from idp.agents.authentication import Method
from idp.agents.models.device import Reason
from idp.audit.models import Figure, Kind, LoginEvent
from idp.audit.past_sign_ins import JUDGED

HOUR: Final = timedelta(hours=1)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
ONE_ATTEMPT: Final = timedelta(minutes=10)
"""How long a code is valid. Whoever requests another meanwhile gets the same one."""
SECONDS: Final = (5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 180, 300, 600)
"""Upper ends of the steps in which the time from text to right code is counted."""
SEVERAL: Final = "|"
"""Separates the platforms of a browser that may be one of several."""
ASKED_FOR: Final = (Kind.CODE_SENT, Kind.CODE_NOT_SENT)
LONGEST: Final = 64
"""Characters of `audit.HourlyCount.of`."""


class Cell(NamedTuple):
    """What is counted: the hour, the service, the figure, and the value in brackets of `Figure`."""

    hour: int
    service: str
    figure: str
    of: str


@dataclass(slots=True)
class Tally:
    """How often, and when for the last time."""

    count: int
    last_at: datetime

    def add(self, count: int, last_at: datetime) -> None:
        """Add what was counted elsewhere."""
        self.count += count
        self.last_at = max(self.last_at, last_at)


Cells = dict[Cell, Tally]
Counted = Iterator[tuple[Cell, int, datetime]]


class HourOf(Func):
    """The number of the hour of an instant, computed in the database."""

    output_field = IntegerField()
    arity = 1

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> Any:  # noqa: ANN401
        """Return the SQL of SQLite, which stores instants as text in UTC."""
        template = "(CAST(strftime('%%%%s', %(expressions)s) AS INTEGER) / 3600)"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> Any:  # noqa: ANN401
        """Return the SQL of PostgreSQL."""
        template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s) / 3600)::integer"
        return self.as_sql(compiler, connection, template=template, **more)


def hour_of(at: datetime) -> int:
    """Return the number of the hour that contains an instant."""
    return (at - EPOCH) // HOUR


def begin_of(hour: int) -> datetime:
    """Return the first instant of an hour."""
    return EPOCH + hour * HOUR


def count(hours: range) -> Cells:
    """Count all figures of some hours in a row, in two queries.

    Always for all services together, because an agent who requests a code at two services requests one code.
    """
    return _together((*_sign_ins([hours]), *_codes(hours)))


def judged(hours: Iterable[int]) -> Cells:
    """Count what the access policy judged in some hours, in one query."""
    found = stretches(hours)
    return _together(_sign_ins(found)) if found else {}


def stretches(hours: Iterable[int]) -> list[range]:
    """Join consecutive hours into ranges."""
    found: list[range] = []
    for it in sorted(hours):
        if found and found[-1].stop == it:
            found[-1] = range(found[-1].start, it + 1)
        else:
            found.append(range(it, it + 1))
    return found


def _together(counted: Iterable[tuple[Cell, int, datetime]]) -> Cells:
    cells: Cells = {}
    for cell, times, last_at in counted:
        cells.setdefault(cell, Tally(0, last_at)).add(times, last_at)
    return cells


def _between(since: datetime, until: datetime) -> Q:
    return Q(at__gte=since, at__lt=until)


def _sign_ins(parts: list[range]) -> Counted:
    """Have the database count judged sign-ins. Equal ones come as one row."""
    within = reduce(or_, (_between(begin_of(it.start), begin_of(it.stop)) for it in parts))
    alike = (
        LoginEvent.objects.filter(within, kind__in=JUDGED)
        .order_by()
        .values(
            "kind",
            "method",
            "service",
            "decided_by",
            "would_have",
            hour=HourOf("at"),
            platform=KeyTransform("platform", "judged"),
            browser=KeyTransform("browser", "judged"),
        )
    )
    for row in alike.annotate(times=Count("pk"), last=Max("at")):
        for figure, of in _figures_of(row):
            yield Cell(row["hour"], row["service"], figure.value, of[:LONGEST]), row["times"], row["last"]


def _figures_of(row: Mapping[str, Any]) -> Iterator[tuple[Figure, str]]:
    if row["decided_by"]:
        yield Figure.DECIDED, row["decided_by"]
        yield from ((Figure.WATCHED, key) for key in _watching(row["would_have"]))
    if row["kind"] == Kind.REFUSED:
        yield Figure.REFUSED, row["decided_by"]
    if row["kind"] == Kind.SIGNED_IN:
        yield Figure.SIGNED_IN, row["method"]
        yield Figure.PLATFORM, _either(row["platform"])
        yield Figure.BROWSER, _either(row["browser"])


def _watching(would_have: object) -> set[str]:
    """Return the keys of the rules in watch only that would have decided otherwise."""
    verdicts = would_have if isinstance(would_have, list) else []
    return {str(it["rule"]) for it in verdicts if isinstance(it, dict) and "rule" in it}


def _either(fact: object) -> str:
    """Return a recorded fact as one text; empty if nothing is known."""
    among = next(iter(fact.values()), []) if isinstance(fact, dict) else fact
    return SEVERAL.join(str(it) for it in among) if isinstance(among, list) else ""


@dataclass(slots=True)
class _Attempt:
    """What an agent did about one code so far."""

    asked_at: datetime | None = None
    sent_at: list[datetime] = field(default_factory=list)


def _codes(hours: range) -> Counted:
    """Follow each agent from the text to the right code, beginning a little earlier, and count phones that forgot."""
    since, until = begin_of(hours.start), begin_of(hours.stop)
    by_code = Q(kind__in=(Kind.SIGNED_IN, Kind.PROVED), method=Method.CODE)
    replaced = Q(kind=Kind.DEVICE_ENDED, detail=Reason.REPLACED, device__label=F("device__replaced_by__label"))
    lines = LoginEvent.objects.filter(_between(since - ONE_ATTEMPT, until), agent__isnull=False)
    wanted = lines.filter(Q(kind__in=ASKED_FOR) | by_code | replaced).order_by("at", "pk")
    rows = wanted.values_list("at", "kind", "agent_id", "service", "detail")
    for at, place, figure, of in _followed(rows.iterator()):
        if at >= since:
            yield Cell(hour_of(at), place, figure.value, of), 1, at


def _followed(rows: Iterable[tuple[datetime, str, Any, str, str]]) -> Iterator[tuple[datetime, str, Figure, str]]:
    attempts: dict[Any, _Attempt] = {}
    for at, kind, agent, service, detail in rows:
        attempt = attempts.setdefault(agent, _Attempt())
        if kind in ASKED_FOR:
            if not _lately(attempt.asked_at, at):
                yield at, service, Figure.ASKED, ""
            attempt.asked_at = at
            if kind == Kind.CODE_SENT:
                attempt.sent_at = [it for it in attempt.sent_at if _lately(it, at)]
                if not attempt.sent_at:
                    yield at, service, Figure.SENT, ""
                attempt.sent_at.append(at)
                yield at, service, Figure.TEXTED, detail.partition(":")[0]
        elif kind == Kind.DEVICE_ENDED:
            yield at, service, Figure.FORGOTTEN, ""
        elif _lately(attempt.asked_at, at):
            yield at, service, Figure.RIGHT, ""
            if sent_at := [it for it in attempt.sent_at if _lately(it, at)]:
                yield at, service, Figure.WAITED, str(_step(at - sent_at[0]))
            attempts[agent] = _Attempt()


def _lately(before: datetime | None, at: datetime) -> bool:
    return before is not None and at - before <= ONE_ATTEMPT


def _step(waited: timedelta) -> int:
    return SECONDS[min(bisect_left(SECONDS, waited.total_seconds()), len(SECONDS) - 1)]
