"""The hour of the day in which the fewest people sign in: advice for whoever has to interrupt them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.db.models.functions import ExtractHour

from idp.audit.models import Kind, LoginEvent

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
    lately = LoginEvent.objects.filter(kind=Kind.SIGNED_IN, at__gt=now - timedelta(days=DAYS), at__lte=now).order_by()
    counted = lately.annotate(hour=ExtractHour("at")).values("hour").annotate(sign_ins=Count("pk"))
    by_hour = {it["hour"]: it["sign_ins"] for it in counted}
    return quietest(by_hour) if by_hour else None


def quietest(by_hour: Mapping[int, int]) -> QuietHour:
    """Choose the hour with the fewest sign-ins; among equals, the one that lies deepest in a quiet stretch."""

    def around(hour: int) -> list[int]:
        ring = [by_hour.get((hour + step) % _HOURS, 0) + by_hour.get((hour - step) % _HOURS, 0) for step in range(12)]
        return [sum(ring[: reach + 1]) for reach in range(12)]

    hour = min(range(_HOURS), key=around)
    return QuietHour(hour, by_hour.get(hour, 0), sum(by_hour.values()))
