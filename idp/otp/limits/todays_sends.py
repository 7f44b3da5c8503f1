"""How many texts and calls were asked of Twilio since midnight UTC, without counting the same rows again and again.

The day's budget is compared at each code that is asked for. Where a hundred thousand agents asked before, counting
their rows took longer than the rest of the sign-in. A process therefore keeps how many it has counted up to some
minutes ago, and counts only the rows since. Every ten minutes it counts all of them again: a node whose clock is wrong
may have dated texts before what was counted, and then they are missing for ten minutes at most.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet

from idp.otp.limits.allowances import CLOCKS_APART
from idp.otp.models import VerificationSend

MANY: Final = 200
"""So many rows are counted each time, which is cheaper than a query of its own to count them for good."""
SETTLES: Final = 2 * CLOCKS_APART
"""A send that says it was made longer ago than this is committed, unless the clock of its node is wrong."""
AGAIN: Final = timedelta(minutes=10)
"""After this time all are counted again."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many sends were made from a midnight until an instant. The first of them were counted at `begun`."""

    midnight: datetime
    begun: datetime
    until: datetime
    many: int

    @property
    def left(self) -> QuerySet[VerificationSend]:
        """The sends that are still to be counted."""
        return _real().filter(at__gte=self.until)


_counted: dict[str, Counted] = {}
"""What this process has counted last, by the word `today`."""


def counted(now: datetime) -> Counted:
    """Return what is counted of today. What is left then is counted by whoever asks, best with what else they ask."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    known = _counted.get("today")
    if known and known.midnight == midnight and known.until <= now < known.begun + AGAIN:
        return known
    return Counted(midnight, now, midnight, 0)


def keep(known: Counted, left: int, now: datetime) -> None:
    """Count for good what is settled, if many were left to count. `left` is how many there were."""
    until = now - SETTLES
    if left > MANY and known.until < until:
        many = known.left.filter(at__lt=until).count()
        _counted["today"] = replace(known, until=until, many=known.many + many)


def note(many: int, now: datetime) -> None:
    """Keep what is settled of a number that somebody else has found out."""
    known = counted(now)
    keep(known, many - known.many, now)


def sent_today(now: datetime) -> int:
    """Return how many texts and calls were asked of Twilio since midnight UTC. Decoys, which reach nobody, are none."""
    known = counted(now)
    left = known.left.count()
    keep(known, left, now)
    return known.many + left


def _real() -> QuerySet[VerificationSend]:
    return VerificationSend.objects.filter(verification__authenticator__isnull=False)
