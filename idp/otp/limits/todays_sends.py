"""How many texts and calls were requested from Twilio since midnight UTC, without counting the same rows repeatedly.

Each request for a code compares the day's budget. With a hundred thousand texts a day, counting their rows took longer
than the rest of the sign-in. A process therefore stores the count up to some minutes ago, and counts only later rows.
Every ten minutes it counts all of them again: a node with a wrong clock may have dated texts before that instant, and
then they are missing for ten minutes at most.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from idp.clock import CLOCKS_APART
from idp.otp.models import VerificationSend

FEW: Final = 200
"""Counting so few rows each time costs less than the extra query that stores their count."""
SETTLED_AFTER: Final = 2 * CLOCKS_APART
"""A send dated longer ago than this is committed, unless the clock of its node is wrong."""
COUNTED_AGAIN_AFTER: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Counted:
    """The number of sends from a midnight until an instant. The first of them were counted at `begun`."""

    midnight: datetime
    begun: datetime
    until: datetime
    number: int

    @property
    def later(self) -> QuerySet[VerificationSend]:
        """The sends that are not counted yet."""
        return _real().filter(at__gte=self.until)


_counted: dict[datetime, Counted] = {}
"""What this process has counted of the latest day, by its midnight."""


def counted(now: datetime) -> Counted:
    """Return what is counted of today. The caller counts what came `later`, if possible within another query."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    known = _counted.get(midnight)
    if known and known.until <= now < known.begun + COUNTED_AGAIN_AFTER:
        return known
    return Counted(midnight, now, midnight, 0)


def store(known: Counted, later: int, now: datetime) -> None:
    """Store the count of what is settled, if the caller had to count many. `later` is how many it counted."""
    until = now - SETTLED_AFTER
    if later > FEW and known.until < until:
        settled = known.later.filter(at__lt=until).count()
        _counted.clear()
        _counted[known.midnight] = replace(known, until=until, number=known.number + settled)


def store_total(number: int, now: datetime) -> None:
    """Store the count of what is settled. `number` is today's total, which the caller knows."""
    known = counted(now)
    store(known, number - known.number, now)


def sent_today(now: datetime) -> int:
    """Return how many texts and calls were requested from Twilio since midnight UTC. Decoys do not count."""
    known = counted(now)
    later = known.later.count()
    store(known, later, now)
    return known.number + later


def _real() -> QuerySet[VerificationSend]:
    return VerificationSend.objects.filter(verification__authenticator__isnull=False)
