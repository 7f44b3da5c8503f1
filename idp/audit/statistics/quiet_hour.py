"""The hour of the day with the fewest sign-ins: advice for operators who have to interrupt them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Sum

from idp.audit.models import Figure
from idp.audit.statistics import counting, hourly
from idp.audit.statistics.hours import hour_of

DAYS = 14
_HOURS = 24


@dataclass(frozen=True, slots=True)
class QuietHour:
    """An hour in UTC, 0 to 23, with the sign-ins that fell into it, out of all."""

    hour: int
    sign_ins: int
    of: int


def quietest_hour(now: datetime) -> QuietHour | None:
    """Return the quietest hour of the last 14 days, or None if nobody signed in at all."""
    hours = range(hour_of(now - timedelta(days=DAYS)) + 1, hour_of(now) + 1)
    left = [it for it in hourly.uncounted(now) if it in hours]
    kept = hourly.stored_totals(hours).filter(figure=Figure.SIGNED_IN).exclude(hour__in=left)
    by_hour = Counter(dict(kept.values_list(F("hour_id") % _HOURS).annotate(sign_ins=Sum("count"))))
    for cell, of in counting.judged(left).items():
        if cell.figure == Figure.SIGNED_IN:
            by_hour[cell.hour % _HOURS] += of.count
    return quietest(by_hour) if by_hour else None


def quietest(by_hour: Mapping[int, int]) -> QuietHour:
    """Choose the hour with the fewest sign-ins; among equals, the one in the middle of the longest quiet stretch."""

    def around(hour: int) -> list[int]:
        ring = [by_hour.get((hour + step) % _HOURS, 0) + by_hour.get((hour - step) % _HOURS, 0) for step in range(12)]
        return [sum(ring[: reach + 1]) for reach in range(12)]

    hour = min(range(_HOURS), key=around)
    return QuietHour(hour, by_hour.get(hour, 0), sum(by_hour.values()))
