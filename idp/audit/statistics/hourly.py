"""The trail in figures. Each hour is counted once and stored, so that reading them costs the same at any size.

An hour is counted an hour after it is over. No transaction lasts that long, so no line is added to it later, unless a
clock was wrong by more. Until then it is counted at each read. A table records which hours are counted. So processes
that count at the same time, or die, leave each hour counted once or not at all.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F, Func, IntegerField, QuerySet, Sum

from idp.audit.models import CountedHour, Figure, HourlyCount, HourlyTotal
from idp.audit.statistics.counting import Cells, count, over_all_services
from idp.audit.statistics.hours import hour_of, stretches

REACH: Final = 31 * 24
"""Hours that figures look back on. Older hours are never counted."""
OPEN: Final = 2
"""The last hours, to which lines may still be added."""
HOURS_AT_ONCE: Final = 24
"""Hours that are counted in one transaction."""
AGAIN: Final = 48
"""Hours that are counted again in the night, in case a clock that was ahead counted them too early."""


class Summed(NamedTuple):
    """What is added up: the range of hours, the figure, and the value in brackets of `Figure`."""

    bar: int
    figure: str
    of: str


Sums = dict[Summed, int]


def settled(now: datetime) -> range:
    """Return the hours within reach to which no more lines can be added."""
    until = hour_of(now) + 1 - OPEN
    return range(until + OPEN - REACH, until)


def settled_uncounted(now: datetime) -> list[int]:
    """Return the settled hours that are still to be counted, the first one first. One query."""
    hours = settled(now)
    within = CountedHour.objects.filter(number__gte=hours.start, number__lt=hours.stop)
    return sorted({*hours} - {*within.values_list("number", flat=True)})


def counted_hours(now: datetime) -> QuerySet[CountedHour, Any]:
    """Ask how many of the settled hours are counted."""
    hours = settled(now)
    within = CountedHour.objects.filter(number__gte=hours.start, number__lt=hours.stop)
    return within.values_list(Func(F("pk"), function="COUNT", output_field=IntegerField()))


def sign_ins_of(hour: int) -> QuerySet[HourlyTotal, Any]:
    """Ask how many signed in within a settled hour."""
    within = stored_totals(range(hour, hour + 1)).filter(figure=Figure.SIGNED_IN)
    return within.values_list(Func(F("count"), function="SUM", output_field=IntegerField()))


def uncounted(now: datetime) -> list[int]:
    """Return the hours within reach that are not counted yet, for callers that must miss none. One query."""
    return [*settled_uncounted(now), *range(settled(now).stop, hour_of(now) + 1)]


def store_counts(hours: range) -> bool:
    """Count some settled hours, and store the counts. Returns False if they were counted already."""
    cells = count(hours)
    try:
        with transaction.atomic():
            CountedHour.objects.bulk_create(CountedHour(number=it) for it in hours)
            HourlyCount.objects.bulk_create(_rows(cells))
            HourlyTotal.objects.bulk_create(_totals(cells))
    except IntegrityError:
        if not CountedHour.objects.filter(number__in=[*hours]).exists():
            raise
        return False  # another process was quicker
    return True


def count_all(now: datetime) -> int:
    """Count every hour that is settled and not counted, the latest first. Returns how many there were."""
    counted = 0
    while hours := settled_uncounted(now):
        latest = stretches(hours)[-1]
        some = range(max(latest.start, latest.stop - HOURS_AT_ONCE), latest.stop)
        counted += len(some) if store_counts(some) else 0
    return counted


def count_again(now: datetime) -> None:
    """Count the last hours again, and those that are still to come, and every other hour that is not counted."""
    CountedHour.objects.filter(number__gt=hour_of(now) - AGAIN).delete()
    count_all(now)


def _rows(cells: Cells) -> Iterator[HourlyCount]:
    for at, of in cells.items():
        yield HourlyCount(
            hour_id=at.hour, service=at.service, figure=at.figure, of=at.of, count=of.count, last_at=of.last_at
        )


def _totals(cells: Cells) -> Iterator[HourlyTotal]:
    for at, of in over_all_services(cells).items():
        yield HourlyTotal(hour_id=at.hour, figure=at.figure, of=at.of, count=of.count, last_at=of.last_at)


def stored_totals(hours: range) -> "QuerySet[HourlyTotal]":
    """Return the stored counts of some hours, over all services."""
    return HourlyTotal.objects.filter(hour__gte=hours.start, hour__lt=hours.stop).order_by()


def stored_counts(hours: range, service: str) -> "QuerySet[HourlyCount]":
    """Return the stored counts of some hours at one service."""
    return HourlyCount.objects.filter(service=service, hour__gte=hours.start, hour__lt=hours.stop).order_by()


def read(hours: range, now: datetime, *, step: int = 1, service: str | None = None) -> Sums:
    """Return the figures of some hours, added up over `step` hours in a row; bars are numbered by such steps.

    Hours to which lines may still be added are counted now. For earlier ones, the stored counts are read.
    """
    done = range(hours.start, min(hours.stop, settled(now).stop))
    stored: QuerySet[Any] = stored_totals(done) if service is None else stored_counts(done, service)
    summed = stored.values("figure", "of", bar=F("hour_id") / step)
    sums = {Summed(it["bar"], it["figure"], it["of"]): it["times"] for it in summed.annotate(times=Sum("count"))}
    for cell, of in count(range(max(hours.start, done.stop), hours.stop)).items():
        if service in (None, cell.service):
            at = Summed(cell.hour // step, cell.figure, cell.of)
            sums[at] = sums.get(at, 0) + of.count
    return sums
